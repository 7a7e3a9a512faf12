from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.ndimage import gaussian_filter1d

from renderer.judging.lip_sync import match

Floats = npt.NDArray[np.float32]


def talk(seed: int, frames: int = 250) -> Floats:
    """Openings that come and go as syllables do, four in a second."""
    noise = np.random.default_rng(seed).normal(size=frames)
    return np.asarray(gaussian_filter1d(noise, 1.6), np.float32)


@pytest.mark.parametrize("late", [-2, 0, 3])
def test_the_lag_is_found_and_its_span_holds_it(late: int) -> None:
    lips = talk(1)
    found = match(np.roll(lips, late), [lips + 0.5 * talk(2)], 25.0)
    assert found.is_heard
    assert found.late_frames == late
    assert found.late_low <= late <= found.late_high


def test_lips_of_another_sentence_stay_under_chance_and_their_lag_is_uncertain() -> None:
    matches = [match(talk(seed), [talk(seed + 100)], 25.0) for seed in range(20)]
    assert sum(found.is_heard for found in matches) <= 3
    assert np.median([found.late_high - found.late_low for found in matches]) >= 8


def test_the_ear_that_hears_most_counts_against_the_chance_of_all() -> None:
    lips, deaf = talk(3), talk(4)
    alone, beside = match(lips, [lips], 25.0), match(lips, [deaf, lips], 25.0)
    assert beside.r == pytest.approx(alone.r)
    assert beside.chance >= alone.chance
