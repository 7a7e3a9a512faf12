from __future__ import annotations

import numpy as np

from renderer.diffusion.trials import Trial, share_to_keep

FRAMES = 40


def trial(wanted: np.ndarray, change: np.ndarray) -> Trial:
    """Frames that miss ``wanted`` [n, k] and get ``change`` [n, k]."""
    return Trial((wanted**2).sum(1), (change**2).sum(1), (wanted * change).sum(1))


def missed(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(FRAMES, 30))


def test_the_share_with_the_least_error_is_kept() -> None:
    for share in (0.25, 0.5, 1.0):
        kept = share_to_keep(4, trial(missed(), missed() / share))
        assert kept.share == share and kept.score_db < -20


def test_a_change_that_has_nothing_to_do_with_what_is_missed_is_dropped() -> None:
    assert share_to_keep(4, trial(missed(), missed(2))).share == 0


def test_a_change_that_helps_in_one_run_and_harms_a_little_in_the_others_is_dropped() -> None:
    change = -0.05 * missed()
    change[:10] = 0.2 * missed()[:10]
    mean_db = trial(missed(), change).change_db(1.0).mean()
    assert mean_db < 0  # on the whole it seems to help
    assert share_to_keep(4, trial(missed(), change)).share == 0


def test_the_worst_way_of_drawing_decides() -> None:
    good, bad = trial(missed(), missed()), trial(missed(), -missed())
    assert share_to_keep(4, good, good).share == 1
    assert share_to_keep(4, good, bad).share == 0


def test_a_broken_change_is_dropped() -> None:
    assert share_to_keep(4, trial(missed(), missed() * np.nan)).share == 0


def test_one_run_alone_tells_nothing() -> None:
    assert share_to_keep(1, trial(missed(), missed())).share == 0
