import numpy as np
import pytest

from renderer.measures.drift import drift, wander

FPS = 25.0


def noise(seconds: float, seed: int) -> np.ndarray:
    """A curve whose neighbours are alike, as pictures' are."""
    white = np.random.default_rng(seed).normal(size=int(seconds * FPS) + 24)
    return np.convolve(white, np.ones(25) / 5, "valid").astype(np.float32)


def test_an_injected_slope_is_found_with_its_size():
    minutes = np.arange(int(300 * FPS)) / FPS / 60
    found = drift(noise(300, 0) + 0.8 * minutes, FPS)
    assert found.slope == pytest.approx(0.8, abs=0.15)
    assert not found.holds_zero
    assert found.ends == pytest.approx(0.8 * 5 * 0.85, abs=0.5)


def test_a_level_curve_seldom_seems_to_drift():
    held = [drift(noise(120, seed), FPS).holds_zero for seed in range(40)]
    assert sum(held) >= 34  # 95 % of 40 are 38


def test_the_same_curve_gives_the_same_interval():
    assert drift(noise(60, 3), FPS) == drift(noise(60, 3), FPS)


def test_a_curve_that_wanders_more_than_the_real_one_shows():
    level = noise(120, 0)
    wandering = level + 2 * np.sin(np.arange(len(level)) / 100)
    assert wander(level, level) == pytest.approx(1.0)
    assert wander(wandering, level) > 1.5
