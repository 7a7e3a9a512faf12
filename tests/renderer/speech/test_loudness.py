import numpy as np
import pyloudnorm
import pytest

from renderer.speech.loudness import measure_lufs, measure_true_peak, normalise

RATE_HZ = 48_000


def tone(seconds, level, hz=220.0):
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return (level * np.sin(2 * np.pi * hz * t)).astype(np.float32)


def clicks(seconds):
    """Speech-like crest: short decaying bursts, far louder at their start."""
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return (np.exp(-(t % 0.2) * 60) * np.sin(2 * np.pi * 300 * t)).astype(np.float32) * 0.05


@pytest.mark.parametrize("seconds", [0.15, 0.39, 0.41, 1.0, 5.0])
@pytest.mark.parametrize("make", [lambda s: tone(s, 0.02), clicks])
def test_any_length_reaches_the_target(seconds, make):
    sound = normalise(make(seconds), RATE_HZ)
    assert measure_lufs(sound, RATE_HZ) == pytest.approx(-16.0, abs=0.3)
    assert measure_true_peak(sound) <= 10 ** (-1 / 20)


def test_the_measure_agrees_with_the_standard_meter_on_long_sound():
    sound = tone(4, 0.1)
    assert measure_lufs(sound, RATE_HZ) == pytest.approx(pyloudnorm.Meter(RATE_HZ).integrated_loudness(sound))


def test_another_target_can_be_asked_for():
    assert measure_lufs(normalise(tone(2, 0.5), RATE_HZ, -23.0), RATE_HZ) == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("sound", [np.zeros(0, np.float32), np.zeros(48_000, np.float32)])
def test_silence_stays_silence(sound):
    assert measure_lufs(sound, RATE_HZ) == float("-inf")
    assert not normalise(sound, RATE_HZ).any()


def test_the_true_peak_lies_between_samples():
    t = np.arange(4_800)
    between = np.sin(2 * np.pi * t / 4 + np.pi / 4).astype(np.float32)
    assert np.abs(between).max() < 0.72
    assert measure_true_peak(between) == pytest.approx(1.0, abs=0.1)
