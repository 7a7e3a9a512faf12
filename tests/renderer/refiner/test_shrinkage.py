from __future__ import annotations

import numpy as np

from renderer.refiner.shrinkage import ErrorCurve, choose_scale

FRAMES = 40


def curve(wanted: np.ndarray, change: np.ndarray) -> ErrorCurve:
    """Frames that miss ``wanted`` [n, k] and get ``change`` [n, k]."""
    return ErrorCurve((wanted**2).sum(1), (change**2).sum(1), (wanted * change).sum(1))


def residual(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(FRAMES, 30))


def test_the_scale_with_the_least_error_is_chosen() -> None:
    for scale in (0.25, 0.5, 1.0):
        choice = choose_scale(4, curve(residual(), residual() / scale))
        assert choice.scale == scale and choice.score_db < -20


def test_a_change_that_has_nothing_to_do_with_the_residual_error_is_dropped() -> None:
    assert choose_scale(4, curve(residual(), residual(2))).scale == 0


def test_a_change_that_helps_in_one_run_and_harms_a_little_in_the_others_is_dropped() -> None:
    change = -0.05 * residual()
    change[:10] = 0.2 * residual()[:10]
    mean_db = curve(residual(), change).compute_change_db(1.0).mean()
    assert mean_db < 0  # on the whole it seems to help
    assert choose_scale(4, curve(residual(), change)).scale == 0


def test_the_worst_way_of_drawing_decides() -> None:
    good, bad = curve(residual(), residual()), curve(residual(), -residual())
    assert choose_scale(4, good, good).scale == 1
    assert choose_scale(4, good, bad).scale == 0


def test_a_broken_change_is_dropped() -> None:
    assert choose_scale(4, curve(residual(), residual() * np.nan)).scale == 0


def test_one_run_alone_tells_nothing() -> None:
    assert choose_scale(1, curve(residual(), residual())).scale == 0
