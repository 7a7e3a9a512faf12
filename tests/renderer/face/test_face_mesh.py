"""A face's points are those that the networks' makers get, and its next region holds the face."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from renderer.face.detector import Detection
from renderer.face.face_mesh import enclose_face, mark_face, next_region, open_face_follower
from renderer.face.landmarks import EYE_CORNERS, INNER_LIPS
from renderer.face.region import Region
from renderer.video.decode import TakeReader
from tests import takes

# The points of the demo take's tenth frame by mediapipe 0.10.21 (FaceMesh with refine_landmarks).
THEIRS = np.loadtxt(Path(__file__).with_name("demo_points.csv"), np.float32, delimiter=",")


def test_the_points_are_those_of_mediapipe() -> None:
    follow = open_face_follower(1)
    with TakeReader(takes.DEMO_TAKE) as reader:
        for frame in reader.frames(range(10)):
            (points,) = follow(frame)
    apart_px = np.linalg.norm(points - THEIRS, axis=1)
    assert points.shape == (478, 2) and points.dtype == np.float32
    assert np.median(apart_px) < 0.15
    assert np.median(apart_px[list(INNER_LIPS)]) < 0.15
    assert apart_px.max() < 3


def test_a_region_without_a_face_has_no_points() -> None:
    assert mark_face(np.full((200, 200, 3), 90, np.uint8), Region(100, 100, 150)) is None


def test_a_detected_face_is_looked_at_level_with_room_around_it() -> None:
    eyes = np.array([[40, 40], [60, 60], [50, 60], [50, 70], [30, 50], [70, 50]], np.float32)
    found = Detection(np.float32([30, 30]), np.float32([70, 90]), eyes, 0.9)
    assert enclose_face(found) == Region(50, 60, 90, pytest.approx(np.pi / 4))


def test_the_next_region_is_around_all_points() -> None:
    points = np.full((478, 2), 50, np.float32)
    points[0], points[1] = (20, 40), (80, 80)
    points[EYE_CORNERS[0]], points[EYE_CORNERS[1]] = (40, 50), (60, 50)
    assert next_region(points) == Region(50, 60, 90, pytest.approx(0))
