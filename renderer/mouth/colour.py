"""Give the mouth the light of the frame that it is put into."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Image = npt.NDArray[np.uint8]

_SMALL_PX = 48
_REACH = 0.16  # of the crop's edge
_LIMIT = 40.0  # grey levels


def measure_light_difference(around: Image, mouth: Image, region: Floats) -> Floats:
    """Grey levels [48, 48, 3] to add to ``mouth`` so that it meets ``around`` on the region's soft edge.

    The difference is measured on the edge only and carried inward smoothly.
    """
    size = (_SMALL_PX, _SMALL_PX)
    edge = cv2.resize(4 * region * (1 - region), size, interpolation=cv2.INTER_AREA)[..., None]
    gap = cv2.resize(around, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    gap -= cv2.resize(mouth, size, interpolation=cv2.INTER_AREA)
    sigma = _REACH * _SMALL_PX
    weighted = cv2.GaussianBlur(np.concatenate([gap * edge, edge], axis=2), (0, 0), sigma)
    return np.asarray(np.clip(weighted[..., :3] / (weighted[..., 3:] + 1e-4), -_LIMIT, _LIMIT), np.float32)


def blend(around: Image, mouth: Image, region: Floats, difference: Floats) -> Image:
    """``mouth`` plus the enlarged ``difference``, laid over ``around`` by ``region`` [s, s]."""
    light = cv2.resize(difference, region.shape[::-1], interpolation=cv2.INTER_LINEAR)
    left, top, width, height = cv2.boundingRect((region > 0).view(np.uint8))
    place = slice(top, top + height), slice(left, left + width)
    out, below = around.copy(), around[place].astype(np.float32)
    mixed = below + (mouth[place] + light[place] - below) * region[place][..., None]
    out[place] = np.clip(np.rint(mixed), 0, 255)
    return out
