"""Glasses: two rims before the eyes, a bridge, and temples to the ears. They have no lenses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from renderer.synthetic.solid import Points, Solid, create_tube, join_solids

# Metres, of a common pair of glasses.
_RIM_HALF_M = (0.0245, 0.0185)
_TUBE_M = 0.0014
_BEFORE_EYE_M = 0.013
_TEMPLE_M = (0.022, 0.112)  # how far it spreads sideways, how far it reaches back
_DROP_M = 0.002


def create_glasses(left: npt.NDArray[np.float32], right: npt.NDArray[np.float32]) -> Solid:
    """A frame for eyes with these points [n, 3] (first the one to the image's right)."""
    rims = [_build_rim(eye.astype(np.float64)) for eye in (left, right)]
    parts = [create_tube(rim, _TUBE_M) for rim in rims]
    inner = [rim[np.abs(rim[:, 0]).argmin()] for rim in rims]
    parts.append(create_tube(_bend(inner[0], inner[1], 0.004), _TUBE_M))
    for rim in rims:
        hinge = rim[np.abs(rim[:, 0]).argmax()]
        away = np.array([np.sign(hinge[0]) * _TEMPLE_M[0], _TEMPLE_M[1], 0.004])
        # The corner comes first, so that a temple clears the side of the head.
        corner = hinge + away * [0.6, 0.06, 0.0]
        parts.append(create_tube(np.linspace(hinge, corner, 6), _TUBE_M))
        parts.append(create_tube(np.linspace(corner, hinge + away, 12), _TUBE_M))
    return join_solids(parts)


def _build_rim(eye: Points) -> Points:
    """A rounded rectangle around an eye [33, 3], closed."""
    turn = np.linspace(0, 2 * np.pi, 33)
    middle = (eye.min(0) + eye.max(0)) / 2
    across, up = (np.sign(f(turn)) * np.abs(f(turn)) ** 0.7 for f in (np.cos, np.sin))
    x = middle[0] + _RIM_HALF_M[0] * across
    y = np.full(len(turn), eye[:, 1].min() - _BEFORE_EYE_M) + 0.1 * np.abs(x - middle[0])
    return np.stack([x, y, middle[2] - _DROP_M + _RIM_HALF_M[1] * up], -1)


def _bend(begin: Points, end: Points, rise_m: float) -> Points:
    share = np.linspace(0, 1, 9)[:, None]
    return np.asarray(begin + (end - begin) * share + np.sin(np.pi * share) * [0.0, 0.0, rise_m])
