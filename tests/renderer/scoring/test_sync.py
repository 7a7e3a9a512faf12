from fractions import Fraction

import numpy as np
import pytest

from renderer.scoring.sync import late_frames, lip_speed, loudness_envelope, offset_frames

FPS, RATE_HZ = Fraction(30_000, 1001), 48_000


def speech(frames: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Apertures [frames] and the loudness [frames] of a mouth that is loud when it moves."""
    dice = np.random.default_rng(seed)
    loud = np.clip(np.convolve(dice.normal(size=frames + 4), np.ones(5) / 2, "valid"), 0, None)
    # The mouth goes to and fro, as far as the sound is loud.
    gaps = 0.02 + np.cumsum(loud * np.where(np.arange(frames) // 3 % 2, 1, -1)) * 0.002
    return (gaps - gaps.min()).astype(np.float32), loud.astype(np.float32)


@pytest.mark.parametrize("late", [-3, 0, 3])
def test_an_injected_offset_of_the_sound_is_found(late: int):
    gaps, loud = speech(500)
    at_rest, _ = offset_frames(gaps, loud)
    moved, _ = offset_frames(gaps, np.roll(loud, late))
    assert moved - at_rest == late


@pytest.mark.parametrize("late", [-3, 0, 3])
def test_an_injected_offset_of_the_lips_is_found(late: int):
    gaps, _ = speech(400)
    assert late_frames(np.roll(gaps, late), gaps)[0] == late


def test_the_envelope_has_one_level_for_each_frame_at_an_odd_rate():
    samples = np.zeros(2 * RATE_HZ, np.float32)
    samples[RATE_HZ:] = 0.1
    envelope = loudness_envelope(samples, 59, FPS, RATE_HZ)
    assert len(envelope) == 59
    assert envelope[:29].max() == 0.0
    assert envelope[31:].min() == pytest.approx(40.0, abs=0.1)
    assert loudness_envelope(samples, 90, FPS, RATE_HZ)[70:].max() == 0.0, "past its end there is silence"


def test_lip_speed_neither_leads_nor_lags():
    peak = np.exp(-(((np.arange(41) - 20) / 3) ** 2)).astype(np.float32)
    speed = lip_speed(peak)
    assert speed == pytest.approx(speed[::-1], abs=1e-6)
