"""Cells without text, and numbers as people write them."""

from __future__ import annotations

import pytest

from campaigns.problems import Code
from campaigns.scripts.cells import NotANumber, read_number
from campaigns.scripts.template import ScriptError, fill

ROW = {"first_name": "Ada", "city": "", "plan": "", "amount": "$1,234.50"}


def said(source: str) -> str:
    return " ".join(line.text for line in fill(source, ROW))


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ('city == ""', True),
        ('"" == city', True),
        ('city != ""', False),
        ('city == "gold"', False),
        ('city != "gold"', True),
        ("city == plan", True),
        ('city in ["Rome", "Oslo"]', False),
        ('city not in ["Rome"]', True),
        ('"R" in city', False),
        ('city|lower == "rome"', False),
        ('city|trim == ""', True),
        ('city.lower() == "rome"', False),
        ('city.startswith("R")', False),
        ("city|length == 0", True),
        ("city|length > 3", False),
        ("city|int > 3", False),
        ("city > 3", False),
        ("not city", True),
        ("city or plan", False),
        ("city is defined", False),
        ("amount|float > 1000", True),
    ],
)
def test_an_empty_cell_compares_as_empty_text(condition: str, holds: bool) -> None:
    assert said(f"{{% if {condition} %}}Yes.{{% else %}}No.{{% endif %}}") == ("Yes." if holds else "No.")


@pytest.mark.parametrize(
    "source",
    [
        "{{ city }}",
        "{{ city|upper }}",
        "{{ city.title() }}",
        "{{ 'in ' ~ city }}",
        "{{ city|int }}",
        "{{ city[0] }}",
    ],
)
def test_an_empty_cell_that_is_spoken_is_told_whatever_was_done_with_it(source: str) -> None:
    with pytest.raises(ScriptError, match="“city” is empty in this row") as caught:
        fill(f"Hi. {source}.", ROW)
    assert (caught.value.code, caught.value.sheet_column) == (Code.CELL_EMPTY, "city")


@pytest.mark.parametrize(
    "source", ["{{ city|title|default('town') }}", "{{ city or 'town' }}", "{{ city|d('town') }}"]
)
def test_a_fallback_takes_its_place(source: str) -> None:
    assert said(f"In {source}.") == "In town."


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1000", 1000),
        ("1,000", 1000),
        ("1,234.50", 1234.5),
        ("1.234,50", 1234.5),
        ("1.234.567", 1234567),
        ("$1,234.50", 1234.5),
        ("1 200 €", 1200),
        ("25 %", 25),
        ("-3.5", -3.5),
        ("2,5", 2.5),
        ("1’000", 1000),
        ("about 7.", 7),
    ],
)
def test_numbers_are_read_as_people_write_them(written: str, number: float) -> None:
    assert read_number(written) == number


def test_what_is_no_number_is_never_zero_in_silence() -> None:
    with pytest.raises(NotANumber, match="“soon” is not a number"):
        read_number("soon")
    assert read_number("soon", 0) == 0
