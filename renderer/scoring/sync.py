"""Whether lips and sound come together (offset: docs/quality.md)."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from renderer.scoring.signals import best_lag
from renderer.timeline import sample_at

Floats = npt.NDArray[np.float32]

REACH_FRAMES = 15
_SILENCE_DB = -60.0


def loudness_envelope(samples: Floats, frames: int, fps: Fraction, rate_hz: int) -> Floats:
    """Level of mono ``samples`` during each frame [frames]: decibels above -60 dB, 0 in silence."""
    edges = [min(sample_at(frame, fps, rate_hz), len(samples)) for frame in range(frames + 1)]
    parts = [samples[a:b].astype(np.float64) for a, b in pairwise(edges)]
    power = np.array([np.mean(part**2) if len(part) else 0.0 for part in parts])
    level_db = 10 * np.log10(np.maximum(power, 1e-12))
    return np.asarray(np.maximum(level_db - _SILENCE_DB, 0), np.float32)


def lip_speed(apertures: Floats) -> Floats:
    """|Δ aperture| of each frame [n], centred on it, so that it neither leads nor lags."""
    return np.asarray(np.abs(np.gradient(apertures.astype(np.float64))), np.float32)


def offset_frames(apertures: Floats, envelope: Floats) -> tuple[int, float]:
    """k and r where |Δ aperture| at t looks most like the sound at t + k; k > 0: the sound is late.

    Lips move before the sound even in life, so k only means something next to the real clip's own.
    """
    return best_lag(lip_speed(apertures), envelope, REACH_FRAMES)


def late_frames(seen: Floats, real: Floats) -> tuple[int, float]:
    """By how many frames the drawn aperture follows the real one (negative: comes before it), and r there."""
    lag, r = best_lag(seen, real, REACH_FRAMES)
    return -lag, r
