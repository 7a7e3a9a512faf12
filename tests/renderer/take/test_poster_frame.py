"""The frame that stands for a video, on faces of a few points that are moved by hand."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest

from renderer.face.face_mesh import open_face_follower
from renderer.face.landmarks import CHEEKS, INNER_MIDDLES, NOSE_TIP
from renderer.face.landmarks import EYE_ENDS as ALL_EYE_ENDS
from renderer.face.landmarks import LOWER_LIDS as ALL_LOWER_LIDS
from renderer.face.landmarks import UPPER_LIDS as ALL_UPPER_LIDS
from renderer.take.poster_frame import choose_poster_frame, find_usual_eyes, measure_eyes, measure_turn
from renderer.video.decode import TakeReader
from tests import takes

# One eye after the other.
EYE_ENDS = (ALL_EYE_ENDS[:2], ALL_EYE_ENDS[2:])
UPPER_LIDS = (ALL_UPPER_LIDS[:3], ALL_UPPER_LIDS[3:])
LOWER_LIDS = (ALL_LOWER_LIDS[:3], ALL_LOWER_LIDS[3:])

Floats = npt.NDArray[np.float32]
FPS = Fraction(25)
FRAMES = 50
ALL = np.ones(FRAMES, bool)


@pytest.fixture
def faces() -> Floats:
    """A face of 100 px that keeps still for two seconds with open eyes (0.3) and closed lips."""
    points = np.zeros((FRAMES, 478, 2), np.float32)
    points[:, CHEEKS[0]], points[:, CHEEKS[1]] = (-50, 0), (50, 0)
    for (one, other), upper, lower, x in zip(EYE_ENDS, UPPER_LIDS, LOWER_LIDS, (-20, 20), strict=True):
        points[:, one], points[:, other] = (x - 10, -20), (x + 10, -20)
        points[:, list(upper)], points[:, list(lower)] = (x, -23), (x, -17)
    return points


def shut_eyes(points: Floats, frames: slice) -> None:
    for upper, lower in zip(UPPER_LIDS, LOWER_LIDS, strict=True):
        points[frames, list(upper)] = points[frames, list(lower)]


def open_lips(points: Floats, frames: slice, gap_px: float = 6) -> None:
    points[frames, INNER_MIDDLES[1], 1] = gap_px


def test_where_nothing_is_wrong_it_is_the_first_frame(faces: Floats) -> None:
    assert choose_poster_frame(faces, ALL, FPS) == 0


def test_eyes_that_are_shut_or_just_opening_are_passed_over(faces: Floats) -> None:
    shut_eyes(faces, slice(0, 5))
    assert choose_poster_frame(faces, ALL, FPS) == 7


def test_one_shut_eye_is_shut_eyes(faces: Floats) -> None:
    faces[:10, list(UPPER_LIDS[0])] = faces[:10, list(LOWER_LIDS[0])]
    assert choose_poster_frame(faces, ALL, FPS) >= 10


def test_an_open_mouth_is_passed_over(faces: Floats) -> None:
    open_lips(faces, slice(0, 20))
    assert choose_poster_frame(faces, ALL, FPS) == 20


def test_a_mouth_that_never_closes_is_shown_where_it_is_least_open(faces: Floats) -> None:
    open_lips(faces, slice(0, FRAMES), 12)
    open_lips(faces, slice(30, 32), 5)
    assert choose_poster_frame(faces, ALL, FPS) == 30


def test_a_head_that_moves_or_is_turned_aside_is_passed_over(faces: Floats) -> None:
    faces[:10] += np.arange(10, 0, -1, dtype=np.float32)[:, None, None] * 8
    faces[10:25, NOSE_TIP, 0] = 20
    assert choose_poster_frame(faces, ALL, FPS) >= 25


def test_a_frame_without_a_face_is_never_chosen(faces: Floats) -> None:
    seen = ALL.copy()
    seen[:15] = False
    open_lips(faces, slice(15, FRAMES))
    assert choose_poster_frame(faces, seen, FPS) >= 15


def test_eyes_that_are_less_open_than_the_persons_usual_cost(faces: Floats) -> None:
    for lower in LOWER_LIDS:
        faces[:40, list(lower), 1] = -19
    open_lips(faces, slice(40, FRAMES), 2)
    assert choose_poster_frame(faces, ALL, FPS, usual_eyes=0.2) == 0
    assert choose_poster_frame(faces, ALL, FPS, usual_eyes=0.3) >= 40


def test_how_open_eyes_are_is_their_gap_over_their_width(faces: Floats) -> None:
    assert measure_eyes(faces) == pytest.approx(np.full(FRAMES, 0.3))
    shut_eyes(faces, slice(0, 15))
    assert find_usual_eyes(measure_eyes(faces)) == pytest.approx(0.3)


def test_a_turn_is_the_same_for_a_tilted_head(faces: Floats) -> None:
    faces[:, NOSE_TIP] = (10, 5)
    tilt = np.array([[0.8, 0.6], [-0.6, 0.8]], np.float32)
    assert measure_turn(faces @ tilt) == pytest.approx(measure_turn(faces), abs=1e-5)
    assert measure_turn(faces) == pytest.approx(np.full(FRAMES, 0.1))


def test_the_demos_presenter_looks_at_us_with_a_closed_mouth() -> None:
    follow = open_face_follower(1)
    with TakeReader(takes.DEMO_TAKE) as reader:
        found = [follow(frame)[0] for frame in reader.frames(range(100))]
    points = np.asarray(found, np.float32)
    at = choose_poster_frame(points, np.ones(len(points), bool), FPS)
    upper, lower = INNER_MIDDLES
    gaps = np.linalg.norm(points[:, upper] - points[:, lower], axis=-1)
    eyes = measure_eyes(points)
    assert eyes[at] > 0.9 * find_usual_eyes(eyes)
    assert gaps[at] <= np.quantile(gaps, 0.25)
