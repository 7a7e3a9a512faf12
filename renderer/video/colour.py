"""Converts between stored YUV pictures and the RGB arrays that the engine works on.

The full-chroma scaler with accurate rounding gives 59 dB for RGB → YUV → RGB; the faster
ones darken every picture by 1 to 2 levels, which shows where new and kept pixels meet.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

_EXACT = Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND
_HD_MIN_PX = 720


def to_rgb(
    frame: VideoFrame, width: int, height: int, reformatter: VideoReformatter
) -> npt.NDArray[np.uint8]:
    """A decoded picture, scaled to ``width`` × ``height``, as uint8 RGB [height, width, 3]."""
    rgb = reformatter.reformat(
        frame,
        width=width,
        height=height,
        format="rgb24",
        src_colorspace=_matrix(frame),
        src_color_range=frame.color_range or ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=_EXACT,
        threads=1,
    )
    return np.asarray(rgb.to_ndarray(), np.uint8)


def to_yuv(rgb: npt.NDArray[np.uint8], reformatter: VideoReformatter) -> VideoFrame:
    """uint8 RGB [h, w, 3] as a BT.709 limited-range yuv420p picture; an odd last row or column is cut."""
    even = np.ascontiguousarray(rgb[: rgb.shape[0] & ~1, : rgb.shape[1] & ~1])
    return reformatter.reformat(
        VideoFrame.from_ndarray(even, "rgb24"),
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        interpolation=_EXACT,
        threads=1,
    )


def _matrix(frame: VideoFrame) -> Colorspace:
    """The stated matrix, or what players assume when none is: BT.709 for HD, BT.601 below."""
    for known in Colorspace:
        if frame.colorspace == known.value:
            return known
    hd = min(frame.width, frame.height) >= _HD_MIN_PX
    return Colorspace.ITU709 if hd else Colorspace.ITU601
