"""Log-mel bands: a sound's level by frequency band, every 10 ms, free of loudness and the room's colour."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

BANDS = 24
HOP_S = 0.010
_RATE_HZ = 16_000
_WINDOW, _TRANSFORM = 400, 512
_LOW_HZ, _HIGH_HZ = 80.0, 7_600.0
# 20 dB are one unit; what lies 60 dB under the loudest sound is silence.
_DB_PER_UNIT, _DEPTH_DB = 20.0, 60.0
# A word of half a second has no average of its own: that many frames of an even sound are added.
_EVEN_FRAMES = 100
_AUDIBLE_DB = 35.0


def compute_log_mel_bands(samples: Floats, rate_hz: int) -> Floats:
    """Mono samples [n] → [m, BANDS], one row per 10 ms from time 0; 0 is silence, 3 the loudest sound.

    Each band is moved so that the speech has an even long-term spectrum: microphones, rooms and voices
    differ in it, mouths do not.
    """
    if not len(samples):
        return np.zeros((0, BANDS), np.float32)
    level_db = 10 * np.log10(
        _compute_power(_resample_to_16k(samples, rate_hz)) @ _build_mel_filters().T + 1e-10
    )
    loud = level_db.mean(1) > level_db.mean(1).max() - _AUDIBLE_DB
    total = level_db[loud].sum(0) + _EVEN_FRAMES * level_db[loud].mean()
    even_db = level_db - total / (loud.sum() + _EVEN_FRAMES)
    floor_db = float(np.quantile(even_db[loud], 0.98)) - _DEPTH_DB
    return (np.clip(even_db - floor_db, 0, 1.2 * _DEPTH_DB) / _DB_PER_UNIT).astype(np.float32)


def sample_bands(bands: Floats, times_s: Doubles) -> Floats:
    """Rows of `compute_log_mel_bands` at any times [n], each the mean of 30 ms; silence beyond both ends."""
    if not len(bands):
        return np.zeros((len(times_s), BANDS), np.float32)
    padded = np.pad(bands, ((3, 3), (0, 0)))
    smooth = (padded[:-2] + padded[1:-1] + padded[2:]) / 3
    place = np.clip(times_s / HOP_S + 2, 0, len(smooth) - 1)
    before = np.minimum(place.astype(int), len(smooth) - 2)
    share = (place - before)[:, None]
    return (smooth[before] * (1 - share) + smooth[before + 1] * share).astype(np.float32)


def _resample_to_16k(samples: Floats, rate_hz: int) -> Doubles:
    shared = int(np.gcd(rate_hz, _RATE_HZ))
    sound = resample_poly(samples.astype(np.float64), _RATE_HZ // shared, rate_hz // shared)
    return np.append(sound[:1], sound[1:] - 0.97 * sound[:-1])


def _compute_power(sound: Doubles) -> Doubles:
    """[m, bins], row i centred on i × 10 ms."""
    hop = round(HOP_S * _RATE_HZ)
    rows = len(sound) // hop + 1
    padded = np.pad(sound, (_WINDOW // 2, _WINDOW))
    windows = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[: rows * hop : hop]
    return np.asarray(np.abs(np.fft.rfft(windows * np.hanning(_WINDOW), _TRANSFORM)) ** 2)


@cache
def _build_mel_filters() -> Doubles:
    """[BANDS, bins] triangles, evenly spaced on the mel scale, each of area 1."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (_LOW_HZ, _HIGH_HZ))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(_TRANSFORM, 1 / _RATE_HZ)
    left, middle, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rise, fall = (bins - left) / (middle - left), (right - bins) / (right - middle)
    triangles = np.clip(np.minimum(rise, fall), 0, None)
    return np.asarray(triangles / triangles.sum(1, keepdims=True))
