from __future__ import annotations

import numpy as np

from renderer.face.landmarks import INNER_LOWER, INNER_UPPER, POINTS
from renderer.mouth.atlas import Atlas, choose_sources, compute_mouth_features, measure_lip_gaps
from renderer.mouth.interior import MouthInteriors

_CROP_PX = 128
_DARK, _TEETH = np.full(600, 0.1, np.float32), np.full(600, 0.8, np.float32)


def _mouth(gap_px: float) -> np.ndarray:
    points = np.full((POINTS, 2), 64, np.float32)
    x = np.linspace(40, 88, len(INNER_UPPER))
    points[list(INNER_UPPER)] = np.stack([x, np.full_like(x, 60)], 1)
    points[list(INNER_LOWER)] = np.stack([x, np.full_like(x, 60 + gap_px)], 1)
    return points


def _atlas(gaps_px: list[float], looks: list[np.ndarray]) -> Atlas:
    points = np.stack([_mouth(gap) for gap in gaps_px])
    features, gaps = compute_mouth_features(points, _CROP_PX), measure_lip_gaps(points, _CROP_PX)
    count = len(gaps)
    interiors = MouthInteriors(
        np.full(count, 0.5, np.float32), np.zeros((count, 3), np.float32), np.stack(looks)
    )
    return Atlas(features, gaps, np.ones(count, bool), 0.006, np.zeros(count, np.float32), interiors)


def test_of_nearly_equal_lips_the_inside_that_most_of_them_show_is_chosen() -> None:
    gaps_px = [20.3, 20.4, 20.4, 19.6, 19.6, 19.5, 20.5]
    odd_one = _atlas(gaps_px, [_DARK, *[_TEETH] * 6])
    like_others = _atlas(gaps_px, [_TEETH] * 7)
    wanted = _mouth(20)[None]
    assert choose_sources(like_others, wanted, _CROP_PX).tolist() == [0]
    assert choose_sources(odd_one, wanted, _CROP_PX)[0] != 0


def test_a_frame_that_shows_exactly_the_wanted_lips_is_chosen_whatever_others_show() -> None:
    atlas = _atlas([20, 20.4, 20.4, 19.6, 19.6, 19.5, 20.5], [_DARK, *[_TEETH] * 6])
    assert choose_sources(atlas, _mouth(20)[None], _CROP_PX).tolist() == [0]


def test_shut_lips_are_chosen_by_their_lips_alone() -> None:
    gaps_px = [0.3, 0.5, 0.5, 0.6, 0.6, 0.7]
    atlas = _atlas(gaps_px, [_DARK, *[_TEETH] * 5])
    assert choose_sources(atlas, _mouth(0.1)[None], _CROP_PX).tolist() == [0]
