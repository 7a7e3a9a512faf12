"""How a drawn picture compares with the filmed one, pixel by pixel (§7 PSNR, SSIM, sharpness, ring)."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Crops = npt.NDArray[np.uint8]

_SSIM_SIGMA_PX = 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
_RING_LOW, _RING_HIGH = 0.02, 0.98


def psnr_db(drawn: Crops, filmed: Crops, masks: Floats) -> float:
    """Mean over frames of the PSNR inside ``masks`` [n, s, s]; crops uint8 [n, s, s, 3]."""
    error = ((drawn.astype(np.float32) - filmed) ** 2).mean(-1)
    weight = np.maximum(masks.sum((1, 2)), 1e-6)
    return float(np.mean(10 * np.log10(255**2 / np.maximum((error * masks).sum((1, 2)) / weight, 1e-3))))


def ssim(drawn: Crops, filmed: Crops, masks: Floats) -> float:
    """Mean structural similarity of grey levels inside ``masks``: Gaussian windows of 1.5 px."""
    values = []
    for one, other, mask in zip(drawn, filmed, masks, strict=True):
        similarity = _similarity(_to_grey(one), _to_grey(other))
        values.append(float((similarity * mask).sum()) / max(float(mask.sum()), 1e-6))
    return float(np.mean(values))


def sharpness(crops: Crops, mask: Floats) -> float:
    """Mean variance of the Laplacian inside mask > 0.5; crops [n, s, s, 3], mask [s, s] or [n, s, s]."""
    inside = np.broadcast_to(mask > 0.5, crops.shape[:3])
    return float(
        np.mean(
            [
                cv2.Laplacian(_to_grey(crop).astype(np.uint8), cv2.CV_32F)[here].var()
                for crop, here in zip(crops, inside, strict=True)
            ]
        )
    )


def ring_gradient(crops: Crops, masks: Floats) -> float:
    """Mean |gradient| across the masks' soft edge: a visible edge raises it, a blurred one lowers it."""
    found = [_gradient_across(_to_grey(crop), mask) for crop, mask in zip(crops, masks, strict=True)]
    seen = [value for value in found if value is not None]
    return float(np.mean(seen)) if seen else 0.0


def _gradient_across(grey: Floats, mask: Floats) -> float | None:
    ring = (mask > _RING_LOW) & (mask < _RING_HIGH)
    if not ring.any():
        return None
    nx, ny = _gradient(cv2.GaussianBlur(mask, (0, 0), 1.0))
    length = np.maximum(np.hypot(nx, ny), 1e-6)
    gx, gy = _gradient(grey)
    return float(np.abs((gx * nx + gy * ny) / length)[ring].mean())


def _gradient(image: Floats) -> tuple[Floats, Floats]:
    gx, gy = (cv2.Sobel(image, cv2.CV_32F, *axis, ksize=3, scale=1 / 8) for axis in ((1, 0), (0, 1)))
    return np.asarray(gx, np.float32), np.asarray(gy, np.float32)


def _similarity(one: Floats, other: Floats) -> Floats:
    mean_one, mean_other = _local_mean(one), _local_mean(other)
    spread_one, spread_other = (
        _local_mean(one * one) - mean_one**2,
        _local_mean(other * other) - mean_other**2,
    )
    shared = _local_mean(one * other) - mean_one * mean_other
    above = (2 * mean_one * mean_other + _C1) * (2 * shared + _C2)
    return np.asarray(above / ((mean_one**2 + mean_other**2 + _C1) * (spread_one + spread_other + _C2)))


def _local_mean(image: Floats) -> Floats:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), _SSIM_SIGMA_PX), np.float32)


def _to_grey(crop: Crops) -> Floats:
    return np.asarray(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), np.float32)
