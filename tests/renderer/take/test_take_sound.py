from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from renderer.take.take_sound import TakeSound, bring_near, measure_bands_db, measure_take_sound

RATE_HZ = 48_000
Samples = npt.NDArray[np.float32]


def noise(seconds: float, dull: int = 1, seed: int = 1) -> Samples:
    white = np.random.default_rng(seed).normal(0, 0.1, int(seconds * RATE_HZ) + dull - 1)
    return np.asarray(np.convolve(white, np.ones(dull) / dull, "valid"), np.float32)


def test_a_take_is_measured_and_comes_back_from_its_arrays() -> None:
    samples = np.concatenate([noise(3), noise(2) * np.float32(0.002)])
    sound = measure_take_sound(samples)
    assert sound is not None
    assert sound.tone is not None
    assert sound.tone.level_db == pytest.approx(-74, abs=1)
    again = TakeSound.from_arrays(sound.to_arrays())
    assert again.tone is not None
    assert (again.lufs, again.peak_db) == (sound.lufs, sound.peak_db)
    assert np.array_equal(again.tone.power, sound.tone.power)
    assert np.array_equal(again.bands_db, sound.bands_db)


def test_a_take_in_which_nothing_is_heard_has_no_sound() -> None:
    assert measure_take_sound(np.zeros(RATE_HZ, np.float32)) is None


def test_a_line_comes_nearer_to_the_takes_spectrum_and_keeps_its_length() -> None:
    line, wanted = noise(2), measure_bands_db(noise(4, dull=8, seed=2))
    near = bring_near(line, wanted)
    assert len(near) == len(line)

    def apart_db(samples: Samples) -> float:
        difference = measure_bands_db(samples) - wanted
        return float(np.abs(difference - np.median(difference)).mean())

    assert apart_db(near) < 0.6 * apart_db(line)


def test_a_line_keeps_its_place_and_no_band_changes_by_more_than_six_decibels() -> None:
    line = noise(2)
    line[: RATE_HZ // 2] = 0
    near = bring_near(line, measure_bands_db(noise(4, dull=48, seed=2)))
    change_db = measure_bands_db(near) - measure_bands_db(line)
    assert np.abs(change_db).max() < 6.5
    assert np.abs(near[: RATE_HZ // 2 - 1024]).max() == pytest.approx(0, abs=1e-6)
