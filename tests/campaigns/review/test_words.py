"""Every score has its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from campaigns.review.risk import IDEALS
from campaigns.review.words import list_scores_with_words, say_score, say_scores

ROOT = Path(__file__).resolve().parents[3]


def list_documented_scores() -> set[str]:
    """The scores that docs/pipeline.md says a message carries."""
    text = (ROOT / "docs" / "pipeline.md").read_text(encoding="utf-8")
    section = text.split("## Scores and flags")[1].split("A score out of its bounds")[0]
    table = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    listed = section.split("without tracking or decoding anything again:")[1]
    return table | set(re.findall(r"`(\w+)`", listed))


def test_every_score_that_exists_has_words() -> None:
    documented = list_documented_scores()
    assert len(documented) > 15
    assert documented | set(IDEALS) <= list_scores_with_words()


@pytest.mark.parametrize("name", sorted(list_scores_with_words()))
def test_words_are_complete_and_say_what_to_do(name: str) -> None:
    for value in (-5.0, -2.0, 0.0, 0.01, 0.3, 0.7, 0.9, 1.0, 1.3, 2.0, 5.0):
        said = say_score(name, value)
        assert said.words
        assert "{" not in said.words
        assert said.tip.endswith(".")
    assert (
        len({say_score(name, value).level for value in (-50.0, 0.0, 1.0, 50.0)}) > 1
        or name == "sound_r_by_chance"
    )


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("offset_frames", 1.0, "lips a little late"),
        ("offset_frames", -3.0, "lips clearly early"),
        ("aperture_ratio", 0.85, "mouth opens a little less than in the take"),
        ("closure", 0.5, "lips often miss meeting at p, b and m"),
        ("seam", 1.02, "joins not to be seen"),
    ],
)
def test_numbers_become_words(name: str, value: float, words: str) -> None:
    assert say_score(name, value).words == words


def test_the_worst_comes_first_and_what_nobody_knows_is_left_out() -> None:
    said = say_scores({"seam": 1.0, "closure": 0.4, "new_one": 3.0})
    assert [score.name for score in said] == ["closure", "seam"]


@pytest.mark.parametrize(("share", "said"), [(0.0102, "a few"), (0.1, "some"), (0.6, "many")])
def test_a_share_is_told_by_how_much_of_the_video_it_is(share: float, said: str) -> None:
    assert say_score("upper_lip_torn", share).words == f"upper lip torn in {said} frames"
