"""What a row's script may cost, counted so that every machine decides alike."""

from __future__ import annotations

import pytest

from campaigns.scripts.budget import (
    COMPARED_PER_UNIT,
    UNITS_PER_ROW,
    OneRow,
    TooMuchWork,
    charge,
    charge_look,
    charge_steps,
    charge_value,
)


def test_nothing_is_worked_out_without_a_row() -> None:
    with pytest.raises(TooMuchWork):
        charge(1)


def test_every_row_has_the_same_budget() -> None:
    for _ in range(2):
        with OneRow():
            charge(UNITS_PER_ROW)
            with pytest.raises(TooMuchWork):
                charge(1)


def test_a_list_that_holds_another_many_times_costs_all_that_it_would_show() -> None:
    shared: list[object] = ["a" * 100]
    for _ in range(40):
        shared = [shared, shared]
    with OneRow(), pytest.raises(TooMuchWork):
        charge_value(shared)


def test_comparing_costs_less_than_writing_and_a_loop_what_it_holds() -> None:
    with OneRow():
        for _ in range(COMPARED_PER_UNIT):
            charge_look("a" * UNITS_PER_ROW)
        with pytest.raises(TooMuchWork):
            charge(1)
    with OneRow(), pytest.raises(TooMuchWork):
        list(charge_steps("abc", UNITS_PER_ROW // 2))
