"""A new line is a new sentence where somebody meant it so."""

from __future__ import annotations

import pytest

from renderer.words.line_breaks import find_chunks

WRAPPED = "This is a long line of prose that somebody wrapped in an editor at about\nSeventy columns."


@pytest.mark.parametrize(
    ("text", "chunks"),
    [
        ("1. First\n2. Second\n3. Third", ["1. First", "2. Second", "3. Third"]),
        ("Hi Ada\nThanks for your time\nSee you soon", ["Hi Ada", "Thanks for your time", "See you soon"]),
        ("- first\n- second", ["- first", "- second"]),
        ("1) one\n2) two", ["1) one", "2) two"]),
        ("• A\n• B", ["• A", "• B"]),
        ("Hi Ada\nwelcome to us", ["Hi Ada\nwelcome to us"]),  # a small letter goes on
        ("I met the people from\nMicrosoft last week.", ["I met the people from\nMicrosoft last week."]),
        ("Dear Mr.\nSmith", ["Dear Mr.\nSmith"]),
        ("Best,\nSam", ["Best,\nSam"]),
        ("A heading\n\nthen text", ["A heading", "then text"]),
        (WRAPPED, [WRAPPED]),
        ("नमस्ते\nआप कैसे हैं", ["नमस्ते", "आप कैसे हैं"]),
        ("Hi Ada\r\nThanks", ["Hi Ada", "Thanks"]),
        ("", []),
    ],
)
def test_a_line_break_ends_a_sentence_where_it_was_meant_to(text: str, chunks: list[str]) -> None:
    assert [text[start:end] for start, end in find_chunks(text)] == chunks
