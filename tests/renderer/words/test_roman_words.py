"""Roman numerals."""

from __future__ import annotations

import pytest

from renderer.words.script_words import read_aloud


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("World War II.", "World War two."),
        ("John Smith III.", "John Smith the third."),
        ("World War I, Part IV and Chapter XI.", "World War one, Part four and Chapter eleven."),
        (
            "Henry VIII, Elizabeth I and Louis XIV.",
            "Henry the eighth, Elizabeth the first and Louis the fourteenth.",
        ),
        ("Super Bowl LVIII.", "Super Bowl fifty eight."),
        ("Vitamin C and Malcolm X.", "Vitamin C and Malcolm X."),
        ("Hi John Smith III, welcome.", "Hi John Smith the third, welcome."),
        ("Algebra II and Type II.", "Algebra two and Type two."),
        ("Plan V and I.", "Plan five and I."),
        ("King Charles III.", "King Charles the third."),
    ],
)
def test_roman_numerals_are_said_as_an_american_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "en-us") == said


@pytest.mark.parametrize(
    ("language", "locale", "text", "said"),
    [
        ("fr", "", "Louis XIV et le XIXe siècle.", "Louis quatorze et le dix-neuvième siècle."),
        ("es", "", "Felipe VI y el siglo XXI.", "Felipe sexto y el siglo veintiuno."),
        ("de", "", "Ludwig XIV war hier.", "Ludwig der vierzehnte war hier."),
    ],
)
def test_roman_numerals_are_said_in_the_language_of_the_voice_by_the_locale(
    language: str, locale: str, text: str, said: str
) -> None:
    assert read_aloud(text, language, locale) == said
