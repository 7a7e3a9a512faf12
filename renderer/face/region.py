"""A turned square of a picture: what a network looks at, and the way back from its points to the picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Region:
    """A square of ``side_px`` around (``x_px``, ``y_px``), turned clockwise by ``angle_rad``."""

    x_px: float
    y_px: float
    side_px: float
    angle_rad: float = 0.0

    def to_picture(self, size_px: int) -> Matrix:
        """The affine map [2, 3] from px of a crop with ``size_px`` a side to px of the picture."""
        cos, sin = np.cos(self.angle_rad), np.sin(self.angle_rad)
        turn = np.array([[cos, -sin], [sin, cos]]) * (self.side_px / size_px)
        corner = np.array([self.x_px, self.y_px]) - turn @ np.full(2, size_px / 2)
        return np.column_stack([turn, corner])


def whole(picture: Image) -> Region:
    """The smallest upright square that holds a picture [h, w, 3]."""
    height, width = picture.shape[:2]
    return Region(width / 2, height / 2, max(width, height))


def crop(picture: Image, region: Region, size_px: int, *, black_outside: bool = False) -> Image:
    """A region of a picture [h, w, 3] as [size, size, 3]; outside the picture its edge goes on, or black."""
    border = cv2.BORDER_CONSTANT if black_outside else cv2.BORDER_REPLICATE
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (size_px, size_px)
    return np.asarray(
        cv2.warpAffine(picture, region.to_picture(size_px), size, flags=flags, borderMode=border), np.uint8
    )


def project(points: Points, region: Region, size_px: int) -> Points:
    """Points [n, 2] in px of a region's crop, in px of the picture."""
    matrix = region.to_picture(size_px)
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)


def turn_between(start: Points, end: Points, upright_rad: float) -> float:
    """By how much a picture is turned whose line from ``start`` to ``end`` has the angle ``upright_rad``.

    Angles count against the clock, as in mathematics; the turn is clockwise and within -pi and pi.
    """
    right, down = (end - start).astype(np.float64)
    turn = upright_rad - float(np.arctan2(-down, right))
    return (turn + np.pi) % (2 * np.pi) - np.pi


def overlap(one: Region, other: Region) -> float:
    """Intersection over union of two regions as if neither were turned."""
    low = np.maximum(_low(one), _low(other))
    high = np.minimum(_low(one) + one.side_px, _low(other) + other.side_px)
    shared = float(np.prod(np.maximum(high - low, 0.0)))
    union = one.side_px**2 + other.side_px**2 - shared
    return shared / union if union > 0 else 0.0


def _low(region: Region) -> Matrix:
    return np.array([region.x_px, region.y_px]) - region.side_px / 2
