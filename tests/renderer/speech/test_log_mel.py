from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from renderer.speech.log_mel import BANDS, compute_log_mel_bands, sample_bands

RATE_HZ = 48_000


def tone(hz: float, length_s: float = 1.0) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hz * np.arange(int(length_s * RATE_HZ)) / RATE_HZ)).astype(np.float32)


def speech_like(seed: int = 0, length_s: float = 4.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    noise = lfilter([1], [1, -0.9], rng.normal(size=int(length_s * RATE_HZ)))
    syllables = np.clip(np.sin(2 * np.pi * 3 * np.arange(len(noise)) / RATE_HZ), 0, 1)
    return (0.1 * noise * syllables).astype(np.float32)


def test_there_is_a_row_every_ten_milliseconds() -> None:
    assert compute_log_mel_bands(tone(300), RATE_HZ).shape == (101, BANDS)


def test_a_higher_tone_is_heard_in_a_higher_band() -> None:
    sound = np.concatenate([tone(200), tone(1000), tone(4000)])
    loudest = compute_log_mel_bands(sound, RATE_HZ).argmax(1)
    assert loudest[50] < loudest[150] < loudest[250]


def test_silence_is_zero_and_no_sound_has_no_rows() -> None:
    sound = np.concatenate([speech_like(), np.zeros(RATE_HZ, np.float32)])
    assert not compute_log_mel_bands(sound, RATE_HZ)[-50:].any()
    assert compute_log_mel_bands(np.zeros(0, np.float32), RATE_HZ).shape == (0, BANDS)


@pytest.mark.parametrize("louder", [0.1, 3.0])
def test_the_level_of_a_recording_does_not_matter(louder: float) -> None:
    sound = speech_like()
    assert np.allclose(
        compute_log_mel_bands(sound * np.float32(louder), RATE_HZ),
        compute_log_mel_bands(sound, RATE_HZ),
        atol=0.02,
    )


def test_a_dull_microphone_changes_little() -> None:
    sound = speech_like()
    dull = lfilter([0.5], [1, -0.5], sound).astype(np.float32)
    plain, muffled = compute_log_mel_bands(sound, RATE_HZ), compute_log_mel_bands(dull, RATE_HZ)
    loud = plain.mean(1) > 2
    raw_db = 20 * np.log10(1.5 / 0.5)  # between the lowest and the highest sound
    assert np.abs((plain - muffled)[loud]).mean() < 0.25 * raw_db / 20


@pytest.mark.parametrize("rate_hz", [16_000, 22_050, 44_100])
def test_the_rate_of_the_samples_does_not_matter(rate_hz: int) -> None:
    at = np.arange(int(rate_hz * 1.0)) / rate_hz
    sound = (np.sin(2 * np.pi * 500 * at) * (at > 0.5)).astype(np.float32)
    bands = compute_log_mel_bands(sound, rate_hz)
    assert bands[20].max() == 0
    assert bands[80].argmax() == compute_log_mel_bands(tone(500), RATE_HZ)[50].argmax()


def test_sound_is_looked_up_at_any_time_and_is_silent_beyond_its_ends() -> None:
    bands = np.repeat(np.linspace(0, 2, 101)[:, None], BANDS, 1).astype(np.float32)
    found = sample_bands(bands, np.array([-1.0, 0.25, 0.505, 5.0]))
    assert np.allclose(found[:, 0], [0, 0.5, 1.01, 0], atol=1e-4)
    assert not sample_bands(np.zeros((0, BANDS), np.float32), np.array([0.0, 1.0])).any()
