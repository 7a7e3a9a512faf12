from __future__ import annotations

import numpy as np

from renderer.judging.patches import (
    GRID_COLUMNS,
    GRID_ROWS,
    bar_near_frames,
    cut_patches,
    measure_distances,
)
from renderer.scoring.mouth_map import COLUMNS, ROWS


def maps(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(60, 200, (count, ROWS, COLUMNS, 3)).astype(np.uint8)


def test_a_filmed_mouth_is_at_no_distance_and_a_changed_one_is_far_only_where_it_changed() -> None:
    filmed = maps(5)
    torn = filmed[2:3].copy()
    torn[0, 9:13, 20:24] = 255
    distances = measure_distances(cut_patches(torn), cut_patches(filmed))
    assert distances.shape == (1, GRID_ROWS, GRID_COLUMNS)
    assert distances.max() > 20
    assert distances[0, 5:].max() < 0.1
    assert distances[0, :, :4].max() < 0.1


def test_frames_filmed_near_each_other_are_no_judges() -> None:
    patches = cut_patches(np.repeat(maps(1), 4, axis=0))
    barred = bar_near_frames(np.array([0, 1, 2, 9]), 3)
    distances = measure_distances(patches, patches, barred)
    assert np.isfinite(distances).all()
    assert not np.isfinite(measure_distances(patches[:3], patches[:3], barred[:3, :3])).any()
