"""Closed lips: whether a picture really shows them, and how open lips are made to meet."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import INNER_LOWER, INNER_UPPER, LIP_REDS

Floats = npt.NDArray[np.float32]

_BAND_PX = np.linspace(-0.9, 0.9, 7, dtype=np.float32)  # crop px across the line between the lips
_DARK = 30.0  # grey levels below which colour says nothing
_RIM_PX = 0.8  # crop px


def measure_paleness(fine: npt.NDArray[np.uint8], points: Floats, crop_px: int) -> Floats:
    """How much paler than the lips the line between them is [n]: 0 lips only, towards 1 teeth.

    ``fine`` [n, F, F, 3] shows the crop of ``points`` [n, 478, 2]. Meaningful where the lips nearly touch.
    """
    upper, lower = points[:, list(INNER_UPPER[1:-1])], points[:, list(INNER_LOWER[1:-1])]
    across = np.stack([np.zeros_like(_BAND_PX), _BAND_PX], axis=-1)
    between = np.asarray(((upper + lower) / 2)[:, :, None] + across, np.float32)  # [n, 9, 7, 2]
    line = _sample_saturation(fine, between, crop_px).min(2)
    lips = np.median(_sample_saturation(fine, points[:, list(LIP_REDS)], crop_px), axis=1)
    return np.asarray(np.clip(1 - line / np.maximum(lips[:, None], 0.05), 0, 1).mean(1), np.float32)


def inset_lip_lines(points: Floats) -> Floats:
    """Face points [478, 2] in crop px whose inner-lip lines lie a little inside the lips' own red.

    A tracker's line runs between lip and teeth; where lips are warped shut along it, a thread of teeth stays.
    """
    lines = points.copy()
    lines[list(INNER_UPPER[1:-1]), 1] -= _RIM_PX
    lines[list(INNER_LOWER[1:-1]), 1] += _RIM_PX
    return lines


def _sample_saturation(fine: npt.NDArray[np.uint8], places: Floats, crop_px: int) -> Floats:
    """Saturation 0 to 1 at ``places`` [n, ..., 2] in crop px."""
    scale = fine.shape[1] / crop_px
    at_px = ((places + 0.5) * scale - 0.5).reshape(len(places), 1, -1, 2).astype(np.float32)
    sampled = np.stack(
        [cv2.remap(crop, at, None, cv2.INTER_LINEAR) for crop, at in zip(fine, at_px, strict=True)]
    ).astype(np.float32)
    brightest = sampled.max(-1)
    return np.asarray((brightest - sampled.min(-1)) / np.maximum(brightest, _DARK)).reshape(places.shape[:-1])
