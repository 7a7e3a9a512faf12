"""Times of day."""

from __future__ import annotations

import pytest

from renderer.words.script_words import read_aloud


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Meet at 10:00.", "Meet at ten o'clock."),
        ("At 2:30 PM.", "At two thirty p.m."),
        ("At 2 p.m. today.", "At two p.m today."),
        ("At 9:05 am.", "At nine oh five a.m."),
        ("At 14:30 or 14:00.", "At fourteen thirty or fourteen hundred."),
        ("At 12:00 or 0:00.", "At twelve o'clock or midnight."),
        ("At 10 a.m. Monday.", "At ten a.m Monday."),
        ("It is 5 o'clock.", "It is five o'clock."),
        ("From 9am–5pm.", "From nine a.m to five p.m."),
        ("Open 9:00–17:00.", "Open nine to seventeen."),
        ("Start at 10:30:15.", "Start at ten thirty and fifteen seconds."),
        ("At 10AM EST.", "At ten a.m EST."),
        ("See you at 7.30pm.", "See you at seven thirty p.m."),
        ("It ends at 5 p.m.", "It ends at five p.m."),
    ],
)
def test_times_are_said_as_an_american_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "en-us") == said


@pytest.mark.parametrize(
    ("language", "locale", "text", "said"),
    [
        ("de", "", "Um 14:30 Uhr.", "Um vierzehn Uhr dreißig."),
        ("de", "", "Um 10 Uhr und 9.30 Uhr.", "Um zehn Uhr und neun Uhr dreißig."),
        ("de", "", "Um 10:00.", "Um zehn Uhr."),
        ("de", "", "Um 1:15 Uhr.", "Um ein Uhr fünfzehn."),
        ("fr", "", "À 14h30.", "À quatorze heures trente."),
        ("fr", "", "À 10 h ou 1h.", "À dix heures ou une heure."),
        ("fr", "", "À 14:00.", "À quatorze heures."),
        ("es", "", "A las 14:30.", "A las catorce treinta."),
        ("es", "", "A la 1:15.", "A la una quince."),
        ("it", "", "Alle 14:30.", "Alle quattordici e trenta."),
        ("pt", "", "Às 14h30.", "Às catorze e trinta."),
        ("nl", "", "Om 14:30 uur.", "Om veertien uur dertig."),
        ("pl", "", "O 14:30.", "O czternasta trzydzieści."),
    ],
)
def test_times_are_said_in_the_language_of_the_voice_by_the_locale(
    language: str, locale: str, text: str, said: str
) -> None:
    assert read_aloud(text, language, locale) == said
