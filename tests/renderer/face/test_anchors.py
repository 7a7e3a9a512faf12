"""A detector's places lie on its grids, in the order of its output."""

from __future__ import annotations

import numpy as np

from renderer.face.anchors import lay_anchor_centres


def test_there_are_as_many_places_as_the_networks_give_boxes() -> None:
    assert lay_anchor_centres(128).shape == (896, 2)
    assert lay_anchor_centres(192).shape == (2016, 2)


def test_places_run_along_rows_two_boxes_at_each_on_the_fine_grid() -> None:
    assert lay_anchor_centres(128)[:5].tolist() == [[4, 4], [4, 4], [12, 4], [12, 4], [20, 4]]
    assert lay_anchor_centres(128)[32].tolist() == [4, 12], "the next row begins after 16 places"


def test_the_coarse_grid_comes_last_with_six_boxes_at_each_place() -> None:
    coarse = lay_anchor_centres(128)[512:]
    assert coarse[:7].tolist() == [[8, 8]] * 6 + [[24, 8]]
    assert coarse[-1].tolist() == [120, 120]
    assert np.array_equal(coarse.mean(0), [64, 64])
