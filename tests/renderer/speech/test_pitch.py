from __future__ import annotations

import numpy as np
import pytest

from renderer.speech.pitch import measure_pitch_hz, track_pitch
from renderer.voices.hibari_voice import HibariSpeaker, Throat


def make_tone(hertz: float, rate_hz: int = 48_000, seconds: float = 1.0) -> np.ndarray:
    """A buzz with nine harmonics, as a throat makes."""
    times = np.arange(int(rate_hz * seconds)) / rate_hz
    return sum(np.sin(2 * np.pi * hertz * n * times) / n for n in range(1, 10)).astype(np.float32)


@pytest.mark.parametrize("hertz", [70, 89, 110, 150, 213, 300, 380])
@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_a_buzz_has_the_pitch_that_it_was_made_with(hertz: float, noise: float) -> None:
    tone = make_tone(hertz)
    hiss = np.random.default_rng(0).normal(0, noise, len(tone)).astype(np.float32)
    assert measure_pitch_hz(tone + hiss, 48_000) == pytest.approx(hertz, rel=0.01)


def test_a_pitch_without_its_lowest_harmonic_is_heard_all_the_same() -> None:
    times = np.arange(24_000) / 24_000
    thin = sum(np.sin(2 * np.pi * 120 * n * times) for n in (2, 3, 4, 5)).astype(np.float32)
    assert measure_pitch_hz(thin, 24_000) == pytest.approx(120, rel=0.01)


@pytest.mark.parametrize("sound", [np.zeros(48_000), np.random.default_rng(1).normal(0, 0.1, 48_000), []])
def test_silence_noise_and_nothing_have_no_pitch(sound: np.ndarray) -> None:
    assert measure_pitch_hz(np.asarray(sound, np.float32), 48_000) == 0.0


def test_the_track_is_the_same_however_long_the_sound_before_it() -> None:
    long = np.concatenate([make_tone(100, 16_000, 12.0), make_tone(200, 16_000, 2.0)])
    track = track_pitch(long, 16_000)
    assert np.median(track[:1100]) == pytest.approx(100, rel=0.01)
    assert np.median(track[1250:]) == pytest.approx(200, rel=0.01)


def test_a_voice_through_a_deeper_throat_measures_lower() -> None:
    line = "We will meet you all on Monday morning, and we may well hear more of your money then."
    own, deep = (HibariSpeaker(Throat(pitch)).say(line.split(), 1.0) for pitch in (1.0, 0.5))
    fall = measure_pitch_hz(deep.samples, deep.rate_hz) / measure_pitch_hz(own.samples, own.rate_hz)
    assert fall == pytest.approx(0.5, rel=0.15)
