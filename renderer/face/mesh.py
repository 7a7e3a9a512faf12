"""The triangles between face points, with the mouth's opening filled."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import INNER_LOWER, INNER_UPPER

# Two cliques of the tracker's edges that surround other triangles instead of being one.
_NOT_A_TRIANGLE = {(49, 64, 129), (279, 294, 358)}


def face_triangles() -> npt.NDArray[np.int32]:
    """Point numbers [M, 3] of the tracker's mesh, the mouth's opening included (eyes stay open).

    Mouth triangles come first, so that a lip drawn later covers the edge that they share.
    """
    from mediapipe.python.solutions.face_mesh_connections import FACEMESH_TESSELATION

    return np.concatenate([mouth_triangles(), _cliques(FACEMESH_TESSELATION)])


def mouth_triangles() -> npt.NDArray[np.int32]:
    """The strip of triangles [18, 3] between the upper and the lower inner lip."""
    strips = []
    for upper, lower, next_upper, next_lower in zip(
        INNER_UPPER, INNER_LOWER, INNER_UPPER[1:], INNER_LOWER[1:], strict=False
    ):
        strips += [(upper, lower, next_upper), (lower, next_lower, next_upper)]
    return np.array([strip for strip in strips if len(set(strip)) == 3], np.int32)


def _cliques(connections: Iterable[tuple[int, int]]) -> npt.NDArray[np.int32]:
    near: dict[int, set[int]] = {}
    for a, b in connections:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    found = {
        (a, b, c) for a in near for b in near[a] if a < b for c in near[a] & near[b] if b < c
    } - _NOT_A_TRIANGLE
    return np.array(sorted(found), np.int32)
