"""Faces bend along their mesh and stay still around it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from renderer.face.landmarks import CHIN, INNER_LOWER, INNER_UPPER, JAW, MOUTH_CORNERS
from renderer.face.mesh import face_triangles
from renderer.mouth.warp import (
    Aim,
    backward_map,
    bend,
    bend_part,
    lower_face_triangles,
    ring_points,
    smooth_map,
)
from renderer.video.picture import Box
from tests.renderer.motion.synthetic import resting_face

SIZE = 128
UPPER_LIP = (
    61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306,
    62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292, *INNER_UPPER,
)  # fmt: skip


def meshed(points: np.ndarray) -> np.ndarray:
    """Points with their still ring [478 + 17, 2]."""
    return np.concatenate([points, ring_points(points[None], points[None])[0]])


@pytest.fixture(scope="module")
def rest() -> np.ndarray:
    return resting_face()


@pytest.fixture(scope="module")
def triangles(rest: np.ndarray) -> np.ndarray:
    return lower_face_triangles(face_triangles(), rest)


def opened(points: np.ndarray, by_px: float = 7) -> np.ndarray:
    """The face with its lower lip, chin and lower cheeks moved down and its upper lip in place."""
    face = points.copy()
    low = points[:, 1] > points[list(MOUTH_CORNERS), 1].min()
    low[list(INNER_LOWER[1:-1])] = True
    low[list(UPPER_LIP)] = False
    face[low, 1] += by_px
    return face


def test_an_unmoved_face_is_not_bent(rest: np.ndarray, triangles: np.ndarray) -> None:
    still = np.stack(np.meshgrid(np.arange(SIZE), np.arange(SIZE)), axis=-1)
    whole = triangles, meshed(rest), meshed(rest), SIZE, SIZE
    smooth, box = smooth_map(*whole)
    for moved in (backward_map(*whole), smooth):
        assert np.abs(moved - still).max() < 1e-4
    assert not box.width * box.height


def test_nothing_is_bent_outside_the_box_that_moves(rest: np.ndarray, triangles: np.ndarray) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (4 * SIZE, 4 * SIZE, 3), np.uint8)
    moved, box = smooth_map(triangles, meshed(opened(rest, 1)), meshed(rest), SIZE, 4 * SIZE)
    bent = bend(noise, moved)
    assert 0 < box.width * box.height < 0.9 * 16 * SIZE * SIZE
    outside = np.ones(bent.shape[:2], bool)
    outside[box.slices] = False
    assert np.array_equal(bent[outside], noise[outside])
    assert np.array_equal(bend(noise, moved[box.slices]), bent[box.slices])


def test_a_part_of_a_bend_is_as_in_the_whole(rest: np.ndarray, triangles: np.ndarray) -> None:
    noise = np.random.default_rng(4).integers(0, 256, (2 * SIZE, 2 * SIZE, 3), np.uint8)
    ends, box = (meshed(opened(rest)), meshed(rest)), Box(40, 90, 200, 230)
    part = Aim(triangles, ends[0], SIZE, 2 * SIZE, box).map_from(ends[1])
    whole = backward_map(triangles, *ends, SIZE, 2 * SIZE)
    bent = bend_part(noise, part, box)
    assert np.array_equal(bent[box.slices], bend(noise, whole)[box.slices])
    bent[box.slices] = 0
    assert not bent.any()


def test_points_land_where_they_came_from(rest: np.ndarray, triangles: np.ndarray) -> None:
    target = opened(rest)
    moved = backward_map(triangles, meshed(target), meshed(rest), SIZE, SIZE * 4)
    for point in (CHIN, INNER_LOWER[5], 18, 200):
        x, y = np.round((target[point] + 0.5) * 4 - 0.5).astype(int)
        assert (moved[y, x] + 0.5) / 4 - 0.5 == pytest.approx(rest[point], abs=0.6)


def test_inside_a_triangle_the_map_runs_evenly_between_its_corners(
    rest: np.ndarray, triangles: np.ndarray
) -> None:
    target, source = meshed(opened(rest, 3)), meshed(rest)
    moved = backward_map(triangles, target, source, SIZE, SIZE * 8)
    edges = target[triangles[:, 1:]] - target[triangles[:, :1]]
    large = np.abs(edges[:, 0, 0] * edges[:, 1, 1] - edges[:, 0, 1] * edges[:, 1, 0]) > 4
    inside = 0
    for triangle in triangles[large]:
        middle, expected = target[triangle].mean(0), source[triangle].mean(0)
        x, y = np.round((middle + 0.5) * 8 - 0.5).astype(int)
        if 0 <= x < SIZE * 8 and 0 <= y < SIZE * 8:
            inside += bool(np.abs((moved[y, x] + 0.5) / 8 - 0.5 - expected).max() < 0.12)
    assert inside > 0.9 * large.sum()  # a turned head hides some triangles behind others


def test_pixels_outside_the_ring_stay(rest: np.ndarray, triangles: np.ndarray) -> None:
    target = opened(rest)
    ring = ring_points(target[None], rest[None])[0]
    moved = backward_map(triangles, np.concatenate([target, ring]), np.concatenate([rest, ring]), SIZE, SIZE)
    assert moved[2, 5].tolist() == [5, 2]
    lowest = int(ring[:, 1].max()) + 2
    if lowest < SIZE:
        assert moved[lowest, SIZE // 2].tolist() == [SIZE // 2, lowest]


def test_lips_that_close_meet_exactly(rest: np.ndarray, triangles: np.ndarray) -> None:
    """White lips around a black opening: closed, nothing black is left."""
    wide, fine_px = opened(rest), 4 * SIZE
    opening = np.concatenate([wide[list(INNER_UPPER)], wide[list(INNER_LOWER)][::-1]])
    inside = np.zeros((fine_px, fine_px), np.uint8)
    cv2.fillPoly(inside, [np.round((opening + 0.5) * 4 - 0.5).astype(np.int32)], 255)
    inside = cv2.erode(inside, np.ones((5, 5), np.uint8))  # what is surely between the lips
    picture = np.repeat(255 - inside[..., None], 3, axis=2)
    shut = wide.copy()
    middle = (wide[list(INNER_UPPER)] + wide[list(INNER_LOWER)]) / 2
    shut[list(INNER_UPPER)] = shut[list(INNER_LOWER)] = middle
    closed = bend(picture, backward_map(triangles, meshed(shut), meshed(wide), SIZE, fine_px))
    assert (picture < 128).all(-1).sum() > 3000
    assert (closed < 128).all(-1).sum() == 0


def test_the_ring_lies_beyond_both_jaws(rest: np.ndarray) -> None:
    wide = opened(rest)
    ring = ring_points(wide[None], rest[None])[0]
    place = JAW.index(CHIN)
    assert ring[place, 1] > wide[CHIN, 1] + 2
    assert np.array_equal(ring, ring_points(wide[None], rest[None])[0])
