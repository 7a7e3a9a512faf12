"""The mouth map: a mouth laid flat along its lip lines, so that mouths of any shape and pose compare.

Columns run from one corner of the mouth to the other. Rows run from the skin over the upper lip through the
upper lip, what is between the lips, and the lower lip to the skin under it; each zone has rows of its own,
however thick a lip is and however far the mouth is open.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import INNER_LOWER, INNER_UPPER, MOUTH_CORNERS, OUTER_LOWER, OUTER_UPPER
from renderer.video.picture import Box, Picture

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

COLUMNS = 48
ROWS = 48
# The zones of a map's rows.
SKIN_ABOVE, UPPER_LIP, INSIDE, LOWER_LIP, SKIN_BELOW = (
    slice(0, 8),
    slice(8, 16),
    slice(16, 32),
    slice(32, 40),
    slice(40, 48),
)
# A mouth is shrunk to this width before it is laid flat: two picture px to a column, so that no detail is
# skipped, and a close view compares with a far one.
_MOUTH_PX = 2.0 * COLUMNS
_SKIN_SHARE = 0.13  # of the mouth's width: as much skin as a lip is thick
# Of the mouth's width, cut out around it: drawn on another mouth's frame, a mouth is lower or higher by half.
_MARGIN_SHARE = 0.6


@dataclass(frozen=True, eq=False)
class MouthPart:
    """The surroundings of a mouth, cut out of a picture: ``pixels`` [h, w, 3], each ``scale`` px of it wide,
    from ``corner`` [2] on."""

    pixels: Bytes
    corner: Floats
    scale: Floats  # [2] across and down

    def lay_flat(self, points: Floats) -> Bytes:
        """The map [ROWS, COLUMNS, 3] (RGB) of the mouth of face ``points`` [478, 2] in the picture's px."""
        if not self.pixels.size:
            return np.zeros((ROWS, COLUMNS, 3), np.uint8)
        places = ((lay_grid(points) - self.corner + 0.5) / self.scale - 0.5).astype(np.float32)
        flat = cv2.remap(self.pixels, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(flat, np.uint8)


def lay_flat(picture: Picture | Bytes, points: Floats) -> Bytes:
    """The map [ROWS, COLUMNS, 3] (RGB) of the mouth of face ``points`` [478, 2] in px of a picture (or of RGB
    [h, w, 3])."""
    return cut_mouth(picture, points).lay_flat(points)


def cut_mouth(picture: Picture | Bytes, points: Floats) -> MouthPart:
    """The surroundings of the mouth of face ``points`` [478, 2], no larger than a map needs them."""
    width_px = float(np.linalg.norm(points[MOUTH_CORNERS[1]] - points[MOUTH_CORNERS[0]]))
    size = (picture.width, picture.height) if isinstance(picture, Picture) else picture.shape[1::-1]
    box = _find_surroundings(points, width_px).clip_to(*size)
    corner = np.array([box.left, box.top], np.float32)
    if box.width < 2 or box.height < 2:
        return MouthPart(np.zeros((0, 0, 3), np.uint8), corner, np.ones(2, np.float32))
    pixels = picture.rgb(box) if isinstance(picture, Picture) else picture[box.slices]
    shrunk = min(_MOUTH_PX / max(width_px, 1.0), 1.0)
    if shrunk < 1:
        to = (max(round(box.width * shrunk), 2), max(round(box.height * shrunk), 2))
        pixels = np.asarray(cv2.resize(pixels, to, interpolation=cv2.INTER_AREA), np.uint8)
    scale = np.array([box.width / pixels.shape[1], box.height / pixels.shape[0]], np.float32)
    return MouthPart(np.ascontiguousarray(pixels), corner, scale)


def lay_grid(points: Floats) -> Floats:
    """Where in the picture each place of the map lies [ROWS, COLUMNS, 2], in px."""
    upper, lower = _spread(points, OUTER_UPPER), _spread(points, OUTER_LOWER)
    inner_upper, inner_lower = _spread(points, INNER_UPPER), _spread(points, INNER_LOWER)
    along = points[MOUTH_CORNERS[1]] - points[MOUTH_CORNERS[0]]
    down = np.array([-along[1], along[0]], np.float32) * _SKIN_SHARE
    lines = (upper - down, upper, inner_upper, inner_lower, lower, lower + down)
    zones = (SKIN_ABOVE, UPPER_LIP, INSIDE, LOWER_LIP, SKIN_BELOW)
    parts = []
    for above, below, zone in zip(lines, lines[1:], zones, strict=False):
        rows = zone.stop - zone.start
        share = ((np.arange(rows, dtype=np.float32) + 0.5) / rows)[:, None, None]
        parts.append(above * (1 - share) + below * share)
    return np.concatenate(parts).astype(np.float32)


def _find_surroundings(points: Floats, width_px: float) -> Box:
    lips = points[list(OUTER_UPPER + OUTER_LOWER)]
    margin = _MARGIN_SHARE * max(width_px, 8.0)
    low, high = np.floor(lips.min(0) - margin), np.ceil(lips.max(0) + margin)
    return Box(int(low[0]), int(low[1]), int(high[0]), int(high[1]))


def _spread(points: Floats, line: tuple[int, ...]) -> Floats:
    """A lip line at the map's columns [COLUMNS, 2]."""
    at = (np.arange(COLUMNS) + 0.5) / COLUMNS * (len(line) - 1)
    known = np.arange(len(line))
    return np.stack([np.interp(at, known, points[list(line), axis]) for axis in (0, 1)], axis=1).astype(
        np.float32
    )
