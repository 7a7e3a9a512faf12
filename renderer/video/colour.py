"""Converts between stored YUV pictures and the RGB arrays that the engine works on.

Players place a colour sample level with the left one of the two pixels that share it, and between the two
rows. Both directions here do the same, in floating point: RGB → YUV → RGB keeps its place and its levels.

A take keeps the colours that it states, or its silence about them. Many programs read every file as BT.601,
whatever it says: samples that were converted to BT.709 would look shifted there, over the whole picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

Plane = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

# The faster scalers darken every picture by 1 to 2 levels, which shows where new and kept pixels meet.
_EXACT = Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND
_HD_MIN_PX = 720
# Shares of red and blue in brightness, of ITU-R BT.709 and BT.601.
_HD_LUMA_SHARES, _SD_LUMA_SHARES = (0.2126, 0.0722), (0.299, 0.114)
_SD_CODES = (5, 6)  # of ITU-T H.273: both mean one matrix
_LUMA_STEPS, _CHROMA_STEPS = 219 / 255, 224 / 255  # limited range
# A pixel between two colour samples, by cubic interpolation; and the even pixel's share of its neighbours.
_BETWEEN = np.array([[-1, 9, 9, -1]], np.float32) / 16
_BESIDE, _BELOW = np.array([1, 2, 1], np.float32) / 4, np.array([1, 1], np.float32) / 2


@dataclass(frozen=True)
class Colours:
    """What a file states: codes of ITU-T H.273 (2: nothing). ``matrix`` is what its samples mean."""

    stated_primaries: int = 1
    stated_transfer: int = 1
    stated_matrix: int = 1
    matrix: Colorspace = Colorspace.ITU709

    @classmethod
    def of(cls, frame: VideoFrame) -> Colours:
        """Those of a decoded picture."""
        return cls(
            int(frame.color_primaries), int(frame.color_trc), int(frame.colorspace), _find_matrix(frame)
        )


BT709 = Colours()


def to_rgb(
    frame: VideoFrame, width: int, height: int, reformatter: VideoReformatter
) -> npt.NDArray[np.uint8]:
    """A decoded picture of any kind, scaled to ``width`` × ``height``, as uint8 RGB [height, width, 3]."""
    rgb = reformatter.reformat(
        frame,
        width=width,
        height=height,
        format="rgb24",
        src_colorspace=_find_matrix(frame),
        src_color_range=frame.color_range or ColorRange.MPEG,
        dst_color_range=ColorRange.JPEG,
        interpolation=_EXACT,
        threads=1,
    )
    return np.asarray(rgb.to_ndarray(), np.uint8)


def is_plain(frame: VideoFrame) -> bool:
    """Whether a picture is stored as the engine writes it: 8 bits, 4:2:0, limited range, BT.709 or BT.601."""
    limited = frame.color_range in (0, ColorRange.MPEG)
    known = _find_matrix(frame) in (Colorspace.ITU709, Colorspace.ITU601)
    return frame.format.name == "yuv420p" and limited and known


def yuv_to_rgb(y: Plane, u: Plane, v: Plane, matrix: Colorspace = BT709.matrix) -> npt.NDArray[np.uint8]:
    """Limited-range planes [h, w] and [h / 2, w / 2] (twice) as uint8 RGB [h, w, 3]."""
    full = cv2.merge([y.astype(np.float32), _upsample_chroma(u), _upsample_chroma(v)])
    return np.asarray(
        cv2.add(cv2.transform(full, _build_conversions(matrix)[0]), 0, dtype=cv2.CV_8U), np.uint8
    )


def rgb_to_yuv(rgb: npt.NDArray[np.uint8], matrix: Colorspace = BT709.matrix) -> tuple[Plane, Plane, Plane]:
    """uint8 RGB [h, w, 3], h and w even, as limited-range planes [h, w] and [h / 2, w / 2] (twice)."""
    y, u, v = cv2.split(np.asarray(cv2.transform(rgb, _build_conversions(matrix)[1]), np.uint8))
    smooth = cv2.sepFilter2D(
        cv2.merge([u, v]), -1, _BESIDE, _BELOW, anchor=(1, 0), borderType=cv2.BORDER_REPLICATE
    )
    shared = smooth[::2, ::2]
    return np.asarray(y, np.uint8), shared[..., 0], shared[..., 1]


def _upsample_chroma(chroma: Plane) -> Floats:
    """A colour plane [h, w] at every pixel [2h, 2w]."""
    height, width = chroma.shape
    tall = cv2.resize(chroma.astype(np.float32), (width, 2 * height), interpolation=cv2.INTER_CUBIC)
    between = cv2.filter2D(tall, -1, _BETWEEN, anchor=(1, 0), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.merge([tall, between]), np.float32).reshape(2 * height, 2 * width)


@lru_cache
def _build_conversions(matrix: Colorspace) -> tuple[Floats, Floats]:
    """[3, 4] each: limited-range YUV → RGB and back."""
    red, blue = _HD_LUMA_SHARES if matrix == Colorspace.ITU709 else _SD_LUMA_SHARES
    shares = np.array([red, 1 - red - blue, blue])
    rows = np.stack(
        [
            shares * _LUMA_STEPS,
            (np.array([0, 0, 1]) - shares) / (2 * (1 - blue)) * _CHROMA_STEPS,
            (np.array([1, 0, 0]) - shares) / (2 * (1 - red)) * _CHROMA_STEPS,
        ]
    )
    black = np.array([[16], [128], [128]])
    back = np.linalg.inv(rows)
    to_rgb, from_rgb = np.concatenate([back, -back @ black], 1), np.concatenate([rows, black], 1)
    return to_rgb.astype(np.float32), from_rgb.astype(np.float32)


def _find_matrix(frame: VideoFrame) -> Colorspace:
    """The stated matrix, or what players assume when none is: BT.709 for HD, BT.601 below."""
    if frame.colorspace in _SD_CODES:
        return Colorspace.ITU601
    for known in Colorspace:
        if frame.colorspace == known.value:
            return known
    hd = min(frame.width, frame.height) >= _HD_MIN_PX
    return Colorspace.ITU709 if hd else Colorspace.ITU601
