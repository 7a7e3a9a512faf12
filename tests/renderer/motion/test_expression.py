from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from renderer.face.landmarks import HEAD_POSE, MOUTH_CORNERS, POINTS
from renderer.motion.canonical import build_canonical_movements
from renderer.motion.expression import encode_speech, measure_expression
from renderer.motion.head import LinearHead
from renderer.motion.measures import JAW, OPEN, compute_aperture
from renderer.motion.space import MotionSpace, fit_space
from tests.renderer.motion.synthetic import FPS, load_neutral_face, make_spoken_take

_SMILE = 2  # among the canonical movements: wide


@pytest.fixture(scope="module")
def smiling() -> np.ndarray:
    """A spoken take [325, 478, 2] whose second half is spoken with a smile."""
    points = make_spoken_take()[0].copy()
    points[160:] += build_canonical_movements(load_neutral_face())[_SMILE]
    return points


@pytest.fixture(scope="module")
def space(smiling: np.ndarray) -> MotionSpace:
    return fit_space(smiling, np.ones(len(smiling), bool))


def _width(points: np.ndarray) -> np.ndarray:
    return np.asarray(np.ptp(points[:, list(MOUTH_CORNERS), 0], axis=1))


def test_a_smile_that_lasts_stays_in_a_mouth_without_words(space: MotionSpace, smiling: np.ndarray) -> None:
    expression = measure_expression(space, smiling, np.ones(len(smiling), bool), FPS)
    shown, bare = (space.decode(motion, smiling) for motion in (expression, np.zeros_like(expression)))
    added = _width(shown) - _width(bare)
    smile_px = np.ptp(build_canonical_movements(load_neutral_face())[_SMILE][list(MOUTH_CORNERS), 0])
    assert added[200:].mean() - added[:120].mean() == pytest.approx(smile_px, rel=0.35)


def test_an_expression_never_opens_the_mouth(space: MotionSpace, smiling: np.ndarray) -> None:
    expression = measure_expression(space, smiling, np.ones(len(smiling), bool), FPS)
    measures = expression @ space.compute_sensitivities()[[OPEN, JAW]].T
    assert np.abs(measures).max() < 0.05
    assert compute_aperture(space.decode(expression, smiling)).max() < 0.15 * compute_aperture(smiling).max()


def test_words_are_left_to_speech(space: MotionSpace, smiling: np.ndarray) -> None:
    ok = np.ones(len(smiling), bool)
    speech, whole = encode_speech(space, smiling, ok, FPS), space.encode(smiling)
    rows = space.compute_sensitivities()[OPEN]
    assert np.allclose(speech @ rows, whole @ rows, atol=0.05)


def test_frames_that_cannot_be_trusted_do_not_smile(space: MotionSpace, smiling: np.ndarray) -> None:
    ok = np.ones(len(smiling), bool)
    ok[60:80] = False
    broken = smiling.copy()
    broken[60:80, list(MOUTH_CORNERS)] += 30
    assert np.array_equal(
        measure_expression(space, broken, ok, FPS), measure_expression(space, smiling, ok, FPS)
    )


def test_a_bake_of_version_0_2_has_none(space: MotionSpace, smiling: np.ndarray) -> None:
    size = 2 * len(HEAD_POSE)
    linear = LinearHead(np.zeros(size), np.zeros((6, size)), np.zeros((6, POINTS, 2)))
    old = replace(space, head=linear)
    assert not measure_expression(old, smiling, np.ones(len(smiling), bool), FPS).any()


def test_a_take_without_a_trusted_frame_has_none(space: MotionSpace, smiling: np.ndarray) -> None:
    assert not measure_expression(space, smiling, np.zeros(len(smiling), bool), FPS).any()
