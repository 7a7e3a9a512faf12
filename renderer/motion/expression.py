"""The slow expression of a take: a smile, a tension, a mouth held higher, which last longer than speech does.

Words move the mouth within tenths of a second. What lasts belongs to the frame that is shown, together with
its cheeks and eyes, so a drawn mouth keeps it: a neutral mouth in a smiling face would leave the folds of the
smile without their cause. How far the mouth opens is never part of it.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from renderer.motion.head import SolidHead
from renderer.motion.measures import JAW, OPEN
from renderer.motion.space import Flags, MotionSpace

Floats = npt.NDArray[np.float32]

# The standard deviation of the time that is averaged over. Of 0.3, 0.5 and 0.8 s the shortest foresees closed
# mouths best on all five takes; but a syllable takes up to 0.3 s, and must not pass for an expression.
_SPREAD_S = 0.5


def measure_expression(space: MotionSpace, points: Floats, ok: Flags, fps: Fraction) -> Floats:
    """Motion [n, K] of successive frames ``points`` [n, 478, 2] that is expression, with lips and jaw closed.

    Frames that are not ``ok`` [n] count for nothing. Bakes before version 0.4 have none: their styles
    hold it.
    """
    if not isinstance(space.head, SolidHead) or not ok.any():
        return np.zeros((len(points), space.size), np.float32)
    motion = space.encode(points).astype(np.float64) * ok[:, None]
    lasting = motion - _explain_by_opening(space, motion)
    spread_frames = _SPREAD_S * float(fps)
    count = gaussian_filter1d(ok.astype(np.float64), spread_frames, mode="nearest")
    mean = gaussian_filter1d(lasting, spread_frames, axis=0, mode="nearest")
    return np.asarray(mean / np.maximum(count, 1e-6)[:, None], np.float32)


def encode_speech(space: MotionSpace, points: Floats, ok: Flags, fps: Fraction) -> Floats:
    """Motion [n, K] of successive frames without their expression."""
    return np.asarray(space.encode(points) - measure_expression(space, points, ok, fps), np.float32)


def _explain_by_opening(space: MotionSpace, motion: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The likeliest motion of this person whose lips and jaw are as open as those of ``motion`` [n, K]."""
    rows = space.compute_sensitivities()[[OPEN, JAW]].astype(np.float64)
    gain = space.spread @ rows.T
    return np.asarray((motion @ rows.T) @ np.linalg.solve(rows @ gain + 1e-6 * np.eye(2), gain.T))
