"""Plain numbers."""

from __future__ import annotations

import pytest

from renderer.words.script_words import read_aloud


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("3–5 days.", "three to five days."),
        ("Back in 1999, 1905 and 2000.", "Back in nineteen ninety nine, nineteen oh five and two thousand."),
        ("In 2008 and 2026.", "In two thousand eight and twenty twenty six."),
        ("In 1066 and in 1789.", "In one thousand sixty six and in seventeen eighty nine."),
        (
            "From 2019–2024 and 2024/25.",
            "From twenty nineteen to twenty twenty four and twenty twenty four twenty five.",
        ),
        ("Pages 3-5 and 10–12.", "Pages three to five and ten to twelve."),
        ("Over 2000 people and 1,000,000 more.", "Over two thousand people and one million more."),
        ("3.14, 0.5 and 100.00.", "three point one four, zero point five and one hundred."),
        ("-7 and +3.", "minus seven and plus three."),
        (
            "3x faster, 2x4 and 1920x1080.",
            "three times faster, two by four and nineteen twenty by ten eighty.",
        ),
        (
            "Use v2.3.1, version 3.5 or 2.0.",
            "Use version two point three point one, version three point five or two point zero.",
        ),
        ("We won 3-2.", "We won three to two."),
        ("5+ years and 1,000+ users.", "five plus years and one thousand plus users."),
        ("007 is back.", "zero zero seven is back."),
        ("12345 items.", "twelve thousand three hundred forty five items."),
        ("I have 42 and 105.", "I have forty two and one hundred five."),
        ("999,999.", "nine hundred ninety nine thousand nine hundred ninety nine."),
    ],
)
def test_numbers_are_said_as_an_american_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "en-us") == said


@pytest.mark.parametrize(
    ("language", "locale", "text", "said"),
    [
        (
            "en-gb",
            "",
            "I have 105 and 1,234.",
            "I have one hundred and five and one thousand two hundred and thirty four.",
        ),
        (
            "de",
            "",
            "Im Jahr 1990 und 2026.",
            "Im Jahr neunzehnhundertneunzig und zweitausendsechsundzwanzig.",
        ),
        ("de", "", "1.000 Kunden und 1 Jahr.", "eintausend Kunden und ein Jahr."),
        ("fr", "", "En 1990, 1 000 clients.", "En mille neuf cent quatre-vingt-dix, mille clients."),
        ("es", "", "21 años y 1 año.", "veintiún años y un año."),
        ("ja", "", "3人", "三人"),
        ("pl", "", "21 lat", "dwadzieścia jeden lat"),
        ("sv", "", "1 000 kunder", "etttusen kunder"),
        ("pt-br", "", "21 anos", "vinte e um anos"),
        ("it", "", "3,14", "tre virgola quattordici"),
    ],
)
def test_numbers_are_said_in_the_language_of_the_voice_by_the_locale(
    language: str, locale: str, text: str, said: str
) -> None:
    assert read_aloud(text, language, locale) == said
