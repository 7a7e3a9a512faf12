"""Pieces of a video: each second once, none beyond its end, no number that cannot be reckoned with."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns.visits.intervals import PIECES_MAX, merge, read_pieces, sum_seconds

LONG = int("9" * 400)


@pytest.mark.parametrize(
    ("pieces", "merged"),
    [
        ([], []),
        ([[0, 2], [1, 3]], [[0, 3]]),
        ([[5, 6], [0, 1]], [[0, 1], [5, 6]]),
        ([[0, 1], [1, 2]], [[0, 2]]),
        ([[3, 1], [2, 2]], []),
        ([[-5, 1], [9, 99]], [[0, 1], [9, 10]]),
    ],
)
def test_each_second_of_a_video_of_ten_counts_once(pieces: Any, merged: Any) -> None:
    assert merge(pieces, 10) == merged


def test_the_seconds_of_several_pieces_add_up() -> None:
    assert sum_seconds([[0, 1.5], [4, 5]]) == 2.5


@pytest.mark.parametrize(
    "data",
    [None, "x", {}, [1], [[1]], [[1, 2, 3]], [["1", 2]], [[True, 2]], [[0, float("nan")]],
     [[0, float("inf")]],
     [[0, LONG]], [[-LONG, 1]], [[[[]], 1]]],
)  # fmt: skip
def test_what_are_no_pieces_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match="watched piece"):
        read_pieces(data)


def test_more_pieces_than_a_person_makes_are_left_out() -> None:
    assert len(read_pieces([[0, 1]] * 1000)) == PIECES_MAX
