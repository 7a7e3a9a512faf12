"""Frames that cannot carry a mouth are noticed."""

from __future__ import annotations

import cv2
import numpy as np

from renderer.face.landmarks import CHEEKS, NOSE_TIP
from renderer.mouth.base import shrink
from renderer.mouth.faces import Faces
from renderer.mouth.guard import guard, in_profile, touches_mouth


def test_a_presenter_who_faces_the_camera_is_trusted_throughout(faces: Faces) -> None:
    assert faces.ok.all()
    assert faces.usable.all()
    assert faces.problems == ()


def test_a_hand_before_the_mouth_is_noticed(faces: Faces) -> None:
    crops = shrink(faces.fine, 128).copy()
    for crop in crops[60:66]:
        cv2.ellipse(crop, (64, 92), (46, 26), 15, 0, 360, (96, 60, 48), -1)
    found = guard(faces.points, np.ones(len(crops), bool), crops, faces.triangles)
    assert found.covered[60:66].all()
    assert found.covered.sum() == 6
    assert not found.ok[58:68].any()
    assert "covered in 6 of" in found.problems()[0]


def test_a_head_that_turns_away_is_noticed(faces: Faces) -> None:
    points = faces.points[:10].copy()
    left, right = points[4, CHEEKS[0], 0], points[4, CHEEKS[1], 0]
    points[4, NOSE_TIP, 0] = left + 0.1 * (right - left)
    assert in_profile(points).tolist() == [False] * 4 + [True] + [False] * 5


def test_lost_frames_take_their_neighbours_with_them(faces: Faces) -> None:
    ok = np.ones(len(faces.points), bool)
    ok[50] = False
    found = guard(faces.points, ok, shrink(faces.fine, 128), faces.triangles)
    assert np.flatnonzero(~found.ok).tolist() == [48, 49, 50, 51, 52]


def blob(x: float, y: float, radius: float) -> np.ndarray:
    turns = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return np.stack([x + radius * np.cos(turns), y + radius * np.sin(turns)], axis=1).astype(np.float32)


def test_a_hand_counts_where_it_lies_over_the_lower_face(faces: Faces) -> None:
    points = faces.points[0]
    mouth, chin = points[14], points[152]
    assert touches_mouth(blob(*mouth, 8), points, 128)
    assert touches_mouth(blob(chin[0], chin[1] + 8, 14), points, 128)
    assert not touches_mouth(blob(chin[0], chin[1] + 40, 14), points, 128)
    assert not touches_mouth(blob(mouth[0] + 90, mouth[1], 20), points, 128)


def test_a_hand_that_looks_like_skin_is_believed_too(faces: Faces) -> None:
    """Nothing in the picture is unusual; the hand that was seen decides."""
    hands = np.zeros(len(faces.points), bool)
    hands[30:33] = hands[39:42] = True
    crops = shrink(faces.fine, 128)
    found = guard(faces.points, np.ones(len(crops), bool), crops, faces.triangles, hands)
    assert np.flatnonzero(found.covered).tolist() == list(range(30, 42))
    assert np.flatnonzero(~found.ok).tolist() == list(range(28, 44))


def test_hands_at_both_ends_of_a_take_do_not_meet(faces: Faces) -> None:
    hands = np.zeros(len(faces.points), bool)
    hands[:3] = hands[-3:] = True
    crops = shrink(faces.fine, 128)
    found = guard(faces.points, np.ones(len(crops), bool), crops, faces.triangles, hands)
    assert int(found.covered.sum()) == 6
