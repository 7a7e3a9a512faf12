"""The mesh covers the face once, the mouth's opening included."""

from __future__ import annotations

from collections import Counter

from renderer.face.landmarks import INNER_LIPS
from renderer.face.mesh import load_face_triangles, load_mouth_triangles


def test_no_edge_belongs_to_more_than_two_triangles() -> None:
    edges = Counter(
        frozenset(edge) for a, b, c in load_face_triangles().tolist() for edge in ((a, b), (b, c), (a, c))
    )
    assert max(edges.values()) == 2


def test_the_mouths_opening_is_filled_and_drawn_first() -> None:
    filled = load_mouth_triangles()
    assert len(filled) == 18
    assert set(filled.flatten().tolist()) == set(INNER_LIPS)
    assert (load_face_triangles()[:18] == filled).all()
    assert len(load_face_triangles()) == 852 + 18
