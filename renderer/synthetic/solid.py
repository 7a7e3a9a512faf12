"""Solids of the drawing: points with normals, joined by triangles, and the two shapes they are built from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Points = npt.NDArray[np.float64]

_TUBE_AROUND = 8


@dataclass(frozen=True, eq=False)
class Solid:
    """Points [n, 3] metres with normals [n, 3], joined by triangles [m, 3]."""

    points: Floats
    normals: Floats
    triangles: Ints


def build_grid(rings: int, around: int) -> Ints:
    """Triangles [2 (rings - 1) around, 3] over rings of points, each ring closed."""
    ring, place = np.meshgrid(np.arange(rings - 1), np.arange(around), indexing="ij")
    a = ring * around + place
    b = ring * around + (place + 1) % around
    quads = np.stack([a, b, b + around, a + around], -1).reshape(-1, 4)
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)


def create_solid(points: Points, triangles: Ints) -> Solid:
    """A solid with smooth normals, from points [n, 3] and triangles [m, 3]."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    normals = np.zeros_like(points)
    for k in range(3):
        np.add.at(normals, triangles[:, k], face)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return Solid(points.astype(np.float32), normals.astype(np.float32), triangles)


def create_tube(path: Points, radius_m: float) -> Solid:
    """A tube of that radius along the points [n, 3] of ``path``, open at both ends."""
    along = np.gradient(path, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-12)
    # A path that runs along one axis takes the other as its side.
    helper = np.where(np.abs(along[:, 1:2]) > 0.9, [[0.0, 0.0, 1.0]], [[0.0, 1.0, 0.0]])
    side = np.cross(along, helper)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    turns = np.linspace(0, 2 * np.pi, _TUBE_AROUND, endpoint=False)[None, :, None]
    ring = np.cos(turns) * side[:, None] + np.sin(turns) * np.cross(along, side)[:, None]
    points = path[:, None] + radius_m * ring
    return create_solid(points.reshape(-1, 3), build_grid(len(path), _TUBE_AROUND))


def join_solids(solids: Sequence[Solid]) -> Solid:
    """Several solids as one."""
    begins = np.cumsum([0, *(len(solid.points) for solid in solids[:-1])])
    return Solid(
        np.concatenate([solid.points for solid in solids]),
        np.concatenate([solid.normals for solid in solids]),
        np.concatenate(
            [solid.triangles + np.int32(begin) for solid, begin in zip(solids, begins, strict=True)]
        ),
    )
