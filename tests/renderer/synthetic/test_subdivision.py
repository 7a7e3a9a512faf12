from __future__ import annotations

import numpy as np

from renderer.synthetic.subdivision import compute_corner_values, subdivide

# Two by two quads over nine points of a plane.
GRID = np.array([[x, y, 0] for y in range(3) for x in range(3)], np.float32)
QUADS = np.array([[0, 1, 4, 3], [1, 2, 5, 4], [3, 4, 7, 6], [4, 5, 8, 7]], np.int32)


def test_a_plane_stays_a_plane_and_every_fine_point_is_a_mix_of_coarse_ones() -> None:
    fine = subdivide(QUADS, len(GRID))
    assert np.allclose(fine.weights.sum(1), 1)
    assert np.allclose((fine.weights @ GRID)[:, 2], 0)
    assert len(fine.quads) == 4 * len(QUADS)


def test_the_middle_of_a_flat_grid_stays_and_a_lone_peak_is_lowered_by_the_known_weights() -> None:
    fine = subdivide(QUADS, len(GRID))
    assert np.allclose((fine.weights @ GRID)[4], GRID[4])
    peak = np.zeros(len(GRID), np.float32)
    peak[4] = 16
    # Valence 4: Q/4 + 2R/4 + S/4 with Q = 4, R = 8, S = 16.
    assert np.isclose((fine.weights @ peak)[4], 9)


def test_values_at_corners_run_straight_between_them() -> None:
    fine = compute_corner_values(GRID[QUADS])
    assert fine.shape == (16, 4, 3)
    assert np.allclose(fine[0], [[0, 0, 0], [0.5, 0, 0], [0.5, 0.5, 0], [0, 0.5, 0]])
