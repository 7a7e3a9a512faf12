"""What a message's scores and flags are made of."""

from __future__ import annotations

from renderer.judging.fault import Fault
from renderer.judging.judge import Judgement
from renderer.render.join import score_message


def test_what_viewers_see_comes_first_and_replaces_what_was_measured_against_the_plan() -> None:
    judged = Judgement(
        {"open_in_silence": 0.01, "nose_outside": 0.2},
        (Fault("nose", "The mouth sits too near the nose", ((3, 9),)),),
    )
    scores, flags = score_message({"open_in_silence": 0.5, "closure": 0.5}, judged)
    assert scores == {"closure": 0.5, "open_in_silence": 0.01, "nose_outside": 0.2}
    assert flags == (
        "The mouth sits too near the nose, frames 3 to 9.",
        "Lips meet in only 50% of p, b and m.",
    )


def test_a_judgement_comes_back_from_its_report() -> None:
    judged = Judgement({"late_frames": 1.0}, (Fault("late", "The lips are late"),))
    assert Judgement.of_report(judged.report()) == judged
