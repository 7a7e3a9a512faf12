"""The pitch of a voice: the fundamental frequency of its voiced frames, by the YIN method.

De Cheveigné and Kawahara, "YIN, a fundamental frequency estimator for speech and music" (2002): the lag at
which a frame differs least from itself, its difference divided by the mean difference at shorter lags. A
median over all voiced frames is robust against the octave errors of single ones.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly

Floats = npt.NDArray[np.float32]

PITCH_MIN_HZ, PITCH_MAX_HZ = 60.0, 400.0
_RATE_HZ = 8_000
_HOP_S, _WINDOW_S = 0.010, 0.040
_PERIODIC = 0.15  # a difference below this is a period, in the paper's words "aperiodicity"
_QUIET_DB = -35.0  # under the loudest frames: breath and room
_VOICED_SHARE_MIN = 0.02
_BLOCK_FRAMES = 1000  # 10 s at once: 20 MB, however long the take is


def measure_pitch_hz(samples: Floats, rate_hz: int) -> float:
    """The median pitch of mono samples [n]; 0.0 where too little of it is voiced."""
    track = track_pitch(samples, rate_hz)
    voiced = track[track > 0]
    if len(voiced) < max(3, _VOICED_SHARE_MIN * len(track)):
        return 0.0
    return float(np.median(voiced))


def track_pitch(samples: Floats, rate_hz: int) -> Floats:
    """The pitch in Hz of every 10 ms [frames], 0 where nothing is voiced."""
    frames = _cut_frames(_resample(samples, rate_hz))
    if not len(frames):
        return np.zeros(0, np.float32)
    shortest, longest = int(_RATE_HZ / PITCH_MAX_HZ), int(np.ceil(_RATE_HZ / PITCH_MIN_HZ))
    lags, level = np.zeros(len(frames)), np.zeros(len(frames))
    for start in range(0, len(frames), _BLOCK_FRAMES):
        block = frames[start : start + _BLOCK_FRAMES].astype(np.float64)
        own = slice(start, start + len(block))
        lags[own] = _find_lags(_compare_with_itself(block, longest + 2), shortest, longest)
        level[own] = np.sqrt((block**2).mean(1))
    loud = level > np.percentile(level, 99) * 10 ** (_QUIET_DB / 20)
    return np.where((lags > 0) & loud, _RATE_HZ / np.maximum(lags, 1), 0).astype(np.float32)


def _resample(samples: Floats, rate_hz: int) -> Floats:
    shared = int(np.gcd(rate_hz, _RATE_HZ))
    return np.asarray(
        resample_poly(samples.astype(np.float32), _RATE_HZ // shared, rate_hz // shared), np.float32
    )


def _cut_frames(sound: Floats) -> Floats:
    """[frames, window + longest lag]: what each frame is compared within."""
    length = int((_WINDOW_S + 1 / PITCH_MIN_HZ) * _RATE_HZ) + 3
    if len(sound) < length:
        return np.zeros((0, length), np.float32)
    return np.lib.stride_tricks.sliding_window_view(sound, length)[:: int(_HOP_S * _RATE_HZ)]


def _compare_with_itself(frames: npt.NDArray[np.float64], lags: int) -> npt.NDArray[np.float64]:
    """YIN's cumulative mean normalised difference [frames, lags]."""
    window = int(_WINDOW_S * _RATE_HZ)
    size = 1 << (frames.shape[1] + window - 1).bit_length()
    spectrum = np.fft.rfft(frames, size) * np.conj(np.fft.rfft(frames[:, :window], size))
    shared = np.fft.irfft(spectrum, size)[:, :lags]  # [frames, lags]
    power = np.cumsum(np.pad(frames**2, ((0, 0), (1, 0))), axis=1)
    energy = power[:, window : window + lags] - power[:, :lags]
    difference = np.maximum(energy[:, :1] + energy - 2 * shared, 0)
    mean = np.cumsum(difference[:, 1:], axis=1) / np.arange(1, lags)
    return np.concatenate([np.ones((len(frames), 1)), difference[:, 1:] / np.maximum(mean, 1e-12)], axis=1)


def _find_lags(difference: npt.NDArray[np.float64], shortest: int, longest: int) -> npt.NDArray[np.float64]:
    """The period of each frame in samples, refined by a parabola; 0 where there is none."""
    inner = difference[:, shortest : longest + 1]
    # The first dip under the threshold, followed to its floor: a later dip is a multiple of the period.
    falls = (inner < _PERIODIC) & (inner <= difference[:, shortest + 1 : longest + 2])
    found = falls.any(1)
    at = np.argmax(falls, 1) + shortest
    rows = np.arange(len(difference))
    before, here, after = (difference[rows, at + step] for step in (-1, 0, 1))
    curve = before - 2 * here + after
    offset = np.where(np.abs(curve) > 1e-12, (before - after) / (2 * np.where(curve == 0, 1, curve)), 0)
    return np.where(found, at + np.clip(offset, -0.5, 0.5), 0)
