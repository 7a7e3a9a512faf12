"""A leap of one frame is taken out of a track; whatever really moves stays."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.face.outliers import replace_outliers

FRAMES, WIDTH_PX = 40, 200.0
SEEN = np.ones(FRAMES, bool)


@pytest.fixture
def talking() -> np.ndarray:
    """A face that nods and sways while its lower half talks fast."""
    rng = np.random.default_rng(4)
    face = rng.uniform(0, WIDTH_PX, (478, 2)).astype(np.float32)
    face[:2, 0] = 0, WIDTH_PX
    at = np.arange(FRAMES)[:, None, None]
    sway = WIDTH_PX * np.concatenate([0.05 * np.sin(at / 6), 0.03 * np.sin(at / 3)], 2)
    jaw = np.zeros((FRAMES, 478, 2))
    jaw[:, :120, 1] = 0.06 * WIDTH_PX * (at[:, 0] % 4 < 2)
    return np.asarray(face + sway + jaw, np.float32)


def test_a_leap_is_replaced_by_what_lies_beside_it(talking: np.ndarray) -> None:
    leapt = talking.copy()
    leapt[20, 50:] += (0, 0.08 * WIDTH_PX)
    steady = replace_outliers(leapt, SEEN)
    assert np.abs(steady[20] - (talking[19] + talking[21]) / 2).max() < 1e-3
    others = np.arange(FRAMES) != 20
    assert np.array_equal(steady[others], leapt[others])


def test_speech_and_fast_nods_are_no_leaps(talking: np.ndarray) -> None:
    assert np.array_equal(replace_outliers(talking, SEEN), talking)


def test_a_cut_to_another_view_is_no_leap(talking: np.ndarray) -> None:
    cut = talking.copy()
    cut[25:] = cut[25:] * 1.5 + 40
    assert np.array_equal(replace_outliers(cut, SEEN), cut)


@pytest.mark.parametrize("lost", [19, 20, 21])
def test_nothing_is_said_of_frames_beside_a_lost_face(talking: np.ndarray, lost: int) -> None:
    leapt, seen = talking.copy(), SEEN.copy()
    leapt[20] += 0.08 * WIDTH_PX
    seen[lost] = False
    assert np.array_equal(replace_outliers(leapt, seen), leapt)


def test_two_frames_have_no_middle(talking: np.ndarray) -> None:
    assert np.array_equal(replace_outliers(talking[:2], SEEN[:2]), talking[:2])
