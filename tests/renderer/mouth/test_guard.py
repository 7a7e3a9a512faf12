"""Frames that cannot carry a mouth are noticed."""

from __future__ import annotations

import cv2
import numpy as np

from renderer.face.landmarks import CHEEKS, NOSE_TIP
from renderer.mouth.base import shrink
from renderer.mouth.faces import Faces
from renderer.mouth.guard import guard, in_profile


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
