"""Put a mouth back into the take's frame at the frame's own resolution."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.crop import apply, invert
from renderer.runtime.profiling import span
from renderer.video.colour import rgb_to_yuv
from renderer.video.picture import Box, Picture

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Affine = npt.NDArray[np.float64]  # where a box begins must not change how a place rounds


@span("compose", frames=1)
def compose_picture(picture: Picture, crop: Image, matrix: Floats, mask: Floats) -> Picture:
    """``picture`` with ``crop`` in it where ``mask`` allows; arguments as of `compose`.

    Samples where the mask is 0 stay as they are stored, byte for byte.
    """
    box = _find_masked_box(matrix, mask, picture.width, picture.height)
    if box is None:
        return picture
    share, mouth = (
        _warp_mask(mask, matrix, box),
        rgb_to_yuv(_warp_crop(crop, matrix, mask, box), picture.colours.matrix),
    )
    half = cv2.resize(share, (box.width // 2, box.height // 2), interpolation=cv2.INTER_AREA)
    return Picture(
        _blend(picture.y, box.slices, mouth[0], share),
        _blend(picture.u, box.halves, mouth[1], half),
        _blend(picture.v, box.halves, mouth[2], half),
        picture.colours,
    )


@span("compose", frames=1)
def compose(frame: Image, crop: Image, matrix: Floats, mask: Floats) -> Image:
    """A copy of the RGB ``frame`` [h, w, 3] with ``crop`` in it where ``mask`` allows.

    ``matrix`` [2, 3] takes frame px to the mask's px; ``mask`` [S, S] is 0 to 1. ``crop`` [F, F, 3] may be
    a finer picture of the same square (F a multiple of S). Pixels where the mask is 0 stay byte-identical.
    """
    box = _find_masked_box(matrix, mask, frame.shape[1], frame.shape[0])
    if box is None:
        return frame.copy()
    return _blend(frame, box.slices, _warp_crop(crop, matrix, mask, box), _warp_mask(mask, matrix, box))


def _blend(below: Image, place: tuple[slice, slice], above: Image, share: Floats) -> Image:
    """A copy of ``below`` with ``above`` over it at ``place``; a share of 0 changes nothing."""
    out = below.copy()
    out[place] = cv2.blendLinear(np.ascontiguousarray(below[place]), above, 1 - share, share)
    return out


def _warp_mask(mask: Floats, matrix: Floats, box: Box) -> Floats:
    """The mask at each pixel of the box [h, w]."""
    shape = box.width, box.height
    share = cv2.warpAffine(mask, _invert_into_box(matrix, box), shape, flags=cv2.INTER_LINEAR)
    return np.asarray(share, np.float32)


def _warp_crop(crop: Image, matrix: Floats, mask: Floats, box: Box) -> Image:
    """The crop at each pixel of the box [h, w, 3]."""
    back = _scale_to_finer_crop(_invert_into_box(matrix, box), crop.shape[0] / mask.shape[0])
    shape = box.width, box.height
    warped = cv2.warpAffine(crop, back, shape, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)


def _invert_into_box(matrix: Floats, box: Box) -> Affine:
    """The way from the mask's px to those of the box."""
    back = cv2.invertAffineTransform(matrix.astype(np.float64))
    return np.asarray(back - np.array([[0, 0, box.left], [0, 0, box.top]]), np.float64)


def _scale_to_finer_crop(back: Affine, factor: float) -> Affine:
    """The way from the finer crop's px: pixel centres of both crops cover the same square."""
    linear = back[:, :2] / factor
    shift = back[:, 2] + back[:, :2] @ np.full(2, 0.5 / factor - 0.5)
    return np.concatenate([linear, shift[:, None]], axis=1)


def _find_masked_box(matrix: Floats, mask: Floats, width: int, height: int) -> Box | None:
    """The even part of a frame that may change; None where the mask is empty or lies outside."""
    left, top, columns, rows = cv2.boundingRect((mask > 0).view(np.uint8))
    right, bottom = left + columns, top + rows
    # Interpolation reaches one pixel beyond.
    corners = np.array([(x, y) for x in (left - 1, right) for y in (top - 1, bottom)], np.float32)
    at_px = apply(invert(matrix[None]), corners[None])[0]
    low, high = np.floor(at_px.min(0)).astype(int), np.ceil(at_px.max(0)).astype(int)
    box = Box(int(low[0]), int(low[1]), int(high[0]) + 1, int(high[1]) + 1).expand_to_even()
    box = box.clip_to(width & ~1, height & ~1)
    return box if columns and box.width >= 2 and box.height >= 2 else None
