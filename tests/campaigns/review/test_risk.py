"""How much a video needs a look."""

from __future__ import annotations

from campaigns.review import compute_doubt, compute_risk


def test_a_flag_counts_more_than_every_score() -> None:
    assert compute_risk({}, ["one"]) > compute_risk({"closure": -1000.0}, [])


def test_people_begin_to_notice_at_one() -> None:
    good = {"aperture_r": 0.98, "closure": 1.0, "sharpness": 1.0, "seam": 1.02}
    assert compute_doubt(good | {"closure": 0.5}) > 1 > compute_doubt(good | {"seam": 1.4})


def test_without_scores_there_is_no_doubt() -> None:
    assert compute_risk({}, []) == 0
