"""Frames that cannot carry a mouth are noticed."""

from __future__ import annotations

import cv2
import numpy as np

from renderer.face.landmarks import CHEEKS, NOSE_TIP
from renderer.mouth.base import shrink
from renderer.presenter.frame_filter import FILTER_PX, filter_frames, find_profile, mask_hand
from renderer.presenter.lower_faces import Faces


def test_a_presenter_who_faces_the_camera_is_trusted_throughout(faces: Faces) -> None:
    assert faces.ok.all()
    assert faces.usable.all()
    assert faces.problems == ()


def test_a_hand_before_the_mouth_is_noticed(faces: Faces) -> None:
    crops = shrink(faces.fine, 128).copy()
    for crop in crops[60:66]:
        cv2.ellipse(crop, (64, 92), (46, 26), 15, 0, 360, (96, 60, 48), -1)
    found = filter_frames(faces.points, np.ones(len(crops), bool), crops, faces.triangles)
    assert found.covered[60:66].all()
    assert found.covered.sum() == 6
    assert not found.ok[58:68].any()
    assert "covered in 6 of" in found.describe_problems()[0]


def test_a_hand_is_noticed_while_it_comes_and_goes(faces: Faces) -> None:
    """A few fingers over one cheek alone are too little to tell; before a covered mouth they are a hand."""
    crops = shrink(faces.fine, 128).copy()
    for at, crop in enumerate(crops[60:74]):
        cv2.ellipse(crop, (-46 + 16 * at, 92), (46, 26), 15, 0, 360, (96, 60, 48), -1)
    found = filter_frames(faces.points, np.ones(len(crops), bool), crops, faces.triangles)
    assert found.covered[63:71].all()
    assert not found.covered[:60].any() and not found.covered[75:].any()


def test_a_head_that_turns_away_is_noticed(faces: Faces) -> None:
    points = faces.points[:10].copy()
    left, right = points[4, CHEEKS[0], 0], points[4, CHEEKS[1], 0]
    points[4, NOSE_TIP, 0] = left + 0.1 * (right - left)
    assert find_profile(points).tolist() == [False] * 4 + [True] + [False] * 5


def test_lost_frames_take_their_neighbours_with_them(faces: Faces) -> None:
    ok = np.ones(len(faces.points), bool)
    ok[50] = False
    found = filter_frames(faces.points, ok, shrink(faces.fine, 128), faces.triangles)
    assert np.flatnonzero(~found.ok).tolist() == [48, 49, 50, 51, 52]


def test_a_mouth_is_not_drawn_for_a_few_frames_between_kept_ones(faces: Faces) -> None:
    ok = np.ones(len(faces.points), bool)
    ok[[50, 58, 80]] = False
    found = filter_frames(faces.points, ok, shrink(faces.fine, 128), faces.triangles)
    assert np.flatnonzero(~found.ok).tolist() == [*range(48, 61), *range(78, 83)]


def blob(x: float, y: float, radius: float) -> np.ndarray:
    turns = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return np.stack([x + radius * np.cos(turns), y + radius * np.sin(turns)], axis=1).astype(np.float32)


def test_a_hand_counts_where_it_lies_over_the_lower_face(faces: Faces) -> None:
    points = faces.points[0]
    mouth, chin = points[14], points[152]
    assert mask_hand(blob(*mouth, 8), points, 128).any()
    assert mask_hand(blob(chin[0], chin[1] + 8, 14), points, 128).any()
    assert not mask_hand(blob(chin[0], chin[1] + 40, 14), points, 128).any()
    assert not mask_hand(blob(mouth[0] + 90, mouth[1], 20), points, 128).any()


def seen_hands(faces: Faces, frames: list[int]) -> np.ndarray:
    """A hand over chin and cheek that was seen in these frames."""
    hands = np.zeros((len(faces.points), FILTER_PX, FILTER_PX), bool)
    for frame in frames:
        chin = faces.points[frame, 152]
        hands[frame] = mask_hand(blob(chin[0] - 14, chin[1] - 12, 18), faces.points[frame], 128)
    return hands


def touched(faces: Faces, frames: list[int]) -> np.ndarray:
    """Crops in which something nearly of the skin's colour lies on chin and cheek."""
    crops = shrink(faces.fine, 128).copy()
    for frame in frames:
        chin = faces.points[frame, 152]
        centre = (round(float(chin[0])) - 14, round(float(chin[1])) - 12)
        shade = np.zeros(crops[frame].shape, np.uint8)
        cv2.circle(shade, centre, 18, (22, 22, 22), -1)
        crops[frame] = cv2.subtract(crops[frame], shade)
    return crops


SEEN = [30, 31, 32, 39, 40, 41]


def test_a_hand_that_looks_like_skin_is_believed_too(faces: Faces) -> None:
    """The picture alone would not be unusual enough, and the hand alone might be none."""
    ok, crops = np.ones(len(faces.points), bool), touched(faces, list(range(30, 42)))
    assert not filter_frames(faces.points, ok, crops, faces.triangles).covered.any()
    found = filter_frames(faces.points, ok, crops, faces.triangles, seen_hands(faces, SEEN))
    assert np.flatnonzero(found.covered).tolist() == list(range(30, 42))
    assert np.flatnonzero(~found.ok).tolist() == list(range(28, 44))


def test_a_hand_that_is_seen_in_a_bare_face_is_none(faces: Faces) -> None:
    """The finder took a dark or very close face itself for a hand, in more than half of a take."""
    ok, crops = np.ones(len(faces.points), bool), shrink(faces.fine, 128)
    everywhere = seen_hands(faces, list(range(len(crops))))
    assert everywhere.any((1, 2)).all()
    assert not filter_frames(faces.points, ok, crops, faces.triangles, everywhere).covered.any()


def test_hands_at_both_ends_of_a_take_do_not_meet(faces: Faces) -> None:
    last = len(faces.points) - 1
    ends = [0, 1, 2, last - 2, last - 1, last]
    ok, crops = np.ones(len(faces.points), bool), touched(faces, ends)
    found = filter_frames(faces.points, ok, crops, faces.triangles, seen_hands(faces, ends))
    assert np.flatnonzero(found.covered).tolist() == ends
