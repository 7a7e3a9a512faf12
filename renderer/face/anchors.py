"""The grid of places at which a single-shot detector looks for its object."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

# (px between places, boxes at each): one layer of stride 8 and three of stride 16, with two boxes a layer.
_LAYERS = ((8, 2), (16, 6))


@cache
def lay_anchor_centres(size_px: int) -> npt.NDArray[np.float32]:
    """Centres [n, 2] (x, y) in px of a square picture of ``size_px``, in the order of the network's output.

    896 for 128 px and 2016 for 192 px. Source: "SSD: Single Shot MultiBox Detector" (Liu et al., 2016), with
    the strides of "BlazeFace" (Bazarevsky et al., 2019).
    """
    return np.concatenate([_layer(size_px, stride, boxes) for stride, boxes in _LAYERS])


def _layer(size_px: int, stride: int, boxes: int) -> npt.NDArray[np.float32]:
    middles = (np.arange(size_px // stride, dtype=np.float32) + 0.5) * stride
    y, x = np.meshgrid(middles, middles, indexing="ij")
    return np.repeat(np.stack([x, y], axis=-1).reshape(-1, 2), boxes, axis=0)
