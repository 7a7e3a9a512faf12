"""Codes, orders, rooms and flights."""

from __future__ import annotations

import pytest

from renderer.words.script_words import read_aloud


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("You are #12.", "You are number twelve."),
        ("Ticket #10482 and # 7.", "Ticket number one zero four eight two and number seven."),
        (
            "Order A-1234 and INV-2024-001.",
            "Order A-one two three four and I N V two zero two four, zero zero one.",
        ),
        ("Order #A-1234.", "Order number A-one two three four."),
        (
            "Room 101, Suite 200 and room 1203.",
            "Room one oh one, Suite two hundred and room twelve oh three.",
        ),
        ("Flight BA 249.", "Flight B A-two four nine."),
        ("Your code is 4821.", "Your code is four eight two one."),
        ("Los Angeles, CA 90210.", "Los Angeles, CA nine zero two one zero."),
        ("At SW1A 1AA.", "At S W one A-one eh eh."),
        ("The iPhone 15, B2B, 3D and 5G.", "The iPhone fifteen, B two B, three D and five G."),
        ("Covid-19 and GPT-4.", "Covid nineteen and GPT four."),
        ("In Q3 of FY2026.", "In Q three of FY twenty twenty six."),
        ("Print it on A4.", "Print it on A-four."),
        ("Invoice 20931.", "Invoice two zero nine three one."),
        ("Number #1.", "Number one."),
        ("PO-4711 is paid.", "P O four seven one one is paid."),
        ("Account 0012.", "Account zero zero one two."),
    ],
)
def test_codes_are_said_as_an_american_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "en-us") == said


@pytest.mark.parametrize(
    ("language", "locale", "text", "said"),
    [
        ("de", "", "Platz #3 und A-1234.", "Platz Nummer drei und A eins zwei drei vier."),
        ("fr", "", "Le n° 5 et #12.", "Le numéro cinq et numéro douze."),
    ],
)
def test_codes_are_said_in_the_language_of_the_voice_by_the_locale(
    language: str, locale: str, text: str, said: str
) -> None:
    assert read_aloud(text, language, locale) == said
