"""E-mail and web addresses, handles, hashtags."""

from __future__ import annotations

import pytest

from renderer.words.script_words import read_aloud


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Mail ada.lee@example.com today.", "Mail ada dot lee at example dot com today."),
        ("Visit www.example.com/about.", "Visit w w w dot example dot com slash about."),
        ("Go to https://byname.io/demo-page.", "Go to byname dot I O slash demo dash page."),
        (
            "See example.co.uk and report_final.pdf.",
            "See example dot co dot U K and report underscore final dot P D F.",
        ),
        ("I am @ada_lee.", "I am at ada underscore lee."),
        ("Use #ByName and #AI2026.", "Use hashtag By Name and hashtag AI twenty twenty six."),
        ("Mail ada_99@example.org!", "Mail ada underscore ninety nine at example dot org!"),
        ("Open v2-notes.docx.", "Open v two dash notes dot docx."),
        ("Visit example.com, please.", "Visit example dot com, please."),
    ],
)
def test_addresses_are_said_as_an_american_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "en-us") == said


@pytest.mark.parametrize(
    ("language", "locale", "text", "said"),
    [
        ("de", "", "Mail an ada@beispiel.de.", "Mail an ada ät beispiel Punkt de."),
        ("fr", "", "Écrivez à ada@exemple.fr.", "Écrivez à ada arobase exemple point fr."),
        ("es", "", "Escriba a ada@ejemplo.es.", "Escriba a ada arroba ejemplo punto es."),
    ],
)
def test_addresses_are_said_in_the_language_of_the_voice_by_the_locale(
    language: str, locale: str, text: str, said: str
) -> None:
    assert read_aloud(text, language, locale) == said
