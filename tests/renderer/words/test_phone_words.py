"""Telephone numbers, group by group."""

from __future__ import annotations

import pytest

from renderer.words.script_words import read_aloud


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Call +44 20 7946 0000.",
            "Call plus four four, two zero, seven nine four six, zero zero zero zero.",
        ),
        ("Call 555-123-4567.", "Call five five five, one two three, four five six seven."),
        (
            "Call (555) 123-4567 ext. 12.",
            "Call five five five, one two three, four five six seven, extension one two.",
        ),
        ("Call 1-800-555-0199.", "Call one, eight hundred, five five five, zero one nine nine."),
        ("Call 020 7946 0000.", "Call zero two zero, seven nine four six, zero zero zero zero."),
        ("Call 07700 900123 now.", "Call zero seven seven zero zero, nine zero zero one two three now."),
        ("My number is 5551234567.", "My number is five five five, one two three, four five six seven."),
        ("Call +1 (555) 123-4567.", "Call plus one, five five five, one two three, four five six seven."),
        ("Dial 555-0199.", "Dial five five five, zero one nine nine."),
        ("Ring +49 (0)30 123456.", "Ring plus four nine, three zero, one two three four five six."),
        ("Call 555.123.4567.", "Call five five five, one two three, four five six seven."),
    ],
)
def test_telephone_numbers_are_said_as_an_american_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "en-us") == said


@pytest.mark.parametrize(
    ("language", "locale", "text", "said"),
    [
        (
            "de",
            "",
            "Rufen Sie +49 30 1234567 an.",
            "Rufen Sie plus vier neun, drei null, eins zwei drei, vier fünf sechs sieben an.",
        ),
        ("de", "", "Tel. 030 1234567.", "Telefon null drei null, eins zwei drei, vier fünf sechs sieben."),
        (
            "fr",
            "",
            "Appelez le 01 23 45 67 89.",
            "Appelez le zéro un, vingt-trois, quarante-cinq, soixante-sept, quatre-vingt-neuf.",
        ),
        (
            "fr",
            "",
            "Au +33 1 23 45 67 89.",
            "Au plus trente-trois, un, vingt-trois, quarante-cinq, soixante-sept, quatre-vingt-neuf.",
        ),
        ("es", "", "Llame al 912 345 678.", "Llame al nueve uno dos, tres cuatro cinco, seis siete ocho."),
        ("en-gb", "", "Ring 07700 900123.", "Ring zero seven seven zero zero, nine zero zero one two three."),
    ],
)
def test_telephone_numbers_are_said_in_the_language_of_the_voice_by_the_locale(
    language: str, locale: str, text: str, said: str
) -> None:
    assert read_aloud(text, language, locale) == said
