"""Shouted words are words; abbreviations stay what they are."""

from __future__ import annotations

import pytest

from renderer.words.script_words import read_aloud


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("HI JOHN SMITH", "HI John Smith"),
        ("Hi ADA, welcome.", "Hi Ada, welcome."),
        ("Dear RODRIGUEZ.", "Dear Rodriguez."),
        ("We are UNESCO.", "We are Unesco."),
        ("Ask the CEO, HR or IBM.", "Ask the CEO, HR or IBM."),
        ("Call NAACP or HTTPS.", "Call NAACP or HTTPS."),
        ("PEREZ & GARCIA", "Perez and Garcia"),
    ],
)
def test_words_in_capitals_are_not_spelt_where_they_can_be_said(text: str, said: str) -> None:
    assert read_aloud(text, "en-us") == said
