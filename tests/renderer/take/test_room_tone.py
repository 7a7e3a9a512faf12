from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from renderer.take.room_tone import measure_levels_db, measure_room_tone

Samples = npt.NDArray[np.float32]
RATE_HZ = 48_000


def filmed(room: Samples, *, spoken: float = 0.5) -> Samples:
    """Seconds of a room, in which a buzz is heard and not heard in turns."""
    time_s = np.arange(len(room)) / RATE_HZ
    voice = 0.2 * np.sign(np.sin(2 * np.pi * 140 * time_s)) * (time_s % 1 < spoken)
    return (room + voice).astype(np.float32)


def rumble(seconds: int, level: float, seed: int = 1) -> Samples:
    white = np.random.default_rng(seed).normal(0, 1, seconds * RATE_HZ + 63)
    dark = np.convolve(white, np.hanning(64), "valid")
    return np.asarray(level * dark / dark.std(), np.float32)


def test_the_tone_has_the_level_and_the_colour_of_the_pauses() -> None:
    room = rumble(8, 0.001)
    tone = measure_room_tone(filmed(room))
    assert tone is not None
    assert tone.level_db == pytest.approx(-60, abs=1)
    made = tone.generate(4 * RATE_HZ, np.random.default_rng(2))
    for low_hz, high_hz in ((50, 400), (400, 1500)):
        assert band_db(made, low_hz, high_hz) == pytest.approx(band_db(room, low_hz, high_hz), abs=1.5)


def test_nothing_in_the_tone_comes_again() -> None:
    tone = measure_room_tone(filmed(rumble(8, 0.001)))
    assert tone is not None
    made = tone.generate(6 * RATE_HZ, np.random.default_rng(2)).astype(np.float64)
    spectrum = np.fft.rfft(made, 2 * len(made))
    alike = np.fft.irfft(np.abs(spectrum) ** 2)[: len(made)]
    assert np.abs(alike[RATE_HZ // 20 :]).max() < 0.1 * alike[0]


def test_the_same_seed_gives_the_same_tone_and_another_seed_another_one() -> None:
    tone = measure_room_tone(filmed(rumble(8, 0.001)))
    assert tone is not None
    one, again, other = (tone.generate(5000, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(one, again)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.2


def test_a_click_in_a_pause_is_not_in_the_tone() -> None:
    room = rumble(8, 0.001)
    room[int(1.75 * RATE_HZ)] = 0.5
    tone = measure_room_tone(filmed(room))
    assert tone is not None
    assert tone.level_db == pytest.approx(-60, abs=1)


def test_digital_silence_and_speech_without_a_pause_have_no_tone() -> None:
    assert measure_room_tone(filmed(np.zeros(8 * RATE_HZ, np.float32))) is None
    assert measure_room_tone(filmed(rumble(8, 0.001), spoken=1.0)) is None
    assert measure_room_tone(np.zeros(0, np.float32)) is None


def test_levels_are_those_of_each_hundredth_of_a_second() -> None:
    samples = np.concatenate([np.full(480, 0.1), np.full(490, 0.01)]).astype(np.float32)
    assert measure_levels_db(samples) == pytest.approx([-20, -40], abs=0.01)


def band_db(samples: Samples, low_hz: float, high_hz: float) -> float:
    power = np.abs(np.fft.rfft(samples.astype(np.float64))) ** 2 / len(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    return float(10 * np.log10(power[(hertz >= low_hz) & (hertz < high_hz)].mean()))
