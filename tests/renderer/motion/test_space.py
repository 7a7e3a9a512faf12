from __future__ import annotations

import numpy as np
import pytest

from renderer.errors import RenderError
from renderer.face import landmarks as lm
from renderer.motion.measures import OPEN, compute_aperture, compute_mouth_measures
from renderer.motion.space import MotionSpace, fit_space
from tests.renderer.motion.synthetic import load_neutral_face, make_spoken_take, turn


@pytest.fixture(scope="module")
def take() -> np.ndarray:
    return make_spoken_take()[0]


@pytest.fixture(scope="module")
def space(take: np.ndarray) -> MotionSpace:
    return fit_space(take, np.ones(len(take), bool))


def test_encoding_and_decoding_gives_the_lips_back(space: MotionSpace, take: np.ndarray) -> None:
    again = space.decode(space.encode(take), take)
    assert np.abs(again - take)[:, lm.LIPS].mean() < 0.15


def test_points_above_the_nose_base_stay_untouched(space: MotionSpace, take: np.ndarray) -> None:
    motion = np.full((len(take), space.size), 5.0, np.float32)
    again = space.decode(motion, take)
    assert np.array_equal(again[:, lm.HEAD_POSE[:21]], take[:, lm.HEAD_POSE[:21]])


def test_zero_motion_is_a_closed_mouth_under_any_head_pose(space: MotionSpace, take: np.ndarray) -> None:
    closed = space.decode(np.zeros((len(take), space.size), np.float32), take)
    assert compute_aperture(take).max() > 0.06
    assert compute_aperture(closed).max() < 0.012


def test_a_mouth_that_hardly_ever_closes_is_neutral_when_it_does(take: np.ndarray) -> None:
    """One frame in twenty is closed, as when somebody talks without a pause through parted lips."""
    aperture = compute_aperture(take)
    opened = np.flatnonzero(aperture > np.quantile(aperture, 0.6))
    closed = np.flatnonzero(aperture < np.quantile(aperture, 0.1))[: len(opened) // 19]
    some = take[np.sort(np.concatenate([opened, closed]))]
    space = fit_space(some, np.ones(len(some), bool))
    neutral = space.decode(np.zeros((len(some), space.size), np.float32), some)
    assert compute_aperture(neutral).max() < 0.012


def test_a_turning_head_alone_is_not_motion(space: MotionSpace, take: np.ndarray) -> None:
    silent = turn(np.repeat(load_neutral_face()[None], 200, 0), 200, seed=99)
    moved = space.encode(silent) @ space.compute_sensitivities()[OPEN]
    spoken = space.encode(take) @ space.compute_sensitivities()[OPEN]
    assert np.abs(moved).max() < 0.1 * spoken.max()


def test_measures_of_motion_agree_with_measures_of_points(space: MotionSpace, take: np.ndarray) -> None:
    motion = space.encode(take)
    flat = np.repeat(space.rest[None], len(take), 0)
    shown = compute_mouth_measures(flat + np.tensordot(motion, space.basis, axes=1)) - compute_mouth_measures(
        flat
    )
    assert np.allclose(shown, motion @ space.compute_sensitivities().T, atol=1e-2)


def test_a_space_comes_back_from_its_arrays(space: MotionSpace, take: np.ndarray) -> None:
    again = MotionSpace.from_arrays(space.to_arrays())
    assert np.array_equal(again.encode(take), space.encode(take))


def test_the_same_take_gives_the_same_space(take: np.ndarray, space: MotionSpace) -> None:
    again = fit_space(take, np.ones(len(take), bool)).to_arrays()
    assert all(np.array_equal(array, again[name]) for name, array in space.to_arrays().items())


def test_a_take_that_never_opens_the_mouth_still_has_a_direction_for_it() -> None:
    still = turn(np.repeat(load_neutral_face()[None], 150, 0), 150, seed=3)
    space = fit_space(still, np.ones(150, bool))
    assert np.abs(space.compute_sensitivities()[OPEN]).max() > 0.05


def test_a_take_without_a_face_is_refused_with_advice() -> None:
    with pytest.raises(RenderError, match="Record it again"):
        fit_space(np.zeros((100, 478, 2), np.float32), np.zeros(100, bool))
