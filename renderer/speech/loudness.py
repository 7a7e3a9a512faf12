"""Loudness after ITU-R BS.1770: every line as loud as the next, and no clipped peaks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyloudnorm
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from scipy.signal import resample_poly

Samples = npt.NDArray[np.float32]

TARGET_LUFS = -16.0
PEAK_DBTP = -1.0
_BLOCK_S = 0.4
_MEASURED_S = 2.0
_LIMITER_S = 0.004
_ROUNDS = 4


def measure_lufs(samples: Samples, rate_hz: int) -> float:
    """Integrated loudness of mono samples [n]; -inf for silence.

    Sound shorter than 2 s is measured as if it were repeated, because the measure's blocks of 400 ms
    would otherwise miss all or part of it.
    """
    if not len(samples) or not np.any(samples):
        return float("-inf")
    repeats = max(1, -(-int(_MEASURED_S * rate_hz) // len(samples)))
    meter = pyloudnorm.Meter(rate_hz, block_size=_BLOCK_S)
    return float(meter.integrated_loudness(np.tile(samples.astype(np.float64), repeats)))


def normalise(samples: Samples, rate_hz: int, target_lufs: float = TARGET_LUFS) -> Samples:
    """The same sound at ``target_lufs`` with true peaks at or under -1 dBTP; silence stays silence.

    Sharp peaks are turned down for a few milliseconds, and the rest is raised again, so that speech with
    a high crest still reaches the target.
    """
    out = samples.astype(np.float32)
    for _ in range(_ROUNDS):
        loudness = measure_lufs(out, rate_hz)
        if not np.isfinite(loudness):
            return out
        out = _limit_peaks(out * np.float32(10 ** ((target_lufs - loudness) / 20)), rate_hz)
    return out


def measure_true_peak(samples: Samples) -> float:
    """The highest absolute value between samples, found at four times the rate."""
    return float(np.max(_measure_peaks(samples), initial=0.0))


def _measure_peaks(samples: Samples) -> Samples:
    """Absolute true peak around each sample [n]."""
    if not len(samples):
        return samples
    return np.abs(resample_poly(samples, 4, 1)).reshape(-1, 4).max(axis=1).astype(np.float32)


def _limit_peaks(samples: Samples, rate_hz: int) -> Samples:
    # The ceiling is a hair under the promise: turning gain moves the peaks between samples slightly.
    ceiling = 10 ** ((PEAK_DBTP - 0.1) / 20)
    peaks = _measure_peaks(samples)
    if peaks.max(initial=0.0) <= ceiling:
        return samples
    width = int(_LIMITER_S * rate_hz) | 1
    gain = minimum_filter1d(np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9)), width, mode="nearest")
    return (samples * uniform_filter1d(gain, width, mode="nearest")).astype(np.float32)
