"""Flags tell when a fault is seen, in seconds."""

from __future__ import annotations

from fractions import Fraction

import pytest

from campaigns import engine
from campaigns.review.flags import read_fps, say_flag
from renderer.judging.fault import Fault

FPS = Fraction(30)


@pytest.mark.parametrize(
    ("ranges", "said"),
    [
        (((84, 86),), "The lip is torn, at 2.8 s."),
        (((84, 84),), "The lip is torn, at 2.8 s."),
        (((0, 3), (120, 300)), "The lip is torn, at 0.0 s and 4.0 s."),
        (((30, 31), (60, 60), (90, 99)), "The lip is torn, at 1.0 s, 2.0 s and 3.0 s."),
        (tuple((n * 30, n * 30 + 2) for n in range(8)),
         "The lip is torn, at 0.0 s, 1.0 s, 2.0 s, 3.0 s, 4.0 s, 5.0 s and 2 more places."),
        ((), "The lip is torn."),
    ],
)  # fmt: skip
def test_frames_are_told_as_seconds(ranges, said):
    assert say_flag(str(Fault("outline", "The lip is torn", ranges)), FPS) == said


def test_a_flag_stays_as_it_is_where_the_rate_is_not_known():
    flag = str(Fault("outline", "The lip is torn", ((84, 86),)))
    assert say_flag(flag, read_fps({})) == flag


def test_figures_of_the_sentence_itself_are_no_frames():
    flag = "The lips move 3 frames later than the sound."
    assert say_flag(flag, FPS) == flag


@pytest.mark.parametrize("facts", [{"fps": "30000/1001"}, {"fps": "25"}])
def test_the_rate_is_that_of_the_take(facts):
    assert read_fps(facts) == Fraction(facts["fps"])


def test_the_engine_names_the_rate_so(baked):
    facts = engine.probe_take(baked.take)
    assert read_fps(facts) == Fraction(facts["fps"])
