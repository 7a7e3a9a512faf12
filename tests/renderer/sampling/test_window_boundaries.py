from dataclasses import replace
from itertools import pairwise

import pytest

from renderer.config import DiffusionConfig
from renderer.sampling.window_boundaries import find_window_boundaries

CONFIG = DiffusionConfig(steps=2, window_frames=16, overlap_frames=4)


def test_chunks_meet_every_sixteen_frames():
    assert find_window_boundaries(50, replace(CONFIG, mode="chunk")) == [16, 32, 48]


def test_forward_windows_begin_after_their_overlap():
    assert find_window_boundaries(50, replace(CONFIG, mode="autoregressive")) == [16, 28, 40]


def test_overlapping_windows_begin_and_end():
    borders = find_window_boundaries(40, replace(CONFIG, mode="triangular"))
    assert borders == find_window_boundaries(40, replace(CONFIG, mode="uniform"))
    assert len(borders) == 4  # three windows: two begin and two end inside
    assert all(later - sooner in (4, 8) for sooner, later in pairwise(borders))


def test_shifted_windows_meet_where_the_last_step_left_them():
    assert find_window_boundaries(40, replace(CONFIG, mode="shift")) == [4, 20, 36]
    assert find_window_boundaries(40, replace(CONFIG, mode="shift", steps=1)) == [16, 32]


@pytest.mark.parametrize("mode", ["triangular", "uniform", "shift", "chunk", "autoregressive"])
def test_one_window_has_no_borders(mode: str):
    whole = replace(CONFIG, mode=mode, window_frames=30, overlap_frames=0, steps=1)
    assert find_window_boundaries(30, whole) == []
