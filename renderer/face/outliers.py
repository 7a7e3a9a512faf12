"""Tracking outliers: single frames in which the tracker's points leap away and are back at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

# Of the face's width, on average over all points. Speech and nods stay nearer to the middle of the frames
# beside them.
_OUTLIER_MIN = 0.015


def replace_outliers(points: Points, seen: Flags) -> Points:
    """Points [T, 478, 2] with every outlier replaced by the middle of the frames beside it.

    When a head moves fast, the tracker now and then misplaces one frame: the jaw lies in the neck, the lips
    beside the mouth. It is an outlier where a ``seen`` [T] frame is farther from the middle of its
    seen neighbours than those are from each other; a cut or a fast nod is not.
    """
    if len(points) < 3:
        return points
    width_px = float(np.median(np.ptp(points[..., 0], axis=1)))
    before, after = points[:-2], points[2:]
    middle = (before + after) / 2
    off, apart = (np.linalg.norm(gap, axis=2).mean(1) for gap in (points[1:-1] - middle, after - before))
    leaps = seen[:-2] & seen[1:-1] & seen[2:] & (off > np.maximum(_OUTLIER_MIN * width_px, apart))
    steady = points.copy()
    steady[1:-1][leaps] = middle[leaps]
    return steady
