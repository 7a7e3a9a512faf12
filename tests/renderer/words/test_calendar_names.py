"""Days, months, short years and decades that stand alone."""

from __future__ import annotations

import pytest

from renderer.words.script_words import read_aloud


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en-us", "Mon to Fri, or by Thu.", "Monday to Friday, or by Thursday."),
        ("en-us", "Mon, Wed and Fri.", "Monday, Wednesday and Friday."),
        ("en-us", "We sat in the sun.", "We sat in the sun."),
        ("en-us", "Hi Jan, hi Mon.", "Hi Jan, hi Monday."),
        ("en-us", "In Sept. and Dec, by Jan.", "In September and December, by January."),
        ("en-us", "Jan–Mar 2026", "January to March twenty twenty six"),
        ("en-us", "May I? Sam may.", "May I? Sam may."),
        ("en-us", "Class of '05 and '98.", "Class of oh five and ninety eight."),
        ("en-us", "The 1920s–30s.", "The nineteen twenties to thirties."),
        ("en-us", "In his 30s.", "In his thirties."),
        ("de", "Am Fr. und Mo.–Mi.", "Am Freitag und Montag bis Mittwoch."),
        ("fr", "Lun.–ven.", "lundi à vendredi."),
    ],
)
def test_short_names_of_the_calendar_are_said_in_full(language: str, text: str, said: str) -> None:
    assert read_aloud(text, language) == said
