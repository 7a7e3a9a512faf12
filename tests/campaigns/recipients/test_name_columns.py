"""Which cells say how another cell is pronounced."""

from __future__ import annotations

import pytest

from campaigns.engine import Pronunciation
from campaigns.problems import Code
from campaigns.recipients.name_columns import (
    find_pronounced_columns,
    find_pronunciation_problems,
    find_row_pronunciations,
    name_pronouncing_column,
)


@pytest.mark.parametrize("header", ["pronounce_as", "Pronounce as", "pronunciation", "PRONUNCIATION"])
def test_the_first_name_is_meant_where_no_column_is_named(header: str) -> None:
    row = {"name": "Siobhán Murphy", "First name": "Siobhán", header: "/ʃɪˈvɔːn/"}
    assert find_row_pronunciations(row) == [Pronunciation("Siobhán", "ʃɪˈvɔːn", True)]


@pytest.mark.parametrize("header", ["pronounce_as_company", "Pronounce company as"])
def test_another_column_can_be_named(header: str) -> None:
    row = {"first_name": "Bo", "Company": "Xylo", header: "ZY-low"}
    assert find_row_pronunciations(row) == [Pronunciation("Xylo", "ZY-low")]


def test_an_empty_cell_and_a_column_about_nothing_say_nothing() -> None:
    row = {"first_name": "Bo", "pronounce_as": " ", "pronounce_as_firm": "x"}
    assert find_row_pronunciations(row) == []
    assert find_pronounced_columns(tuple(row)) == {"pronounce_as": "first_name", "pronounce_as_firm": ""}


def test_a_cell_that_cannot_be_said_is_a_problem_of_its_row_and_column() -> None:
    (problem,) = find_pronunciation_problems({"name": "Bo", "Pronounce as": "/BO/"}, 7)
    assert (problem.code, problem.row, problem.column) == (Code.PRONUNCIATION_INVALID, 7, "Pronounce as")
    assert find_row_pronunciations({"name": "Bo", "Pronounce as": "/BO/"}) == []


def test_a_correction_of_one_row_goes_into_the_column_that_is_there() -> None:
    assert name_pronouncing_column(["Name", "Pronunciation"], "Name") == "Pronunciation"
    assert name_pronouncing_column(["Name", "Job title"], "Name") == "pronounce_as"
    assert name_pronouncing_column(["Name", "Job title"], "Job title") == "pronounce_as_job_title"
