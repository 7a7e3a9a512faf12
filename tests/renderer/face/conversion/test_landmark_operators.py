"""Ordinary operators do what MediaPipe's own three do."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import onnxruntime
import pytest

from renderer.face.conversion.graph import Graph
from renderer.face.conversion.landmark_operators import crop_matrix, crop_turned, map_points

Build = Callable[..., str]


def run(build: Build, **inputs: npt.ArrayLike) -> np.ndarray:
    """What the built nodes make of some arrays; ``build`` gets their names."""
    graph = Graph()
    names = {name: graph.constant(values) for name, values in inputs.items()}
    graph.add("Identity", build(graph, **names), name="result")
    model = graph.model(8, ["result"])
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"pixels": np.zeros((1, 8, 8, 3), np.uint8)})[0]


def corners_of(matrix: np.ndarray, size_px: int) -> np.ndarray:
    places = np.array([[0, 0], [size_px, 0], [size_px, size_px]], np.float32)
    return places @ matrix[:, :2].T + matrix[:, 2]


def around_four(room: float) -> Build:
    return lambda graph, landmarks: crop_matrix(graph, landmarks, (0, 1), range(4), room, 16)


def four_pixels(graph: Graph, features: str, matrix: str) -> str:
    return crop_turned(graph, features, (8, 8), matrix, 4)


def test_a_crop_is_around_its_landmarks_with_room() -> None:
    landmarks = [[10, 20, 5], [30, 20, 5], [20, 10, 5], [20, 30, 5], [99, 99, 5]]
    matrix = run(around_four(1.5), landmarks=landmarks)
    assert matrix.shape == (2, 3)
    assert corners_of(matrix, 16) == pytest.approx(np.array([[5, 5], [35, 5], [35, 35]]), abs=1e-4)


def test_a_crop_turns_with_its_line() -> None:
    level = np.array([[10, 20], [30, 20], [20, 15], [20, 25]], np.float32)
    quarter = np.array([[0, 1], [-1, 0]], np.float32)  # clockwise in a picture
    one, other = (run(around_four(1.0), landmarks=points) for points in (level, level @ quarter))
    assert corners_of(other, 16) == pytest.approx(corners_of(one, 16) @ quarter, abs=1e-4)


def test_a_turned_crop_samples_the_middles_of_its_pixels() -> None:
    features = np.arange(64, dtype=np.float32).reshape(1, 1, 8, 8)
    found = run(four_pixels, features=features, matrix=[[1, 0, 2], [0, 1, 3]])
    assert found[0, 0] == pytest.approx(features[0, 0, 3:7, 2:6], abs=1e-4)


def test_between_pixels_a_crop_is_their_mean() -> None:
    features = np.arange(64, dtype=np.float32).reshape(1, 1, 8, 8)
    found = run(four_pixels, features=features, matrix=[[1, 0, 2.5], [0, 1, 3]])
    assert found[0, 0] == pytest.approx(features[0, 0, 3:7, 2:6] + 0.5, abs=1e-4)


def test_points_are_mapped_by_the_matrix() -> None:
    found = run(map_points, points=[[1, 2], [3, 4]], matrix=[[0, -1, 10], [1, 0, 20]])
    assert found.tolist() == [[8, 21], [6, 23]]
