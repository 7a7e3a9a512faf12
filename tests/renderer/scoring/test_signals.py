import numpy as np
import pytest

from renderer.scoring.signals import best_lag, chance_level, correlation


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


# --- exact values ---


def test_two_points_are_no_curve_and_three_are():
    rising = np.array([0, 1, 2], np.float32)
    assert correlation(rising[:2], rising[:2]) == 0.0
    assert correlation(rising, rising) == pytest.approx(1.0)
    assert correlation(rising, -rising) == pytest.approx(-1.0)
    assert correlation(np.array([1, -1, 0, 0]), np.array([1, 0, -1, 0])) == pytest.approx(0.5)
    assert correlation(np.zeros(3), rising) == correlation(rising, np.zeros(3)) == 0.0
    assert correlation(1e-6 * rising, rising) == pytest.approx(1.0), "small, and yet it moves"


@pytest.mark.parametrize("share", [0.95, 0.5])
def test_the_chance_level_is_a_quantile_of_all_shifts_but_the_nearest_tenth(share: float):
    left, right = noise(20), noise(20, 1)
    found = [abs(np.corrcoef(left, np.roll(right, shift))[0, 1]) for shift in range(2, 18)]
    assert chance_level(left, right, share) == pytest.approx(np.quantile(found, share))


def test_the_chance_level_looks_at_95_percent_and_leaves_out_no_shift_but_the_first():
    left, right = noise(5), noise(5, 1)
    found = [abs(np.corrcoef(left, np.roll(right, shift))[0, 1]) for shift in range(1, 4)]
    assert chance_level(left, right) == pytest.approx(np.quantile(found, 0.95))
    assert chance_level(left[:1], right[:1]) == 1.0


def test_a_lag_leaves_at_least_four_frames_to_compare():
    pulse = np.array([0, 0, 0, 1, 2, 1, 0, 0], np.float32)
    assert best_lag(pulse[2:], pulse[:6], 9) == (2, pytest.approx(1.0))
    assert best_lag(pulse[:6], pulse[2:], 9) == (-2, pytest.approx(1.0))
    assert best_lag(pulse[3:], pulse[:5], 9)[0] in (-1, 0, 1), "of five frames only a lag of one leaves four"


def test_a_lag_is_looked_for_as_far_as_the_reach_and_no_farther():
    curve = noise(60)
    assert best_lag(curve[5:], curve[:-5], 5)[0] == 5
    assert best_lag(curve[5:], curve[:-5], 4)[0] != 5
    assert best_lag(curve[:-5], curve[5:], 5)[0] == -5


def test_of_equal_peaks_the_nearest_counts():
    wave = np.tile(np.array([0, 1, 0, -1], np.float32), 10)
    assert best_lag(wave, wave, 8) == (0, pytest.approx(1.0))
