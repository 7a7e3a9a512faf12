"""A picture as it is stored: brightness and colour planes.

From decoding to encoding only the face's surroundings are ever needed as RGB. All else keeps its stored
samples: converting a whole frame there and back was half of its cost, and rounded every pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange

from renderer.runtime.profiling import span
from renderer.video.colour import BT709, Colours, rgb_to_yuv, yuv_to_rgb
from renderer.video.orientation import Orientation

Plane = npt.NDArray[np.uint8]
Image = npt.NDArray[np.uint8]

# Colour is interpolated from a few samples on each side.
_MARGIN_PX = 8


@dataclass(frozen=True)
class Box:
    """Pixels from ``left`` and ``top`` up to, not including, ``right`` and ``bottom``."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def halves(self) -> tuple[slice, slice]:
        """Rows and columns of an even box in a colour plane."""
        return slice(self.top // 2, self.bottom // 2), slice(self.left // 2, self.right // 2)

    def expand(self, by_px: int) -> Box:
        return Box(self.left - by_px, self.top - by_px, self.right + by_px, self.bottom + by_px)

    def expand_to_even(self) -> Box:
        """Grown to whole colour samples."""
        return Box(self.left & ~1, self.top & ~1, self.right + 1 & ~1, self.bottom + 1 & ~1)

    def clip_to(self, width: int, height: int) -> Box:
        """The part within a picture of that size; ``width`` or ``height`` is 0 where there is none."""
        left, top = min(max(self.left, 0), width), min(max(self.top, 0), height)
        return Box(left, top, max(min(self.right, width), left), max(min(self.bottom, height), top))


@dataclass(frozen=True, eq=False)
class Picture:
    """Limited-range planes: ``y`` uint8 [h, w], ``u`` and ``v`` [h / 2, w / 2]; h and w are even.

    The planes may belong to a decoded frame and are never written to.
    """

    y: Plane
    u: Plane
    v: Plane
    colours: Colours = BT709

    @property
    def width(self) -> int:
        return int(self.y.shape[1])

    @property
    def height(self) -> int:
        return int(self.y.shape[0])

    @property
    def size_bytes(self) -> int:
        return self.y.nbytes + self.u.nbytes + self.v.nbytes

    @classmethod
    def of_rgb(cls, rgb: Image, colours: Colours = BT709) -> Picture:
        """From uint8 RGB [h, w, 3]; an odd last row or column is cut."""
        with span("to yuv", frames=1):
            return cls(*rgb_to_yuv(rgb[: rgb.shape[0] & ~1, : rgb.shape[1] & ~1], colours.matrix), colours)

    @classmethod
    def of_frame(cls, frame: VideoFrame) -> Picture:
        """The planes of a plain frame (`renderer.video.colour.is_plain`), not copied."""
        y, u, v = (_samples(plane) for plane in frame.planes)
        return cls(y, u, v, Colours.of(frame))

    def orient(self, orientation: Orientation) -> Picture:
        """Turned and mirrored as it is seen."""
        if orientation.is_upright:
            return self
        y, u, v = (np.ascontiguousarray(orientation.apply(plane)) for plane in (self.y, self.u, self.v))
        return Picture(y, u, v, self.colours)

    def to_frame(self) -> VideoFrame:
        """A copy for an encoder."""
        frame = VideoFrame(self.width, self.height, "yuv420p")
        for plane, samples in zip(frame.planes, (self.y, self.u, self.v), strict=True):
            _samples(plane)[:] = samples
        frame.colorspace, frame.color_range = self.colours.stated_matrix, ColorRange.MPEG
        return frame

    def part(self, box: Box) -> Picture:
        """The pixels of an even box that lies inside."""
        return Picture(self.y[box.slices], self.u[box.halves], self.v[box.halves], self.colours)

    @span("to rgb", frames=1)
    def rgb(self, box: Box | None = None) -> Image:
        """uint8 RGB [h, w, 3] of a box that lies inside (default: all), as the whole picture has it there."""
        box = box or Box(0, 0, self.width, self.height)
        around = box.expand(_MARGIN_PX).expand_to_even().clip_to(self.width, self.height)
        part = self.part(around)
        rgb = yuv_to_rgb(part.y, part.u, part.v, self.colours.matrix)
        top, left = box.top - around.top, box.left - around.left
        return rgb[top : top + box.height, left : left + box.width]


def _samples(plane: VideoPlane) -> Plane:
    stored = np.frombuffer(memoryview(plane), np.uint8)
    return stored.reshape(plane.height, plane.line_size)[:, : plane.width]
