"""Numbers as people of a place write them, in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from renderer.words.number_words import (
    knows_numbers,
    parse_number,
    say_cardinal,
    say_decimal,
    say_digits,
    say_ordinal,
    say_year,
)
from renderer.words.reader import find_reader


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("en-us", "1,234.5", "1234.5"),
        ("en-us", "1,234", "1234"),
        ("en-us", "1.234", "1.234"),
        ("en-us", "5,50", "5.50"),
        ("en-us", "1.234.567", "1234567"),
        ("en-us", "1.234,56", "1234.56"),
        ("en-us", "1'234.50", "1234.50"),
        ("de", "1.234", "1234"),
        ("de", "1,234", "1.234"),
        ("de", "1.234,5", "1234.5"),
        ("fr", "1 234,5", "1234.5"),
        ("fr", "1.234", "1234"),
    ],
)
def test_marks_in_a_number_are_of_its_place(language: str, text: str, number: str) -> None:
    assert parse_number(text, find_reader(language)) == Decimal(number)


def test_a_minus_is_said_in_every_language() -> None:
    assert say_cardinal(-21, find_reader("en-gb")) == "minus twenty one"
    assert say_cardinal(-21, find_reader("pl")) == "minus dwadzieścia jeden"
    assert say_decimal(Decimal("-1.5"), find_reader("de")) == "minus eins Komma fünf"


def test_decimals_are_said_as_each_language_says_them() -> None:
    assert say_decimal(Decimal("3.14"), find_reader("en-us")) == "three point one four"
    assert say_decimal(Decimal("3.14"), find_reader("es")) == "tres coma catorce"
    assert say_decimal(Decimal("3.14"), find_reader("es-mx")) == "tres punto catorce"
    assert say_decimal(Decimal("2.05"), find_reader("fr")) == "deux virgule zéro cinq"


def test_long_rows_of_digits_are_said_in_groups() -> None:
    assert say_digits("12345678", find_reader("en-us")) == "one two three four, five six seven eight"
    assert say_digits("1234567890123", find_reader("en-us")).count(",") == 3


@pytest.mark.parametrize(
    ("year", "said"),
    [(1900, "nineteen hundred"), (2000, "two thousand"), (2010, "twenty ten"), (1001, "one thousand one")],
)
def test_years_are_said_in_pairs(year: int, said: str) -> None:
    assert say_year(year, find_reader("en-us")) == said


def test_ordinals_are_said_without_hyphens() -> None:
    assert say_ordinal(121, find_reader("en-gb")) == "one hundred and twenty first"


def test_languages_without_a_grammar_are_known_as_such() -> None:
    assert knows_numbers(find_reader("de")) and not knows_numbers(find_reader("el"))
