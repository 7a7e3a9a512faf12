"""How much a picture changes beyond what its own movement explains (§7 flicker)."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Crops = npt.NDArray[np.uint8]


def warp_errors(crops: Crops, masks: Floats) -> Floats:
    """Mean squared grey levels between each frame and its predecessor moved onto it [n]; the first is NaN.

    ``crops`` uint8 [n, s, s, 3]; ``masks`` [n, s, s] weigh the pixels. The movement is dense optical flow.
    """
    greys = [cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY) for crop in crops]
    errors = [float("nan")]
    for before, after, mask in zip(greys, greys[1:], masks[1:], strict=False):
        apart = after.astype(np.float32) - _warp(before, after)
        errors.append(float((apart**2 * mask).sum()) / max(float(mask.sum()), 1e-6))
    return np.array(errors, np.float32)


def flicker(crops: Crops, real: Crops, masks: Floats) -> float:
    """Unexplained change of ``crops`` ÷ that of the ``real`` ones, inside the same ``masks``."""
    seen, filmed = (float(np.nanmean(warp_errors(some, masks))) for some in (crops, real))
    return seen / max(filmed, 1e-6)


def _warp(before: npt.NDArray[np.uint8], after: npt.NDArray[np.uint8]) -> Floats:
    estimator: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    flow = estimator.calc(after, before, None)
    height, width = after.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.asarray(
        cv2.remap(
            before.astype(np.float32),
            x + flow[..., 0],
            y + flow[..., 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.float32,
    )
