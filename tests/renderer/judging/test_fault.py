from __future__ import annotations

import numpy as np
import pytest

from renderer.judging.fault import Fault, Limits, describe, find_ranges, format_ranges


def flags(text: str) -> np.ndarray:
    return np.array([letter == "x" for letter in text])


@pytest.mark.parametrize(
    ("shown", "ranges"),
    [
        ("..xx..", ((2, 3),)),
        ("x.....", ()),
        ("xx", ((0, 1),)),
        ("xx...xx", ((0, 6),)),
        ("xx....xx", ((0, 1), (6, 7))),
        ("......", ()),
    ],
)
def test_runs_of_two_frames_count_and_near_ones_are_one(shown: str, ranges: object) -> None:
    assert find_ranges(flags(shown), 2) == ranges


def test_a_sentence_ends_with_its_frames() -> None:
    assert str(Fault("nose", "The mouth sits too near the nose", ((148, 158),))) == (
        "The mouth sits too near the nose, frames 148 to 158."
    )
    assert format_ranges(((3, 3),)) == ", frame 3"
    assert format_ranges(((3, 3), (7, 9))) == ", frames 3 and 7 to 9"
    assert format_ranges(((1, 1), (7, 9), (20, 21))) == ", frames 1, 7 to 9 and 20 to 21"
    assert format_ranges(tuple((n, n) for n in range(0, 80, 10))).endswith("50 and 2 more places")
    assert format_ranges(()) == ""


def test_the_worst_frame_gives_the_size() -> None:
    sizes = np.array([9.0, 0.1, 0.18, 0.12, 9.0], np.float32)
    [fault] = describe("nose", flags(".xxx."), sizes, 2, "by {:.0%}".format)
    assert str(fault) == "by 18%, frames 1 to 3."


def test_limits_are_the_takes_extremes_and_some_slack() -> None:
    limits = Limits.of(np.linspace(-1, 1, 401).astype(np.float32), 0.5)
    assert limits.low == pytest.approx(-1.485)
    assert limits.high == pytest.approx(1.485)
    assert not limits.is_above(np.array([1.4])).any()
    assert limits.is_below(np.array([-1.6])).all()
