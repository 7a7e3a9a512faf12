"""Pearson's correlation and what else any two curves can be asked."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def correlation(left: Floats, right: Floats) -> float:
    """Pearson's r of two curves [n]; 0 where either does not move."""
    if len(left) < 3 or left.std() < 1e-9 or right.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(left, right)[0, 1])


def chance_level(left: Floats, right: Floats, share: float = 0.95) -> float:
    """The |r| that ``share`` of all circular shifts of one curve against the other stay under.

    Curves that move slowly correlate by chance; a correlation below this says nothing.
    """
    least = max(len(left) // 10, 1)
    shifts = range(least, len(left) - least)
    found = [abs(correlation(left, np.roll(right, shift))) for shift in shifts]
    return float(np.quantile(found, share)) if found else 1.0


def best_lag(driven: Floats, driving: Floats, reach: int) -> tuple[int, float]:
    """The k in -reach..reach at which driven[t] looks most like driving[t + k], and that correlation.

    A negative k means that ``driven`` comes later than ``driving``. Needs more than ``reach`` + 3 frames.
    """
    count = len(driven)
    lags = [k for k in range(-reach, reach + 1) if count - abs(k) > 3]
    found = {
        k: correlation(driven[max(-k, 0) : count - max(k, 0)], driving[max(k, 0) : count - max(-k, 0)])
        for k in lags
    }
    # Of equal peaks the one nearest to 0 counts.
    best = max(lags, key=lambda k: (round(found[k], 9), -abs(k)))
    return best, found[best]
