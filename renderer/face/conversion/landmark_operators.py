"""MediaPipe's own three operators in ordinary ones: a matrix from landmarks, a turned crop, an affine map.

A matrix is [2, 3] here: the map from px of a crop to px of what it is cut from. The landmarks of a part of
the face say where its crop lies, and the points that are found in the crop go back by the same matrix.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from renderer.face.conversion.graph import Graph


def crop_matrix(
    graph: Graph, landmarks: str, line: tuple[int, int], part: Sequence[int], room: float, size_px: int
) -> str:
    """The matrix of a crop with ``size_px`` a side around some ``landmarks`` [n, 2 or 3].

    In the crop the ``line`` between two landmarks lies level, and the box around the landmarks of ``part`` is
    enlarged ``room`` times.
    """
    flat = _columns(graph, landmarks)
    start, end = (graph.add("Gather", flat, graph.constant(point, np.int64)) for point in line)
    along = graph.add("Sub", end, start)
    cos_sin = graph.add("Div", along, graph.add("ReduceL2", along, keepdims=1))
    # (cos, sin) to [[cos, -sin], [sin, cos]]
    spread = graph.constant([[1, 0, 0, 1], [0, -1, 1, 0]])
    turn = graph.add("Reshape", graph.add("MatMul", cos_sin, spread), graph.whole_numbers(2, 2))
    level = graph.add("MatMul", graph.add("Gather", flat, graph.constant(part, np.int64)), turn)
    high = graph.add("ReduceMax", level, axes=[0], keepdims=1)
    low = graph.add("ReduceMin", level, axes=[0], keepdims=1)
    scale = graph.add("Mul", graph.add("Sub", high, low), graph.constant(room / size_px))
    middle = graph.add("Mul", graph.add("Add", high, low), graph.constant(0.5))
    corner = graph.add("Sub", middle, graph.add("Mul", scale, graph.constant(size_px / 2)))
    upright = graph.add("Reshape", corner, graph.whole_numbers(2, 1))
    return graph.add("Concat", graph.add("Mul", turn, scale), graph.add("MatMul", turn, upright), axis=1)


def crop_turned(graph: Graph, features: str, feature_px: tuple[int, int], matrix: str, size_px: int) -> str:
    """A crop [1, c, size, size] of features [1, c, h, w], sampled at the middles of its px; 0 outside."""
    y, x = np.mgrid[:size_px, :size_px] + 0.5
    middles = np.stack([x, y, np.ones_like(x)]).reshape(3, -1)
    places = graph.add("Transpose", graph.add("MatMul", matrix, graph.constant(middles)), perm=[1, 0])
    height, width = feature_px
    scaled = graph.add("Mul", places, graph.constant([2 / width, 2 / height]))
    grid = graph.add("Sub", scaled, graph.constant(1.0))  # from -1 at one edge to 1 at the other
    shaped = graph.add("Reshape", grid, graph.whole_numbers(1, size_px, size_px, 2))
    return graph.add("GridSample", features, shaped, mode="bilinear", padding_mode="zeros", align_corners=0)


def map_points(graph: Graph, points: str, matrix: str) -> str:
    """Points [n, 2] by a matrix."""
    columns = graph.add("Transpose", matrix, perm=[1, 0])
    turn = graph.add("Slice", columns, *(graph.whole_numbers(number) for number in (0, 2, 0)))
    shift = graph.add("Slice", columns, *(graph.whole_numbers(number) for number in (2, 3, 0)))
    return graph.add("Add", graph.add("MatMul", points, turn), shift)


def _columns(graph: Graph, landmarks: str) -> str:
    return graph.add("Slice", landmarks, *(graph.whole_numbers(number) for number in (0, 2, 1)))
