"""Put a mouth back into the take's frame at the frame's own resolution."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.crop import invert
from renderer.stopwatch import stage

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@stage("compose", frames=1)
def compose(frame: Image, crop: Image, matrix: Floats, mask: Floats) -> Image:
    """A copy of ``frame`` [h, w, 3] with ``crop`` in it where ``mask`` allows.

    ``matrix`` [2, 3] takes frame px to the mask's px; ``mask`` [S, S] is 0 to 1. ``crop`` [F, F, 3] may be
    a finer picture of the same square (F a multiple of S). Pixels where the mask is 0 stay byte-identical.
    """
    size = mask.shape[0]
    back = invert(matrix[None])[0]
    box = _box(back, size, frame.shape)
    if box is None:
        return frame.copy()
    left, top, right, bottom = box
    shape = (right - left, bottom - top)
    back = back - np.array([[0, 0, left], [0, 0, top]], np.float32)
    share = cv2.warpAffine(mask, back, shape, flags=cv2.INTER_LINEAR)
    picture = cv2.warpAffine(
        crop,
        _finer(back, crop.shape[0] / size),
        shape,
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    out = frame.copy()
    here = out[top:bottom, left:right].astype(np.float32)
    mixed = here + (picture.astype(np.float32) - here) * share[:, :, None]
    out[top:bottom, left:right] = np.clip(np.rint(mixed), 0, 255).astype(np.uint8)
    return out


def _finer(back: Floats, factor: float) -> Floats:
    """The way from the finer crop's px: pixel centres of both crops cover the same square."""
    linear = back[:, :2] / factor
    shift = back[:, 2] + back[:, :2] @ np.full(2, 0.5 / factor - 0.5, np.float32)
    return np.concatenate([linear, shift[:, None]], axis=1).astype(np.float32)


def _box(back: Floats, size: int, shape: tuple[int, ...]) -> tuple[int, int, int, int] | None:
    corners = np.array([[0, 0], [size, 0], [0, size], [size, size]], np.float32)
    at_px = corners @ back[:, :2].T + back[:, 2]
    left, top = np.maximum(np.floor(at_px.min(0)).astype(int) - 1, 0)
    right, bottom = np.minimum(np.ceil(at_px.max(0)).astype(int) + 1, (shape[1], shape[0]))
    if right - left < 2 or bottom - top < 2:
        return None
    return int(left), int(top), int(right), int(bottom)
