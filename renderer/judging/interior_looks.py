"""How open mouths look inside: how sharp their edges are, and how long their streaks."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import GAP_LOWER, GAP_UPPER, MOUTH_CORNERS
from renderer.judging.footage import Footage
from renderer.scoring.aperture import OPEN_APERTURE
from renderer.scoring.mouth_map import COLUMNS, INSIDE

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

_GAP_PX = 4.0  # below this no viewer sees what is inside
_MIDDLE = slice(8, 40)  # map columns: at the corners lips meet
_WITH_LIPS = slice(INSIDE.start - 1, INSIDE.stop + 1)
# A streak: along a column under a third of the change (colour levels per px) that there is across it, and
# that is clear. The longest ones count: gaps between filmed teeth are short beside a row drawn down.
_STREAK_SHARE, _STREAK_LEVELS = 0.3, 3.0
_STREAK_COLUMNS = 8


@dataclass(frozen=True, eq=False)
class InteriorLooks:
    """Open mouths of some footage: their ``frames`` [m], log gap over width, and three measures [m]:
    sharpness of the edges of the ``upper`` half and of the ``lower`` one, and length of ``streaks``."""

    frames: npt.NDArray[np.int_]
    openings: Doubles
    upper: Doubles
    lower: Doubles
    streaks: Doubles

    @classmethod
    def of(cls, footage: Footage) -> InteriorLooks:
        gap_px, width_px = _measure_gaps(footage.points)
        there = footage.seen & (footage.apertures > OPEN_APERTURE) & (gap_px > _GAP_PX)
        frames = np.flatnonzero(there)
        rows = [_measure_look(footage.maps[at], gap_px[at], width_px[at]) for at in frames]
        table = np.array(rows, np.float64).reshape(-1, 3)
        openings = np.log(gap_px[frames] / np.maximum(width_px[frames], 1e-6))
        return cls(frames, openings, *table.T)


def _measure_gaps(points: Floats) -> tuple[Doubles, Doubles]:
    """Gap between the lips and width of the mouth [n], px."""
    gap = np.linalg.norm(points[:, list(GAP_UPPER)] - points[:, list(GAP_LOWER)], axis=-1).mean(1)
    left, right = MOUTH_CORNERS
    return gap.astype(np.float64), np.linalg.norm(points[:, left] - points[:, right], axis=-1).astype(
        np.float64
    )


def _measure_look(one: Bytes, gap_px: float, width_px: float) -> tuple[float, float, float]:
    """Logarithms of how sharp the sharpest edge of a usual column is, upper and lower half, in levels per
    px; and how long streaks are, as a share of the gap."""
    lab = cv2.cvtColor(one, cv2.COLOR_RGB2LAB).astype(np.float32)[_WITH_LIPS, _MIDDLE]
    row_px = max(gap_px / (INSIDE.stop - INSIDE.start), 0.3)
    column_px = max(width_px / COLUMNS, 0.3)
    down = (np.abs(np.diff(lab, axis=0)).sum(2) / row_px)[:, :-1]
    across = (np.abs(np.diff(lab, axis=1)).sum(2) / column_px)[:-1]
    half = len(down) // 2
    edges = [float(np.log(np.median(part.max(0)) + 1)) for part in (down[:half], down[-half:])]
    around = cv2.blur(across, (5, 1))
    flat = (down < _STREAK_SHARE * around) & (around > _STREAK_LEVELS)
    longest = np.sort(_measure_runs(flat))[-_STREAK_COLUMNS:]
    return edges[0], edges[1], float(longest.mean() / len(down))


def _measure_runs(flags: Flags) -> Doubles:
    """The longest run down each column [columns]."""
    longest = running = np.zeros(flags.shape[1])
    for row in flags:
        running = np.where(row, running + 1, 0)
        longest = np.maximum(longest, running)
    return longest
