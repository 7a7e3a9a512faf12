"""Move what is seen between the lips as it moves in a head: teeth keep their size, only the dark gives way.

The upper teeth belong to the skull and the lower teeth to the jaw. A mesh over the lips alone would stretch
them like rubber with every opening. Between both rows lies the darkest line of the open mouth; there, and
only there, the picture is stretched or cut where the wanted mouth is open wider or less than its source.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import GAP_LOWER, GAP_UPPER, INNER_LOWER, INNER_UPPER, JAW_TIP, NOSE_FOOT

Floats = npt.NDArray[np.float32]
Crops = npt.NDArray[np.uint8]

_ROWS = 24
_LOOK_ROWS, _LOOK_COLUMNS = 10, 20  # of a mouth's inside when mouths are compared
_LOOK = _LOOK_ROWS * _LOOK_COLUMNS * 3
_UPPER, _LOWER = list(GAP_UPPER), list(GAP_LOWER)  # an opening always reaches these
# Points on lips are seen better than those on nose and chin, teeth hold to the latter: half of each.
_BONE = 0.5
# What lies between the lips follows half its bones and half the lips. Bones alone leave rows that the source
# does not show, which streak; lips alone change the size of teeth. On five takes half is nearest to the film.
# Where much is missing, it follows its bones alone, and the hollow between them is dark.
_RIGID = 0.5
_HOLLOW_FROM_PX, _HOLLOW_PX = 2.0, 5.0  # crop px of missing mouth from which, and by which, it turns dark
_LIP_PX = 1.0  # crop px beside each lip that move with the lip, so that no edge shows
_SOFT_PX = 1.2  # crop px over which one row of teeth gives way to the other


@dataclass(frozen=True, eq=False)
class MouthInteriors:
    """Of each mouth [n]: ``rows``, where between the upper (0) and the lower lip (1) it is darkest, the
    ``colours`` [n, 3] there, and its ``looks`` [n, 600], the colours between the lips, 0 to 1, on a grid."""

    rows: Floats
    colours: Floats
    looks: Floats


def measure_interiors(fine: Crops, points: Floats, crop_px: int) -> MouthInteriors:
    """What lies between the lips of the crops ``fine`` [n, F, F, 3] with ``points`` [n, 478, 2]."""
    share = ((np.arange(_ROWS, dtype=np.float32) + 0.5) / _ROWS)[:, None, None]
    places = points[:, None, _UPPER] * (1 - share) + points[:, None, _LOWER] * share
    colours = _sample(fine, np.asarray(places, np.float32), crop_px).mean(2).reshape(-1, _ROWS, 3)
    around = np.pad(colours, ((0, 0), (1, 1), (0, 0)), mode="edge")
    smooth = (around[:, :-2] + around[:, 1:-1] + around[:, 2:]) / 3
    darkest = smooth.mean(2).argmin(1)
    rows = np.asarray((darkest + 0.5) / _ROWS, np.float32)
    looks = _sample(fine, _span_lips(points), crop_px).reshape(len(points), _LOOK)
    dark = smooth[np.arange(len(smooth)), darkest]
    return MouthInteriors(rows, dark, np.asarray(looks / 255, np.float32))


def _span_lips(points: Floats) -> Floats:
    """Places [n, 10, 20, 2] between the inner lips of points [n, 478, 2], from corner to corner."""
    along = np.linspace(0, len(INNER_UPPER) - 1, 2 * _LOOK_COLUMNS + 1)[1::2]
    first = np.floor(along).astype(int)
    share = (along - first).astype(np.float32)[:, None]
    upper, lower = (
        line[:, first] * (1 - share) + line[:, first + 1] * share
        for line in (points[:, list(INNER_UPPER)], points[:, list(INNER_LOWER)])
    )
    down = ((np.arange(_LOOK_ROWS, dtype=np.float32) + 0.5) / _LOOK_ROWS)[:, None, None]
    return np.asarray(upper[:, None] * (1 - down) + lower[:, None] * down, np.float32)


def _sample(fine: Crops, places: Floats, crop_px: int) -> Floats:
    """Colours [n, rows, columns, 3] of the crops at ``places`` [n, rows, columns, 2] in crop px."""
    at_px = _scale_points(places, fine.shape[1] / crop_px)
    sampled = [cv2.remap(crop, at, None, cv2.INTER_LINEAR) for crop, at in zip(fine, at_px, strict=True)]
    return np.asarray(sampled, np.float32).reshape(*places.shape[:3], 3)


def keep_teeth(
    source_map: Floats, target: Floats, source: Floats, dark: float, crop_px: int
) -> tuple[Floats, Floats]:
    """The lips' backward map [F, F, 2] (renderer.mouth.warp), between them half rigid, half stretched.

    ``target`` and ``source`` [p, 2] are face points in crop px; ``dark`` is the source's dark row. Also
    returns how far each pixel [F, F] is a hollow of which the source shows nothing, 0 to 1.
    """
    scale = source_map.shape[0] / crop_px
    here, there = _scale_points(target, scale), _scale_points(source, scale)
    left, top, right, bottom = _find_lip_box(here, source_map.shape[0])
    hollow = np.zeros(source_map.shape[:2], np.float32)
    if right <= left or bottom <= top:
        return source_map, hollow
    x, y = np.arange(left, right, dtype=np.float32), np.arange(top, bottom, dtype=np.float32)[:, None]
    high, low = _interpolate_lip_lines(here, x)
    middle = np.clip(np.rint((high + low) / 2).astype(int), 0, len(source_map) - 1)
    from_x = source_map[middle, np.arange(left, right), 0]
    ends = _interpolate_lip_lines(there, from_x)
    lips = (ends[0], np.maximum(*ends))
    bones = _measure_bone_shifts(here, there)
    rigid, lacking, missing = _map_rows(y, (high, low), lips, bones, dark, scale)
    stretched = lips[0] + (y - high) / np.maximum(low - high, 1e-3) * (lips[1] - lips[0])
    between = (y > high) & (y < low)
    out = source_map.copy()
    patch = out[top:bottom, left:right]
    patch[..., 0] = np.where(between, from_x, patch[..., 0])
    share = _RIGID + (1 - _RIGID) * lacking
    patch[..., 1] = np.where(between, stretched + share * (rigid - stretched), patch[..., 1])
    hollow[top:bottom, left:right] = missing * between
    return out, hollow


def darken(picture: Crops, hollow: Floats, colour: Floats) -> Crops:
    """The picture [F, F, 3] with ``colour`` [3] where it is ``hollow`` [F, F]."""
    rows, columns = np.nonzero(hollow)
    if not len(rows):
        return picture
    share = hollow[rows, columns, None]
    dark = picture.copy()
    dark[rows, columns] = np.rint(picture[rows, columns] * (1 - share) + colour * share)
    return dark


def _map_rows(
    y: Floats,
    lips: tuple[Floats, Floats],
    source_lips: tuple[Floats, Floats],
    bones: tuple[float, float],
    dark: float,
    scale: float,
) -> tuple[Floats, Floats, Floats]:
    """Of the target's rows ``y`` between its upper and lower ``lips``: source heights [rows, columns], how
    much of the mouth the source lacks in each column, and how far each row is missing, both 0 to 1.
    """
    lip_up, lip_down = source_lips[0] - lips[0], source_lips[1] - lips[1]
    up = lip_up + _BONE * (bones[0] - lip_up)
    down = lip_down + _BONE * (bones[1] - lip_down)
    split = source_lips[0] + dark * (source_lips[1] - source_lips[0])
    # Moved by their own teeth, the rows above and below meet where the dark line is on average.
    meet = split - (up + down) / 2
    width = np.maximum(np.abs(up - down), _SOFT_PX * scale)
    lower = np.clip((y - meet) / width + 0.5, 0, 1)
    rows = y + up + (down - up) * lower
    rows += (lip_up - up) * (1 - np.clip((y - lips[0]) / (_LIP_PX * scale), 0, 1))
    rows += (lip_down - down) * (1 - np.clip((lips[1] - y) / (_LIP_PX * scale), 0, 1))
    lacking = np.asarray(np.clip(((up - down) / scale - _HOLLOW_FROM_PX) / _HOLLOW_PX, 0, 1), np.float32)
    missing = lacking * np.clip(2 - 4 * np.abs(lower - 0.5), 0, 1)
    return np.asarray(np.clip(rows, *source_lips), np.float32), lacking, np.asarray(missing, np.float32)


def _find_lip_box(here: Floats, size_px: int) -> tuple[int, int, int, int]:
    lips = here[list(INNER_UPPER + INNER_LOWER)]
    left, top = np.maximum(np.ceil(lips.min(0)).astype(int), 0)
    right, bottom = np.minimum(np.floor(lips.max(0)).astype(int) + 1, size_px)
    return int(left), int(top), int(right), int(bottom)


def _interpolate_lip_lines(at: Floats, x: Floats) -> tuple[Floats, Floats]:
    """Heights of the upper and the lower inner lip at columns ``x``."""
    upper, lower = at[list(INNER_UPPER)], at[list(INNER_LOWER)]
    return _interpolate_line(upper, x), _interpolate_line(lower, x)


def _interpolate_line(line: Floats, x: Floats) -> Floats:
    return np.interp(x, np.maximum.accumulate(line[:, 0]), line[:, 1]).astype(np.float32)


def _measure_bone_shifts(here: Floats, there: Floats) -> tuple[float, float]:
    """How far skull and jaw move down from target to source."""
    moves = there[:, 1] - here[:, 1]
    return float(moves[list(NOSE_FOOT)].mean()), float(moves[list(JAW_TIP)].mean())


def _scale_points(points: Floats, scale: float) -> Floats:
    return np.asarray((points + 0.5) * scale - 0.5, np.float32)
