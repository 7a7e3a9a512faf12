"""Two rows of teeth with their gums, along the arch of the base body's own crude strips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from renderer.synthetic.solid import Points, Solid, build_grid, create_solid, create_tube, join_solids

Floats = npt.NDArray[np.float32]
Row = Literal["upper", "lower"]

# Widths and heights in metres from the middle to the back: incisors, canine, premolars, molar.
_WIDTHS_M = {
    "upper": (0.0083, 0.0066, 0.0074, 0.0068, 0.0066, 0.0095),
    "lower": (0.0054, 0.0058, 0.0066, 0.0068, 0.0068, 0.0098),
}
_HEIGHTS_M = {
    "upper": (0.0100, 0.0090, 0.0096, 0.0082, 0.0076, 0.0070),
    "lower": (0.0082, 0.0084, 0.0090, 0.0080, 0.0074, 0.0068),
}
# The strips' edges lie too near to each other: upper teeth end lower, lower teeth begin lower.
_EDGE_M = {"upper": -0.0042, "lower": -0.0085}
_GUM_M = {"upper": 0.0118, "lower": -0.0108}
_AROUND, _ALONG = 16, 12
_GUM_STEPS, _GUM_AROUND = 40, 10
# Teeth that are wholly crooked: deviations of their turn (radians), and of their place outwards and upwards.
_CROOKED_RAD, _CROOKED_OUT_M, _CROOKED_UP_M = 0.2, 0.0006, 0.0005
# Brackets stand on the front of a tooth, on the ten teeth before the molars; the wire runs over them.
_BRACED, _BRACKET_M = 5, (0.0036, 0.0022, 0.0034)  # wide, deep, high
_BRACKET_OUT_M, _WIRE_OUT_M, _WIRE_M = 0.0034, 0.0044, 0.0005
_BRACKET_RISE_M = 0.0036


def create_teeth(strip: Floats, row: Row, gap: float, crooked: float = 0.0, seed: int = 0) -> Solid:
    """A row of twelve teeth along the strip's points [n, 3]; ``gap`` 0..1 of a width is free between.

    ``crooked`` 0..1 turns and shifts each tooth by itself, as ``seed`` says.
    """
    arch, edge_m = _Arch.along(strip), _find_edge(strip, row)
    rng = np.random.default_rng([seed, row == "upper"])
    parts = []
    for place_m, width_m, height_m in _place_teeth(arch, row):
        turn, out, up = crooked * np.clip(rng.normal(size=3), -1.6, 1.6)
        tooth = _shape_tooth(width_m * (1 - gap), height_m, row)
        tooth[:, 1] += out * _CROOKED_OUT_M
        parts.append(_stand(tooth, arch, place_m, edge_m + up * _CROOKED_UP_M, turn * _CROOKED_RAD))
    return join_solids([create_solid(part, build_grid(_ALONG, _AROUND)) for part in parts])


def create_braces(strip: Floats) -> Solid:
    """Brackets on the ten foremost upper teeth, and the wire that joins them."""
    arch, edge_m = _Arch.along(strip), _find_edge(strip, "upper")
    places = sorted(place_m for place_m, _, _ in _place_teeth(arch, "upper"))
    braced = places[len(places) // 2 - _BRACED : len(places) // 2 + _BRACED]
    bracket = _shape_box(0.45) * np.array(_BRACKET_M) / 2 + [0.0, -_BRACKET_OUT_M, _BRACKET_RISE_M]
    parts = [
        create_solid(_stand(bracket, arch, place_m, edge_m, 0.0), build_grid(_ALONG, _AROUND))
        for place_m in braced
    ]
    at = np.array([[0.0, -_WIRE_OUT_M, _BRACKET_RISE_M]])
    along = np.linspace(braced[0], braced[-1], 60)
    wire = np.concatenate([_stand(at, arch, place_m, edge_m, 0.0) for place_m in along])
    return join_solids([*parts, create_tube(wire, _WIRE_M)])


def create_gums(strip: Floats, row: Row) -> Solid:
    """A soft tube at the roots of a row."""
    arch, edge_m = _Arch.along(strip), _find_edge(strip, row)
    turns = np.linspace(0, 2 * np.pi, _GUM_AROUND, endpoint=False)
    rings = []
    for place_m in np.linspace(0.02, 0.98, _GUM_STEPS) * arch.length_m:
        x, y, angle = arch.at(place_m)
        out = 0.0042 * np.cos(turns)
        height = edge_m + _GUM_M[row] + 0.0052 * np.sin(turns)
        rings.append(np.stack([x - np.sin(angle) * out, y + np.cos(angle) * out, height], -1))
    return create_solid(np.concatenate(rings), build_grid(_GUM_STEPS, _GUM_AROUND))


@dataclass(frozen=True, eq=False)
class _Arch:
    """The curve on which teeth stand, seen from above, by its length."""

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    lengths_m: npt.NDArray[np.float64]

    @classmethod
    def along(cls, strip: Floats) -> _Arch:
        half, depth = 0.8 * np.abs(strip[:, 0]).max(), 0.93 * np.ptp(strip[:, 1])
        turn = np.linspace(-np.pi / 2, np.pi / 2, 1501) * 0.98
        x, y = half * np.sin(turn), strip[:, 1].min() + 0.0016 + depth * (1 - np.cos(turn) ** 0.85)
        steps = np.hypot(np.diff(x), np.diff(y))
        return cls(x, y, np.concatenate([[0.0], np.cumsum(steps)]))

    @property
    def length_m(self) -> float:
        return float(self.lengths_m[-1])

    def at(self, place_m: float) -> tuple[float, float, float]:
        """x, y and the direction (radians) of the curve at a length from its right end."""
        near = np.array([place_m - 0.0005, place_m, place_m + 0.0005])
        x, y = np.interp(near, self.lengths_m, self.x), np.interp(near, self.lengths_m, self.y)
        return float(x[1]), float(y[1]), float(np.arctan2(y[2] - y[0], x[2] - x[0]))


def _place_teeth(arch: _Arch, row: Row) -> Iterator[tuple[float, float, float]]:
    for side in (1, -1):
        edge_m = arch.length_m / 2
        for width_m, height_m in zip(_WIDTHS_M[row], _HEIGHTS_M[row], strict=True):
            middle_m = edge_m + side * width_m / 2
            edge_m += side * width_m
            if 0 < middle_m < arch.length_m:
                yield middle_m, width_m, height_m


def _find_edge(strip: Floats, row: Row) -> float:
    """The height at which a row's teeth end."""
    return float((strip[:, 2].min() if row == "upper" else strip[:, 2].max()) + _EDGE_M[row])


