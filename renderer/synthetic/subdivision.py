"""One step of Catmull-Clark subdivision as a matrix: smooth bodies from coarse quads, cheap per frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csr_matrix, vstack

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.integer[Any]]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Subdivision:
    """``weights`` [M, V] make the fine points from the coarse ones; ``quads`` [4F, 4] join them.

    Fine quad 4 f + k lies at corner k of coarse quad f, and begins with that corner.
    """

    weights: csr_matrix
    quads: Ints


def subdivide(quads: Ints, count: int) -> Subdivision:
    """Subdivides quads [F, 4] over ``count`` points (E. Catmull and J. Clark, 1978)."""
    quads = quads.astype(np.int64)
    faces = len(quads)
    sides = np.stack([quads, np.roll(quads, -1, axis=1)], -1).reshape(-1, 2)
    edges, edge_of = np.unique(np.sort(sides, axis=1), axis=0, return_inverse=True)
    edge_of = edge_of.reshape(faces, 4)
    middle = _build_sparse(np.repeat(np.arange(faces), 4), quads.ravel(), 0.25, (faces, count))
    half = _build_sparse(np.repeat(np.arange(len(edges)), 2), edges.ravel(), 0.5, (len(edges), count))
    touching = _build_sparse(edge_of.ravel(), np.repeat(np.arange(faces), 4), 1.0, (len(edges), faces))
    is_border = np.asarray(touching.sum(1)).ravel() < 1.5
    across = _scale(touching, 0.25) @ middle + _scale(half, 0.5)
    on_edge = _choose_rows(is_border, half, across)
    corners = _compute_corner_weights(quads, edges, is_border, middle, half, count)
    first_edge, first_face = count, count + len(edges)
    fine = np.stack(
        [
            quads,
            first_edge + edge_of,
            np.repeat(first_face + np.arange(faces)[:, None], 4, axis=1),
            first_edge + np.roll(edge_of, 1, axis=1),
        ],
        axis=-1,
    )
    weights = _stack(corners, on_edge, middle)
    return Subdivision(weights, fine.reshape(-1, 4).astype(np.int32))


def compute_corner_values(values: Floats) -> Floats:
    """Values at coarse corners [F, 4, D] → at the fine quads' corners [4F, 4, D], straight in between."""
    ahead, behind = np.roll(values, -1, axis=1), np.roll(values, 1, axis=1)
    middle = np.repeat(values.mean(1, keepdims=True), 4, axis=1)
    fine = np.stack([values, (values + ahead) / 2, middle, (values + behind) / 2], axis=2)
    return np.asarray(fine.reshape(-1, 4, values.shape[-1]), np.float32)


def _compute_corner_weights(
    quads: Ints,
    edges: Ints,
    is_border: npt.NDArray[np.bool_],
    middle: csr_matrix,
    half: csr_matrix,
    count: int,
) -> csr_matrix:
    """Inside: (mean of faces + 2 mean of edge middles + (n - 3) itself) / n; on a border: along it alone."""
    at_faces = _build_sparse(quads.ravel(), np.repeat(np.arange(len(quads)), 4), 1.0, (count, len(quads)))
    at_edges = _build_sparse(edges.ravel(), np.repeat(np.arange(len(edges)), 2), 1.0, (count, len(edges)))
    n = np.maximum(np.asarray(at_faces.sum(1)).ravel(), 1)
    itself = _build_diagonal(np.ones(count))
    inside = _build_diagonal(1 / n**2) @ at_faces @ middle + _build_diagonal(2 / n**2) @ at_edges @ half
    inside = inside + _build_diagonal((n - 3) / n)
    rim = at_edges @ _build_diagonal(is_border.astype(float))
    on_rim = np.asarray(rim.sum(1)).ravel() > 0
    along = (
        _build_diagonal(np.full(count, 0.5))
        + _build_diagonal(0.5 / np.maximum(np.asarray(rim.sum(1)).ravel(), 1)) @ rim @ half
    )
    free = np.asarray(at_faces.sum(1)).ravel() == 0
    return _choose_rows(free, itself, _choose_rows(on_rim, along, inside))


def _build_sparse(rows: Numbers, columns: Numbers, value: float, shape: tuple[int, int]) -> csr_matrix:
    return coo_matrix((np.full(len(rows), value, np.float32), (rows, columns)), shape=shape).tocsr()


def _build_diagonal(values: npt.NDArray[np.float64]) -> csr_matrix:
    each = np.arange(len(values))
    return coo_matrix((values, (each, each)), shape=(len(values), len(values))).tocsr()


def _scale(matrix: csr_matrix, factor: float) -> csr_matrix:
    return matrix * factor


def _choose_rows(where: npt.NDArray[np.bool_], yes: csr_matrix, no: csr_matrix) -> csr_matrix:
    """Rows of ``yes`` where the flag is set, else of ``no``."""
    return _build_diagonal(where.astype(float)) @ yes + _build_diagonal((~where).astype(float)) @ no


def _stack(*parts: csr_matrix) -> csr_matrix:
    return vstack(parts).tocsr().astype(np.float32)
