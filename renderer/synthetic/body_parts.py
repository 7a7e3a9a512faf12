"""The drawable parts of a person: the skin and clothes that move with the face units, and the rigid parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csr_matrix

from renderer.synthetic.assets import load_base_body
from renderer.synthetic.solid import Solid
from renderer.synthetic.subdivision import compute_corner_values, subdivide

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

_SKIN_ABOVE_M, _SKIN_BESIDE_M = 0.50, 0.17
_CLOTH_ABOVE_M = 0.30
_COLLAR_M = 0.565


class Skin:
    """A part of the body that is subdivided and moved in every frame.

    ``uvs`` [n, 2] (v downwards), ``own`` [n, 3] (places on the undeformed body) and ``triangles`` [m, 3] are
    constant; `move` gives places and normals.
    """

    def __init__(
        self, group: str, faces: npt.NDArray[np.bool_] | None = None, inflate_m: float = 0.0
    ) -> None:
        body = load_base_body()
        quads, uv_quads = body.quads[group], body.uv_quads[group]
        if faces is not None:
            quads, uv_quads = quads[faces], uv_quads[faces]
        self._used, flat = np.unique(quads, return_inverse=True)
        fine = subdivide(flat.reshape(-1, 4).astype(np.int32), len(self._used))
        self._weights, self._inflate_m = fine.weights, inflate_m
        corner_uvs = compute_corner_values(body.uvs[uv_quads]).reshape(-1, 2)
        keys = np.concatenate([fine.quads.reshape(-1, 1), np.round(corner_uvs * 1e5)], 1)
        _, first, number = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        self._of_fine = fine.quads.ravel()[first]
        self.uvs = (corner_uvs[first] * [1, -1] + [0, 1]).astype(np.float32)
        self._fine_triangles = _split_quads(fine.quads)
        self.triangles = _split_quads(number.reshape(-1, 4).astype(np.int32))
        self._around = _build_incidence(self._fine_triangles, fine.weights.shape[0])
        self.own = np.asarray(fine.weights @ body.points[self._used], np.float32)[self._of_fine]

    def move(self, points: Floats) -> tuple[Floats, Floats]:
        """The whole body's points [V, 3] → this part's places and normals [n, 3]."""
        fine = np.asarray(self._weights @ points[self._used])
        normals = _compute_normals(fine, self._fine_triangles, self._around)
        fine = fine + self._inflate_m * normals
        return fine[self._of_fine].astype(np.float32), normals[self._of_fine].astype(np.float32)


def create_skin() -> Skin:
    """Head and neck with the inside of the mouth."""
    middle = load_base_body().points[load_base_body().quads["body"]].mean(1)
    shown = (middle[:, 2] + 0.35 * middle[:, 1] > _SKIN_ABOVE_M) & (np.abs(middle[:, 0]) < _SKIN_BESIDE_M)
    return Skin("body", shown)


def create_clothes() -> Skin:
    """A garment up to the neck, a little outside the skin."""
    middle = load_base_body().points[load_base_body().quads["helper-tights"]].mean(1)
    collar = middle[:, 2] + 0.35 * middle[:, 1] < _COLLAR_M
    return Skin("helper-tights", (middle[:, 2] > _CLOTH_ABOVE_M) & collar, inflate_m=0.006)


def create_scalp(thickness_m: float) -> Skin:
    """A cap of short hair over the skull."""
    body = load_base_body()
    middle = body.points[body.quads["body"]].mean(1)
    x, y, z = np.abs(middle[:, 0]), middle[:, 1], middle[:, 2]
    hairline = np.where(y < -0.075, 0.797 - 0.6 * np.clip(x - 0.05, 0, 1), np.interp(y, _LINE_Y_M, _LINE_Z_M))
    ear = (x > 0.0725) & (z < 0.75) & (y > -0.07) & (y < -0.0)
    return Skin("body", (z > hairline) & ~ear, inflate_m=thickness_m)


def create_tongue() -> Skin:
    return Skin("helper-tongue")


def create_long_hair() -> Skin:
    """The body's own long hair, less the strands that hang before the face."""
    corners = load_base_body().points[load_base_body().quads["helper-hair"]]
    x, y, z = np.abs(corners[..., 0]), corners[..., 1], corners[..., 2]
    return Skin("helper-hair", np.asarray(((x > 0.058) | (y > -0.05) | (z > 0.80)).all(1), bool))


_LINE_Y_M = (-0.10, -0.085, -0.076, -0.067, -0.060, -0.035, -0.026, 0.0, 0.05, 0.09)
_LINE_Z_M = (0.790, 0.752, 0.722, 0.700, 0.748, 0.744, 0.705, 0.668, 0.658, 0.658)


@dataclass(frozen=True, eq=False)
class Rigid:
    """A solid that follows the points ``ids`` of the body; ``neutral`` are their neutral places."""

    solid: Solid
    ids: Ints
    neutral: Floats

    def compute_pose(self, points: Floats) -> Floats:
        """The rotation and shift [4, 4] from the neutral places to ``points`` [V, 3] (W. Kabsch, 1976)."""
        now = points[self.ids].astype(np.float64)
        a, b = self.neutral.mean(0), now.mean(0)
        u, _, vt = np.linalg.svd((self.neutral - a).T @ (now - b))
        turn = (u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt).T
        pose = np.eye(4)
        pose[:3, :3], pose[:3, 3] = turn, b - turn @ a
        return pose.astype(np.float32)


def create_eyeball(points: Floats) -> tuple[Solid, Floats]:
    """A unit ball with a cornea, looking to -y, and the place and radius [4] of the eye with these points."""
    radius = float(np.ptp(points[:, 2])) / 2
    centre = [points[:, 0].mean(), points[:, 1].max() - radius, (points[:, 2].max() + points[:, 2].min()) / 2]
    rings, around = 24, 32
    off, turn = np.meshgrid(
        np.linspace(0.001, np.pi, rings), np.linspace(0, 2 * np.pi, around, endpoint=False), indexing="ij"
    )
    out = 1 + 0.065 * np.exp(-((off / 0.42) ** 4))
    grid = np.stack([np.sin(off) * np.cos(turn), -np.cos(off), np.sin(off) * np.sin(turn)], -1)
    ball = (grid * out[..., None]).reshape(-1, 3).astype(np.float32)
    ring, place = np.meshgrid(np.arange(rings - 1), np.arange(around), indexing="ij")
    a, b = ring * around + place, ring * around + (place + 1) % around
    quads = np.stack([a, b, b + around, a + around], -1).reshape(-1, 4).astype(np.int32)
    ways = ball / np.linalg.norm(ball, axis=1, keepdims=True)
    return Solid(ball, ways.astype(np.float32), _split_quads(quads)), np.array(
        [*centre, 0.985 * radius], np.float32
    )


def _split_quads(quads: Ints) -> Ints:
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)


def _build_incidence(triangles: Ints, count: int) -> csr_matrix:
    rows, columns = triangles.ravel(), np.repeat(np.arange(len(triangles)), 3)
    ones = np.ones(len(rows), np.float32)
    return coo_matrix((ones, (rows, columns)), shape=(count, len(triangles))).tocsr()


def _compute_normals(points: Floats, triangles: Ints, around: csr_matrix) -> Floats:
    a, b, c = (points[triangles[:, k]] for k in range(3))
    summed = around @ np.cross(b - a, c - a)
    return np.asarray(summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-12), np.float32)
