from __future__ import annotations

import numpy as np
import pytest

from renderer.motion.measures import OPEN, WIDTH
from renderer.motion.shares import SHARES
from renderer.motion.style import MotionStyle, fit_style

from .synthetic import FPS, spoken_take


@pytest.fixture(scope="module")
def style() -> MotionStyle:
    points, phones = spoken_take()
    return fit_style(points, np.ones(len(points), bool), FPS, phones)


def test_rest_is_zero_and_a_usual_movement_is_about_one(style: MotionStyle) -> None:
    points, _ = spoken_take()
    shares = style.scale().shares(style.space.encode(points))
    assert shares.shape == (len(points), len(SHARES))
    assert not style.scale().shares(np.zeros((1, style.space.size), np.float32)).any()
    assert np.sqrt((shares[:, OPEN] ** 2).mean()) == pytest.approx(1.0, abs=0.25)


def test_a_twice_larger_picture_shows_the_same_shares(style: MotionStyle) -> None:
    points, phones = spoken_take()
    large = fit_style(points * 2, np.ones(len(points), bool), FPS, phones)
    assert np.allclose(large.scale().px, 2 * style.scale().px, rtol=0.05)
    near, far = (s.scale().shares(s.space.encode(p)) for s, p in ((style, points), (large, points * 2)))
    assert np.abs(near - far)[:, OPEN].max() < 0.1


def test_a_change_in_shares_is_shown_by_the_moved_mouth(style: MotionStyle) -> None:
    motion = style.space.encode(spoken_take()[0][40:60])
    change = np.zeros((20, len(SHARES)), np.float32)
    change[:, OPEN], change[:, WIDTH] = 0.5, -0.3
    scale = style.scale()
    shown = scale.shares(scale.moved(motion, change)) - scale.shares(motion)
    assert np.abs(shown[:, OPEN] - 0.5).max() < 0.1
    assert np.all(shown[:, WIDTH] < -0.1)
    assert np.allclose(scale.moved(motion, np.zeros_like(change)), motion)


def test_who_hardly_moves_is_measured_by_a_modest_speaker(style: MotionStyle) -> None:
    still = np.repeat(spoken_take()[0][:1], 60, 0)
    scale = fit_style(still, np.ones(60, bool), FPS, None).scale()
    assert np.all(scale.px > 0.4)
