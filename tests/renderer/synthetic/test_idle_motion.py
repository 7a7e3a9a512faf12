from __future__ import annotations

import numpy as np
import pytest

from renderer.face.landmarks import NOSE_TIP
from renderer.synthetic.body import Human
from renderer.synthetic.identity import create_average_identity
from renderer.synthetic.idle_motion import animate_gaze, animate_head, animate_turning_head
from renderer.synthetic.landmarks import compute_face_points

TIMES_S = np.arange(250) / 25


def _turn(seed: int) -> np.ndarray:
    return animate_turning_head(TIMES_S, np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(4))
def test_a_turning_head_reaches_thirty_degrees_to_both_sides_and_nods_by_twelve(seed: int) -> None:
    turned = np.degrees(_turn(seed))
    assert turned[:, 0].min() == pytest.approx(-30)
    assert turned[:, 0].max() == pytest.approx(30)
    assert turned[:, 1].min() == pytest.approx(-12)
    assert turned[:, 1].max() == pytest.approx(12)


@pytest.mark.parametrize("seed", range(4))
def test_it_turns_much_faster_than_a_head_that_idles(seed: int) -> None:
    idle = animate_head(TIMES_S, [], 1.0, np.random.default_rng(seed))
    fastest = [np.abs(np.diff(head[:, 0])).max() for head in (_turn(seed), idle)]
    assert fastest[0] > 2 * fastest[1]


def test_equal_seeds_turn_alike_and_others_do_not() -> None:
    assert np.array_equal(_turn(1), _turn(1))
    assert not np.allclose(_turn(1), _turn(2))


def test_the_true_points_turn_with_the_head() -> None:
    person, turned = Human(create_average_identity()), _turn(3)
    ends = turned[[turned[:, 0].argmin(), turned[:, 0].argmax()]]
    left, right = (
        compute_face_points(person, {}, (float(yaw), float(pitch), float(roll))) for yaw, pitch, roll in ends
    )
    assert left[NOSE_TIP, 0] < -0.03
    assert right[NOSE_TIP, 0] > 0.03


def test_eyes_leave_the_camera_where_the_head_turns_too_far() -> None:
    head = np.zeros((250, 3))
    head[:, 0] = np.radians(60)
    gaze = animate_gaze(TIMES_S, head, np.random.default_rng(1))
    assert -0.5 < gaze[:, 0].mean() < -0.2


def test_a_clip_of_no_frames_or_one_can_be_turned() -> None:
    for frames in (0, 1):
        assert animate_turning_head(TIMES_S[:frames], np.random.default_rng(1)).shape == (frames, 3)
