"""Faces are warped along their mesh and stay still around it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from renderer.face.landmarks import CHIN, INNER_LOWER, INNER_UPPER, JAW, MOUTH_CORNERS
from renderer.face.mesh import load_face_triangles
from renderer.mouth.warp import (
    WarpTarget,
    build_lower_face_triangles,
    compute_backward_map,
    compute_boundary_ring,
    compute_smooth_map,
    warp,
    warp_part,
)
from renderer.video.picture import Box
from tests.renderer.motion.synthetic import load_neutral_face

SIZE = 128
UPPER_LIP = (
    61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 76, 184, 74, 73, 72, 11, 302, 303, 304, 408, 306,
    62, 183, 42, 41, 38, 12, 268, 271, 272, 407, 292, *INNER_UPPER,
)  # fmt: skip


def meshed(points: np.ndarray) -> np.ndarray:
    """Points with their boundary ring [478 + 17, 2]."""
    return np.concatenate([points, compute_boundary_ring(points[None], points[None])[0]])


@pytest.fixture(scope="module")
def neutral() -> np.ndarray:
    return load_neutral_face()


@pytest.fixture(scope="module")
def triangles(neutral: np.ndarray) -> np.ndarray:
    return build_lower_face_triangles(load_face_triangles(), neutral)


def opened(points: np.ndarray, by_px: float = 7) -> np.ndarray:
    """The face with its lower lip, chin and lower cheeks moved down and its upper lip in place."""
    face = points.copy()
    low = points[:, 1] > points[list(MOUTH_CORNERS), 1].min()
    low[list(INNER_LOWER[1:-1])] = True
    low[list(UPPER_LIP)] = False
    face[low, 1] += by_px
    return face


def test_an_unmoved_face_is_not_warped(neutral: np.ndarray, triangles: np.ndarray) -> None:
    identity = np.stack(np.meshgrid(np.arange(SIZE), np.arange(SIZE)), axis=-1)
    whole = triangles, meshed(neutral), meshed(neutral), SIZE, SIZE
    smooth, box = compute_smooth_map(*whole)
    for source_map in (compute_backward_map(*whole), smooth):
        assert np.abs(source_map - identity).max() < 1e-4
    assert not box.width * box.height


def test_nothing_is_warped_outside_the_box_that_moves(neutral: np.ndarray, triangles: np.ndarray) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (4 * SIZE, 4 * SIZE, 3), np.uint8)
    source_map, box = compute_smooth_map(
        triangles, meshed(opened(neutral, 1)), meshed(neutral), SIZE, 4 * SIZE
    )
    warped = warp(noise, source_map)
    assert 0 < box.width * box.height < 0.9 * 16 * SIZE * SIZE
    outside = np.ones(warped.shape[:2], bool)
    outside[box.slices] = False
    assert np.array_equal(warped[outside], noise[outside])
    assert np.array_equal(warp(noise, source_map[box.slices]), warped[box.slices])


def test_a_part_of_a_warp_is_as_in_the_whole(neutral: np.ndarray, triangles: np.ndarray) -> None:
    noise = np.random.default_rng(4).integers(0, 256, (2 * SIZE, 2 * SIZE, 3), np.uint8)
    ends, box = (meshed(opened(neutral)), meshed(neutral)), Box(40, 90, 200, 230)
    part = WarpTarget(triangles, ends[0], SIZE, 2 * SIZE, box).map_from(ends[1])
    whole = compute_backward_map(triangles, *ends, SIZE, 2 * SIZE)
    warped = warp_part(noise, part, box)
    assert np.array_equal(warped[box.slices], warp(noise, whole)[box.slices])
    warped[box.slices] = 0
    assert not warped.any()


def test_points_land_where_they_came_from(neutral: np.ndarray, triangles: np.ndarray) -> None:
    target = opened(neutral)
    source_map = compute_backward_map(triangles, meshed(target), meshed(neutral), SIZE, SIZE * 4)
    for point in (CHIN, INNER_LOWER[5], 18, 200):
        x, y = np.round((target[point] + 0.5) * 4 - 0.5).astype(int)
        assert (source_map[y, x] + 0.5) / 4 - 0.5 == pytest.approx(neutral[point], abs=0.6)


def test_inside_a_triangle_the_map_runs_evenly_between_its_corners(
    neutral: np.ndarray, triangles: np.ndarray
) -> None:
    target, source = meshed(opened(neutral, 3)), meshed(neutral)
    source_map = compute_backward_map(triangles, target, source, SIZE, SIZE * 8)
    edges = target[triangles[:, 1:]] - target[triangles[:, :1]]
    large = np.abs(edges[:, 0, 0] * edges[:, 1, 1] - edges[:, 0, 1] * edges[:, 1, 0]) > 4
    inside = 0
    for triangle in triangles[large]:
        middle, expected = target[triangle].mean(0), source[triangle].mean(0)
        x, y = np.round((middle + 0.5) * 8 - 0.5).astype(int)
        if 0 <= x < SIZE * 8 and 0 <= y < SIZE * 8:
            inside += bool(np.abs((source_map[y, x] + 0.5) / 8 - 0.5 - expected).max() < 0.12)
    assert inside > 0.9 * large.sum()  # a turned head hides some triangles behind others


def test_pixels_outside_the_ring_stay(neutral: np.ndarray, triangles: np.ndarray) -> None:
    target = opened(neutral)
    ring = compute_boundary_ring(target[None], neutral[None])[0]
    source_map = compute_backward_map(
        triangles, np.concatenate([target, ring]), np.concatenate([neutral, ring]), SIZE, SIZE
    )
    assert source_map[2, 5].tolist() == [5, 2]
    lowest = int(ring[:, 1].max()) + 2
    if lowest < SIZE:
        assert source_map[lowest, SIZE // 2].tolist() == [SIZE // 2, lowest]


def test_lips_that_close_meet_exactly(neutral: np.ndarray, triangles: np.ndarray) -> None:
    """White lips around a black opening: closed, nothing black is left."""
    wide, fine_px = opened(neutral), 4 * SIZE
    opening = np.concatenate([wide[list(INNER_UPPER)], wide[list(INNER_LOWER)][::-1]])
    inside = np.zeros((fine_px, fine_px), np.uint8)
    cv2.fillPoly(inside, [np.round((opening + 0.5) * 4 - 0.5).astype(np.int32)], 255)
    inside = cv2.erode(inside, np.ones((5, 5), np.uint8))  # what is surely between the lips
    picture = np.repeat(255 - inside[..., None], 3, axis=2)
    shut = wide.copy()
    middle = (wide[list(INNER_UPPER)] + wide[list(INNER_LOWER)]) / 2
    shut[list(INNER_UPPER)] = shut[list(INNER_LOWER)] = middle
    closed = warp(picture, compute_backward_map(triangles, meshed(shut), meshed(wide), SIZE, fine_px))
    assert (picture < 128).all(-1).sum() > 3000
    assert (closed < 128).all(-1).sum() == 0


def test_the_ring_lies_beyond_both_jaws(neutral: np.ndarray) -> None:
    wide = opened(neutral)
    ring = compute_boundary_ring(wide[None], neutral[None])[0]
    place = JAW.index(CHIN)
    assert ring[place, 1] > wide[CHIN, 1] + 2
    assert np.array_equal(ring, compute_boundary_ring(wide[None], neutral[None])[0])
