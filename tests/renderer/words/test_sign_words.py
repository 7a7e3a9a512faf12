"""Signs between words."""

from __future__ import annotations

import pytest

from renderer.words.script_words import read_aloud


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("R&D, Q&A, A & B.", "R and D, Q and A, A and B."),
        ("He/she and and/or, input/output.", "He or she and and or, input slash output."),
        ("© 2026 Acme™ and Foo®.", "copyright twenty twenty six Acme and Foo."),
        ("C++ and A+.", "C plus plus and A plus."),
        ("Ada + Bob = love.", "Ada plus Bob equals love."),
        ("We are *very* _happy_.", "We are very happy."),
        ("About ~5 of them.", "About about five of them."),
        ("5 < 6 > 4.", "five less than six greater than four."),
        ("Yes/no?", "Yes or no?"),
    ],
)
def test_signs_are_said_as_an_american_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "en-us") == said


@pytest.mark.parametrize(
    ("language", "locale", "text", "said"),
    [
        ("de", "", "Ada & Bob.", "Ada und Bob."),
        ("fr", "", "Ada & Bob.", "Ada et Bob."),
        ("de", "", "Kunden/Partner.", "Kunden oder Partner."),
    ],
)
def test_signs_are_said_in_the_language_of_the_voice_by_the_locale(
    language: str, locale: str, text: str, said: str
) -> None:
    assert read_aloud(text, language, locale) == said
