import numpy as np
import pytest

from renderer.measures.seams import jump_ratio, seam_ratio, steps

SEAMS = list(range(20, 400, 20))


def walk(seed: int = 0) -> np.ndarray:
    """Face points [400, 478, 2] that move about evenly."""
    dice = np.random.default_rng(seed)
    return np.cumsum(dice.normal(size=(400, 1, 2)) + np.zeros((1, 478, 1)), axis=0).astype(np.float32)


def test_an_even_movement_has_no_seams():
    for order in (1, 2):
        found = jump_ratio(steps(walk(), order), SEAMS, width=order)
        assert 0.8 < found.ratio < 1.2
        assert found.p > 0.05
        assert found.seams == len(SEAMS)


def test_an_injected_jump_at_every_seam_is_found():
    points = walk()
    for number, seam in enumerate(SEAMS):
        points[seam:] += (-1) ** number * np.float32(2.0)
    velocity = jump_ratio(steps(points), SEAMS)
    acceleration = jump_ratio(steps(points, 2), SEAMS, width=2)
    assert velocity.ratio > 1.3 and velocity.p < 0.01
    assert acceleration.ratio > 1.3 and acceleration.p < 0.01
    elsewhere = jump_ratio(steps(points), [seam + 7 for seam in SEAMS])
    assert elsewhere.ratio < 1.0


def test_a_curve_without_seams_has_the_ratio_one():
    assert jump_ratio(steps(walk()), []).ratio == 1.0


def test_numbers_that_are_missing_are_left_out():
    sizes = steps(walk())
    sizes[SEAMS[:5]] = np.nan
    assert np.isfinite(jump_ratio(sizes, SEAMS).ratio)


def test_a_jump_at_a_join_shows_in_the_seam_ratio_of_its_surroundings():
    even = np.cumsum(np.ones((40, 478, 2), np.float32), axis=0)
    assert seam_ratio(even, [20]) == pytest.approx(1.0)
    even[20:] += 5
    assert seam_ratio(even, [20]) == pytest.approx(6.0)
