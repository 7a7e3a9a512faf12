"""Two rows of teeth with their gums, along the arch of the base body's own crude strips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
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


@dataclass(frozen=True, eq=False)
class Solid:
    """Points [n, 3] metres with normals [n, 3], joined by triangles [m, 3]."""

    points: Floats
    normals: Floats
    triangles: Ints


def create_teeth(strip: Floats, row: Row, gap: float) -> Solid:
    """A row of twelve teeth along the strip's points [n, 3]; ``gap`` 0..1 of a width is free between."""
    arch = _Arch.along(strip)
    edge_m = (strip[:, 2].min() if row == "upper" else strip[:, 2].max()) + _EDGE_M[row]
    parts = [
        _create_tooth(arch, place_m, width_m, height_m, edge_m, row, gap)
        for place_m, width_m, height_m in _place_teeth(arch, row)
    ]
    grid = _build_grid(_ALONG, _AROUND)
    count = _AROUND * _ALONG
    triangles = np.concatenate([grid + i * count for i in range(len(parts))])
    return _create_solid(np.concatenate(parts), triangles)


def create_gums(strip: Floats, row: Row) -> Solid:
    """A soft tube at the roots of a row."""
    arch = _Arch.along(strip)
    edge_m = (strip[:, 2].min() if row == "upper" else strip[:, 2].max()) + _EDGE_M[row]
    turns = np.linspace(0, 2 * np.pi, _GUM_AROUND, endpoint=False)
    rings = []
    for place_m in np.linspace(0.02, 0.98, _GUM_STEPS) * arch.length_m:
        x, y, angle = arch.at(place_m)
        out = 0.0042 * np.cos(turns)
        height = edge_m + _GUM_M[row] + 0.0052 * np.sin(turns)
        rings.append(np.stack([x - np.sin(angle) * out, y + np.cos(angle) * out, height], -1))
    return _create_solid(np.concatenate(rings), _build_grid(_GUM_STEPS, _GUM_AROUND))


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


def _create_tooth(
    arch: _Arch, place_m: float, width_m: float, height_m: float, edge_m: float, row: Row, gap: float
) -> npt.NDArray[np.float64]:
    """A rounded box (superellipsoid), wider at its cutting edge, thinner there from front to back."""
    turn, rise = np.meshgrid(
        np.linspace(-np.pi, np.pi, _AROUND, endpoint=False), np.linspace(-np.pi / 2, np.pi / 2, _ALONG)
    )
    across = _round_off(np.cos(rise), 0.45) * _round_off(np.cos(turn), 0.55)
    deep = _round_off(np.cos(rise), 0.45) * _round_off(np.sin(turn), 0.8)
    up = _round_off(np.sin(rise), 0.55)
    to_edge = -up if row == "upper" else up
    local_x = across * width_m * 0.485 * (1 - gap) * (1 + 0.1 * to_edge)
    local_y = deep * 0.003 * (1 - 0.35 * to_edge)
    x, y, angle = arch.at(place_m)
    middle_m = edge_m + (height_m / 2 if row == "upper" else -height_m / 2)
    shape = np.stack(
        [
            x + local_x * np.cos(angle) - local_y * np.sin(angle),
            y + local_x * np.sin(angle) + local_y * np.cos(angle),
            middle_m + up * height_m / 2,
        ],
        axis=-1,
    )
    return np.asarray(shape.reshape(-1, 3))


def _round_off(value: npt.NDArray[np.float64], power: float) -> npt.NDArray[np.float64]:
    return np.asarray(np.sign(value) * np.abs(value) ** power)


def _build_grid(rings: int, around: int) -> Ints:
    """Triangles [2 (rings - 1) around, 3] over rings of points, each ring closed."""
    ring, place = np.meshgrid(np.arange(rings - 1), np.arange(around), indexing="ij")
    a = ring * around + place
    b = ring * around + (place + 1) % around
    quads = np.stack([a, b, b + around, a + around], -1).reshape(-1, 4)
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)


def _create_solid(points: npt.NDArray[np.float64], triangles: Ints) -> Solid:
    a, b, c = (points[triangles[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    normals = np.zeros_like(points)
    for k in range(3):
        np.add.at(normals, triangles[:, k], face)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return Solid(points.astype(np.float32), normals.astype(np.float32), triangles)
