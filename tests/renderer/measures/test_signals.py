import numpy as np
import pytest

from renderer.measures.signals import best_lag, chance_level, correlation


def noise(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=count).astype(np.float32)


def test_a_still_curve_correlates_with_nothing():
    moving = noise(50)
    assert correlation(moving, 3 * moving + 1) == pytest.approx(1.0)
    assert correlation(moving, np.zeros(50, np.float32)) == 0.0


@pytest.mark.parametrize("late", [-7, -3, 0, 3, 12])
def test_the_lag_of_a_shifted_curve_is_found(late: int):
    curve = noise(200)
    lag, r = best_lag(curve[20:180], curve[20 + late : 180 + late], 15)
    assert lag == -late
    assert r == pytest.approx(1.0)


def test_slow_curves_correlate_by_chance_more_than_fast_ones():
    fast, other = noise(300), noise(300, 1)
    slow, other_slow = (np.convolve(curve, np.ones(30), "same") for curve in (fast, other))
    assert chance_level(slow, other_slow) > 2 * chance_level(fast, other)
