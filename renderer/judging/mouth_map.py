"""The mouth map: a mouth laid flat along its lip lines, so that mouths of any shape and pose compare.

Columns run from one corner of the mouth to the other. Rows run from the skin over the upper lip through the
upper lip, what is between the lips, and the lower lip to the skin under it; each zone has rows of its own,
however thick a lip is and however far the mouth is open.
"""

from __future__ import annotations

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
_MARGIN_SHARE = 0.4  # of the mouth's width, cut out around it


def lay_flat(picture: Picture, points: Floats) -> Bytes:
    """The map [ROWS, COLUMNS, 3] (RGB) of the mouth of face ``points`` [478, 2] in a picture's px."""
    width_px = float(np.linalg.norm(points[MOUTH_CORNERS[1]] - points[MOUTH_CORNERS[0]]))
    lips = points[list(OUTER_UPPER + OUTER_LOWER)]
    margin = _MARGIN_SHARE * max(width_px, 8.0)
    low, high = np.floor(lips.min(0) - margin), np.ceil(lips.max(0) + margin)
    box = Box(int(low[0]), int(low[1]), int(high[0]), int(high[1])).clip_to(picture.width, picture.height)
    if box.width < 2 or box.height < 2:
        return np.zeros((ROWS, COLUMNS, 3), np.uint8)
    mouth = picture.rgb(box)
    scale = min(_MOUTH_PX / max(width_px, 1.0), 1.0)
    if scale < 1:
        size = (max(round(box.width * scale), 2), max(round(box.height * scale), 2))
        mouth = np.asarray(cv2.resize(mouth, size, interpolation=cv2.INTER_AREA), np.uint8)
    corner = np.array([box.left, box.top], np.float32)
    places = (lay_grid(points) - corner + 0.5) * np.array(mouth.shape[1::-1]) / (box.width, box.height) - 0.5
    flat = cv2.remap(
        np.ascontiguousarray(mouth), places.astype(np.float32), None, cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    return np.asarray(flat, np.uint8)


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


def _spread(points: Floats, line: tuple[int, ...]) -> Floats:
    """A lip line at the map's columns [COLUMNS, 2]."""
    at = (np.arange(COLUMNS) + 0.5) / COLUMNS * (len(line) - 1)
    known = np.arange(len(line))
    return np.stack([np.interp(at, known, points[list(line), axis]) for axis in (0, 1)], axis=1).astype(
        np.float32
    )
