from __future__ import annotations

import numpy as np

from renderer.training.sound_augmentation import record_elsewhere

RATE_HZ = 24_000


def make_clicks() -> np.ndarray:
    sound = np.zeros(3 * RATE_HZ, np.float32)
    for at in range(RATE_HZ // 2, len(sound), RATE_HZ // 2):
        sound[at : at + 480] = np.hanning(480) * np.sin(np.arange(480) * 0.4)
    return sound


def test_every_place_sounds_different_and_repeats_for_the_same_seed() -> None:
    sound = make_clicks()
    places = [record_elsewhere(sound, RATE_HZ, np.random.default_rng(seed)) for seed in range(8)]
    assert len({place.tobytes() for place in places}) == 8
    assert np.array_equal(places[3], record_elsewhere(sound, RATE_HZ, np.random.default_rng(3)))
    assert all(len(place) == len(sound) and np.abs(place).max() <= 0.701 for place in places)


def test_sounds_stay_where_they_were() -> None:
    sound = make_clicks()
    level = np.abs(sound).reshape(-1, 240).max(1)
    for seed in range(8):
        place = record_elsewhere(sound, RATE_HZ, np.random.default_rng(seed))
        found = np.abs(place).reshape(-1, 240).max(1)
        shifts = range(-6, 7)
        best = max(shifts, key=lambda by: np.corrcoef(np.roll(level, by), found)[0, 1])
        assert abs(best) <= 1


def test_silence_stays_finite() -> None:
    assert np.isfinite(
        record_elsewhere(np.zeros(RATE_HZ, np.float32), RATE_HZ, np.random.default_rng(0))
    ).all()