def _shape_tooth(width_m: float, height_m: float, row: Row) -> Points:
    """A tooth [n, 3] on its edge: wider there, and thinner from front to back."""
    box = _shape_box(0.45)
    to_edge = -box[:, 2] if row == "upper" else box[:, 2]
    x = box[:, 0] * width_m * 0.485 * (1 + 0.1 * to_edge)
    y = box[:, 1] * 0.003 * (1 - 0.35 * to_edge)
    return np.stack([x, y, (box[:, 2] + (1 if row == "upper" else -1)) * height_m / 2], -1)


def _shape_box(roundness: float) -> Points:
    """A rounded box (superellipsoid) [n, 3], from -1 to 1 in each direction."""
    turn, rise = np.meshgrid(
        np.linspace(-np.pi, np.pi, _AROUND, endpoint=False), np.linspace(-np.pi / 2, np.pi / 2, _ALONG)
    )
    across = _round_off(np.cos(rise), roundness) * _round_off(np.cos(turn), 0.55)
    deep = _round_off(np.cos(rise), roundness) * _round_off(np.sin(turn), 0.8)
    return np.stack([across, deep, _round_off(np.sin(rise), 0.55)], -1).reshape(-1, 3)


def _stand(points: Points, arch: _Arch, place_m: float, edge_m: float, turn_rad: float) -> Points:
    """Points that face the camera, put where the arch passes at ``place_m``, facing outwards."""
    x, y, angle = arch.at(place_m)
    angle += turn_rad
    return np.stack(
        [
            x + points[:, 0] * np.cos(angle) - points[:, 1] * np.sin(angle),
            y + points[:, 0] * np.sin(angle) + points[:, 1] * np.cos(angle),
            edge_m + points[:, 2],
        ],
        axis=-1,
    )


def _round_off(value: Points, power: float) -> Points:
    return np.asarray(np.sign(value) * np.abs(value) ** power)
