"""Dots and dashes become pauses."""

from __future__ import annotations

import pytest

from renderer.words.script_words import read_aloud


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Well… that is it.", "Well, that is it."),
        ("I know... but still.", "I know, but still."),
        ("Hi Ada—welcome.", "Hi Ada, welcome."),
        ("Hi Ada.Thanks for coming.", "Hi Ada. Thanks for coming."),
        ("Hi Ada!Thanks for coming.", "Hi Ada! Thanks for coming."),
        ("Hi… Ada.", "Hi, Ada."),
        ("Hello... Ada!", "Hello, Ada!"),
        ("Wait — what?", "Wait, what?"),
        ("So – yes - no.", "So, yes, no."),
        ("Hi Ada; welcome.", "Hi Ada; welcome."),
        ("…and then.", "and then."),
        ("Really...?", "Really?"),
        ('"Well…" she said.', '"Well," she said.'),
        ("And so...", "And so."),
        ("Wait--what?", "Wait, what?"),
        ("Hi Ada,thanks.", "Hi Ada, thanks."),
        ("Thanks . . . truly.", "Thanks, truly."),
        ("- First point.", "First point."),
        ("1. First", "one, First"),
        ("2) Second", "two, Second"),
    ],
)
def test_pauses_are_said_as_an_american_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "en-us") == said


@pytest.mark.parametrize(
    ("language", "locale", "text", "said"),
    [
        ("de", "", "Hallo Ada – willkommen.", "Hallo Ada, willkommen."),
        ("fr", "", "Bonjour… Ada.", "Bonjour, Ada."),
    ],
)
def test_pauses_are_said_in_the_language_of_the_voice_by_the_locale(
    language: str, locale: str, text: str, said: str
) -> None:
    assert read_aloud(text, language, locale) == said
