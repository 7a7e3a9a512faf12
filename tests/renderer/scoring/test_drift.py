import numpy as np
import pytest

from renderer.scoring.drift import Drift, drift, wander

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


# --- exact values ---


def test_a_straight_line_has_its_slope_per_minute_and_no_doubt():
    minutes = np.arange(90) / 30 / 60
    found = drift((5 - 0.8 * minutes).astype(np.float32), 30.0)
    assert (found.slope, found.low, found.high) == pytest.approx((-0.8, -0.8, -0.8), abs=1e-4)


def test_the_ends_are_the_means_of_the_first_and_the_last_15_percent():
    curve = np.array([4, 0, 9, 9, 9, 9, 9, 9, 1, 20], np.float32)  # 15 % of 10 are rounded to 2
    assert drift(curve, 25.0).ends == pytest.approx(10.5 - 2)
    assert drift(curve[::-1].copy(), 25.0).ends == pytest.approx(10.5 - 2), "either way round"
    assert drift(np.array([1, 8, 4], np.float32), 25.0).ends == pytest.approx(3), "at least one frame each"


@pytest.mark.parametrize(
    ("low", "high", "held"), [(-1, 1, True), (0, 1, True), (-1, 0, True), (0.1, 1, False), (-1, -0.1, False)]
)
def test_an_interval_holds_zero_with_its_ends(low: float, high: float, held: bool):
    assert Drift(0.0, low, high, 0.0).holds_zero is held


def drawn_again(curve: np.ndarray, block: int) -> tuple[float, float]:
    """By definition: 95 % of the slopes per minute that 20 000 curves of random blocks of the rest have."""
    at = np.arange(len(curve)) / 60  # one frame a second
    line = np.polyfit(at, curve, 1)
    rest, dice = curve - np.polyval(line, at), np.random.default_rng(99)
    slopes = []
    for _ in range(20_000):
        starts = dice.integers(len(curve) - block, size=len(curve), endpoint=True)
        again = np.concatenate([rest[start : start + block] for start in starts])[: len(curve)]
        slopes.append(line[0] + (again * (at - at.mean())).sum() / ((at - at.mean()) ** 2).sum())
    return float(np.percentile(slopes, 2.5)), float(np.percentile(slopes, 97.5))


@pytest.mark.parametrize(
    ("curve", "block_s", "block"),
    [
        ([0, 0, 0, 0, 0, 0, 0, 0, 9], 0.1, 1),  # never less than a frame; its last one is drawn too
        ([9, 0, 0, 0, 0, 0, 0, 0, 0], 0.1, 1),  # and its first
        ([0, 0, 0, 0, 0, 0, 0, 0, 9], 1.7, 2),  # 1.7 s are two frames; five blocks cover nine frames
        ([9, 0, 0, 0, 0, 0, 0, 0, 0], 1.7, 2),
        ([0, 1, 3, 4, 3, 1, 0, -1, -3, -4, -3, -1], 99, 3),  # never more than a quarter
        ([0, 4, -4], 99, 1),
    ],
)
def test_the_interval_is_that_of_random_blocks_of_what_the_line_leaves(
    curve: list[float], block_s: float, block: int
):
    found = drift(np.array(curve, np.float32), 1.0, block_s=block_s)
    low, high = drawn_again(np.array(curve, np.float64), block)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.07 * (high - low))


def test_wandering_is_the_spread_of_40_frame_means():
    real = np.repeat([0, 2, 9], [40, 40, 20]).astype(np.float32)  # what is left of 40 frames does not count
    seen = np.repeat([0, 1, 9], [40, 40, 20]).astype(np.float32)
    assert wander(seen, real) == pytest.approx(0.5)
    seen[20:40] = 1  # means 0.5 and 1
    assert wander(seen, real) == pytest.approx(0.25)


def test_a_short_curve_wanders_from_its_first_half_to_its_second():
    assert wander(np.array([0, 0, 3, 3, 9], np.float32), np.array([0, 0, 1, 1, 9], np.float32)) == (
        pytest.approx(3.0)
    )
    assert wander(np.array([0, 1], np.float32), np.zeros(2, np.float32)) == pytest.approx(0.5e9)
    assert wander(np.ones(1, np.float32), np.ones(1, np.float32)) == 0.0
