"""Which frame of a video stands for it: eyes open, mouth closed, still, facing the lens, and early."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, minimum_filter1d

from renderer.face.landmarks import (
    CHEEKS,
    EYE_ENDS,
    INNER_MIDDLES,
    LOWER_LIDS,
    NOSE_TIP,
    STABLE,
    UPPER_LIDS,
)

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

# What costs as much as one another: eyes 10 % less open than usual, lips 1.6 % of the face's width apart, the
# head moving 0.35 face widths a second, the nose 8 % of the face's width beside its middle, 15 s of waiting.
_LIDS = 0.1
_LIPS, _CLOSED = 0.016, 0.008
_STILL_PER_S = 0.35
_TURN = 0.08
_WAIT_S = 15.0
_BLINK_S = 0.08  # lids that fall or rise so near are not open yet
_UNSEEN = 1e3  # a frame without a face is chosen where no other is


def choose_poster_frame(points: Floats, seen: Flags, fps: Fraction, usual_eyes: float | None = None) -> int:
    """The frame of ``points`` [n, 478, 2] (n > 0), tracked in succession, that stands best for all of them.

    ``seen`` [n] are the frames in which a face was found. ``usual_eyes`` is how far the person's eyes
    usually open (`measure_eyes`), None: as in these frames.
    """
    eyes = measure_eyes(points)
    usual = find_usual_eyes(eyes[seen] if seen.any() else eyes) if usual_eyes is None else usual_eyes
    around = 2 * round(float(fps) * _BLINK_S) + 1
    costs = rate_faces(points, usual, minimum_filter1d(eyes, around, mode="nearest"))
    costs += _measure_speed(points, float(fps)) / _STILL_PER_S
    costs += np.arange(len(points)) / float(fps) / _WAIT_S
    return int(np.argmin(costs + _UNSEEN * ~seen))


def rate_faces(points: Floats, usual_eyes: float, eyes: Floats | None = None) -> npt.NDArray[np.float64]:
    """What each face [n] costs as a still: 0 is open-eyed, closed-lipped and straight into the lens."""
    eyes = measure_eyes(points) if eyes is None else eyes
    lids = np.maximum(1 - eyes / max(usual_eyes, 1e-6), 0) / _LIDS
    lips = np.maximum(_measure_lips(points) - _CLOSED, 0) / _LIPS
    return np.asarray(lids + lips + measure_turn(points) / _TURN, np.float64)


def measure_eyes(points: Floats) -> Floats:
    """How far the eyes are open [n], points [n, 478, 2]: gap of the lids over width, of the less open eye."""
    ratios = []
    for eye in (0, 1):
        one, other = EYE_ENDS[2 * eye : 2 * eye + 2]
        upper, lower = (lids[3 * eye : 3 * eye + 3] for lids in (UPPER_LIDS, LOWER_LIDS))
        gaps = np.linalg.norm(points[:, list(upper)] - points[:, list(lower)], axis=-1).mean(-1)
        ratios.append(gaps / np.maximum(np.linalg.norm(points[:, one] - points[:, other], axis=-1), 1e-6))
    return np.asarray(np.minimum(*ratios), np.float32)


def find_usual_eyes(eyes: Floats) -> float:
    """How far a person's eyes usually open, from `measure_eyes` of frames of which some are blinks."""
    return float(np.quantile(eyes, 0.6))


def measure_turn(points: Floats) -> Floats:
    """How far a head is turned aside [n]: tip of the nose from the face's middle, over the face's width."""
    left, right = points[:, CHEEKS[0]], points[:, CHEEKS[1]]
    across = right - left
    width = np.maximum(np.linalg.norm(across, axis=-1), 1e-6)
    aside = ((points[:, NOSE_TIP] - (left + right) / 2) * across).sum(-1) / width
    return np.asarray(np.abs(aside) / width, np.float32)


def _measure_lips(points: Floats) -> Floats:
    (upper, lower), (left, right) = INNER_MIDDLES, CHEEKS
    gap = np.linalg.norm(points[:, upper] - points[:, lower], axis=-1)
    width = np.linalg.norm(points[:, left] - points[:, right], axis=-1)
    return np.asarray(gap / np.maximum(width, 1e-6), np.float32)


def _measure_speed(points: Floats, fps: float) -> Floats:
    """How fast the head moves [n], face widths a second; the tracker's own trembling is smoothed away."""
    width = max(float(np.median(np.linalg.norm(points[:, CHEEKS[1]] - points[:, CHEEKS[0]], axis=-1))), 1e-6)
    middle = gaussian_filter1d(points[:, list(STABLE)].mean(1), 1.5, axis=0, mode="nearest")
    if len(middle) < 2:
        return np.zeros(len(middle), np.float32)
    return np.asarray(np.linalg.norm(np.gradient(middle, axis=0), axis=-1) * fps / width, np.float32)
