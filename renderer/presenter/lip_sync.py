"""Whether a take's lips move with its sound, and how much later: a check of the recording, not of a voice.

A ridge regression from a few bands of the sound to the opening of the lips, on parts of the take that were
held out, is compared with the same for sound that is shifted far away: that is what chance gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from renderer.timeline import SOUND_RATE_HZ, frames_of

Doubles = npt.NDArray[np.float64]

_BANDS, _LOWEST_HZ, _HIGHEST_HZ = 8, 100.0, 6000.0  # of a voice
_WINDOW_SAMPLES = 2048  # 43 ms: about a frame
_CONTEXT_S = 0.08  # lips and sound of one phone lie so near to each other
_SLOW_S = 0.6  # changes slower than this are posture and loudness
_RIDGE = 0.03  # of the number of frames
_FOLDS = 5
_LAGS_S = 1.0
_FAR_S, _FAR_SHIFTS = 1.5, 60
_NEAR_S = 0.3


@dataclass(frozen=True)
class LipSync:
    """Correlations r of the lips with what the sound predicts: ``best`` at ``lag_s`` (positive: the lips are
    later), ``in_place`` at 0, ``near`` within 0.3 s, and ``chance``, the best of sound shifted far away."""

    best: float
    lag_s: float
    in_place: float
    near: float
    chance: float


def measure_lip_sync(
    aperture: npt.NDArray[np.float32], sound: npt.NDArray[np.float32], fps: Fraction
) -> LipSync | None:
    """From lip apertures [T] and mono sound [n] at 48 kHz; None where the take is too short to tell."""
    count = len(aperture)
    far_frames = frames_of(_FAR_S, fps)
    if count < 4 * far_frames or not float(np.std(aperture)) or not np.any(sound):
        return None
    features = _stack_context(_drop_slow(_measure_bands(sound, count, fps), fps), fps)
    lips = _drop_slow(aperture.astype(np.float64), fps)
    reach, near = frames_of(_LAGS_S, fps), frames_of(_NEAR_S, fps)
    lags = np.arange(-reach, reach + 1)
    r = np.array([_correlate(np.roll(features, lag, axis=0), lips) for lag in lags])
    step = max(1, (count - 2 * far_frames) // _FAR_SHIFTS)
    chance = max(
        _correlate(np.roll(features, shift, axis=0), lips)
        for shift in range(far_frames, count - far_frames, step)
    )
    best = int(r.argmax())
    return LipSync(
        float(r[best]),
        float(lags[best] / fps),
        float(r[reach]),
        float(r[reach - near : reach + near + 1].max()),
        float(chance),
    )


def _measure_bands(sound: npt.NDArray[np.float32], frames: int, fps: Fraction) -> Doubles:
    """Log energies [frames, bands], each with mean 0."""
    half = _WINDOW_SAMPLES // 2
    middles = ((np.arange(frames) + 0.5) / float(fps) * SOUND_RATE_HZ).astype(int)
    long_enough = np.pad(sound, (half, max(0, int(middles[-1]) + half - len(sound))))
    windows = np.lib.stride_tricks.sliding_window_view(long_enough, _WINDOW_SAMPLES)[middles]
    power = np.abs(np.fft.rfft(windows * np.hanning(_WINDOW_SAMPLES))) ** 2
    hertz = np.fft.rfftfreq(_WINDOW_SAMPLES, 1 / SOUND_RATE_HZ)
    edges = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, _BANDS + 2)
    bands = [
        power[:, (hertz >= low) & (hertz < high)].mean(1) for low, high in zip(edges, edges[2:], strict=False)
    ]
    energy = np.stack(bands, axis=1)
    levels = np.log(energy + energy.max() * 1e-5 + 1e-12)
    return np.asarray((levels - levels.mean(0)) / max(float(levels.std()), 1e-9))


def _drop_slow(values: Doubles, fps: Fraction) -> Doubles:
    return np.asarray(values - gaussian_filter1d(values, _SLOW_S * float(fps), axis=0))


def _stack_context(features: Doubles, fps: Fraction) -> Doubles:
    reach = frames_of(_CONTEXT_S, fps)
    shifts = range(-reach, reach + 1, max(1, reach // 2))
    return np.concatenate([np.roll(features, shift, axis=0) for shift in shifts], axis=1)


def _correlate(features: Doubles, lips: Doubles) -> float:
    """How well held-out parts are predicted: r of the prediction [T] with the lips [T]."""
    fold = np.arange(len(lips)) * _FOLDS // len(lips)
    guess = np.zeros_like(lips)
    penalty = _RIDGE * len(lips) * np.eye(features.shape[1])
    for part in range(_FOLDS):
        known = features[fold != part]
        weights = np.linalg.solve(known.T @ known + penalty, known.T @ lips[fold != part])
        guess[fold == part] = features[fold == part] @ weights
    return float(np.corrcoef(guess, lips)[0, 1]) if guess.std() > 0 else 0.0
