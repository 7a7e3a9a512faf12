"""How far the lips are apart: on a body's points, and as a straight sum of its face units.

Face units add up, so the gap does too: each unit opens or closes the lips by a fixed length.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from renderer.synthetic.assets import Target, load_face_units

Floats = npt.NDArray[np.float32]

# Where the lips touch in the middle of the undeformed body: lowest of the upper, highest of the lower lip.
_UPPER, _LOWER = 520, 523


def measure_gap_m(points: Floats) -> float:
    """The lips' distance in metres on a body's points [V, 3]; negative where they press into each other."""
    return float(points[_UPPER, 2] - points[_LOWER, 2])


@cache
def compute_openings_m() -> Mapping[str, float]:
    """Metres by which each face unit at full strength parts the lips (negative: brings them together)."""
    return {
        name: _measure_rise_m(unit, _UPPER) - _measure_rise_m(unit, _LOWER)
        for name, unit in load_face_units().items()
    }


def compute_closing_gap_m() -> float:
    """Metres that mouthClose at full strength takes from the gap."""
    return -compute_openings_m()["mouthClose"]


def compute_gap_m(units: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """The gap [n] in metres beyond the neutral face's, of the face units' curves [n]."""
    return np.asarray(sum(curve * compute_openings_m()[name] for name, curve in units.items()))


def _measure_rise_m(unit: Target, point: int) -> float:
    return float(unit.shift[unit.ids == point, 2].sum())
