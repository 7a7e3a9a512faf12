"""Numbers with units."""

from __future__ import annotations

import pytest

from renderer.words.script_words import read_aloud


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("5 km.", "five kilometers."),
        ("Take 5–10% off.", "Take five to ten percent off."),
        ("Up 12.5% this year.", "Up twelve point five percent this year."),
        ("It is -5°C or 20 °C.", "It is minus five degrees Celsius or twenty degrees Celsius."),
        ("It is 72°F.", "It is seventy two degrees Fahrenheit."),
        (
            "Drive 120 km/h or 55 mph.",
            "Drive one hundred twenty kilometers per hour or fifty five miles per hour.",
        ),
        ("A 5 km run of 3 mi.", "A five kilometer run of three miles."),
        ("Lift 5 kg, 1 lb and 3 ft.", "Lift five kilograms, one pound and three feet."),
        ("A 6'2\" man.", "A six foot two man."),
        ("Get 10 GB at 100 Mbps.", "Get ten gigabytes at one hundred megabits per second."),
        ("Rooms of 20 m² or 5 sq ft.", "Rooms of twenty square meters or five square feet."),
        ("In 5 mins, 2 hrs, 1 hr and 30 sec.", "In five minutes, two hours, one hour and thirty seconds."),
        (
            "1.2k likes, 10K followers, 3M views.",
            "one point two thousand likes, ten thousand followers, three million views.",
        ),
        ("A 4K video of a 5K run.", "A four K video of a five K run."),
        ("24 hrs/day.", "twenty four hours per day."),
        ("About 5-10 km away.", "About five to ten kilometers away."),
        ("In km/h.", "In kilometers per hour."),
        ("It's 5' long.", "It's five feet long."),
        ("Drink 2 L or 500 ml.", "Drink two liters or five hundred milliliters."),
        ("100%!", "one hundred percent!"),
        ("0.5 mg.", "zero point five milligrams."),
    ],
)
def test_units_are_said_as_an_american_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "en-us") == said


@pytest.mark.parametrize(
    ("language", "locale", "text", "said"),
    [
        ("en-gb", "", "5 km and 2 l.", "five kilometres and two litres."),
        ("de", "", "Noch 25 % und 3,5%.", "Noch fünfundzwanzig Prozent und drei Komma fünf Prozent."),
        (
            "de",
            "",
            "5 km, 20 °C und 120 km/h.",
            "fünf Kilometer, zwanzig Grad Celsius und einhundertzwanzig Kilometer pro Stunde.",
        ),
        ("fr", "", "25 % sur 3,5 km.", "vingt-cinq pour cent sur trois virgule cinq kilomètres."),
        ("es", "", "25 % y 3 km.", "veinticinco por ciento y tres kilómetros."),
        ("it", "", "25% e 5 km.", "venticinque per cento e cinque chilometri."),
        ("pt", "", "25% e 5 kg.", "vinte e cinco por cento e cinco quilogramas."),
        ("nl", "", "25% en 5 km.", "vijfentwintig procent en vijf kilometer."),
        ("pl", "", "25% i 5 km.", "dwadzieścia pięć procent i pięć kilometrów."),
    ],
)
def test_units_are_said_in_the_language_of_the_voice_by_the_locale(
    language: str, locale: str, text: str, said: str
) -> None:
    assert read_aloud(text, language, locale) == said
