"""Fractions, ordinals, ratios and powers."""

from __future__ import annotations

import pytest

from renderer.words.script_words import read_aloud


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("24/7 support.", "twenty four seven support."),
        ("The 1st, 2nd, 3rd, 21st and 100th.", "The first, second, third, twenty first and one hundredth."),
        ("1/2 of it, 3/4 cup, 2/3 majority.", "one half of it, three quarters cup, two thirds majority."),
        ("2½ hours at ½ price.", "two and a half hours at one half price."),
        ("9/10 people gave 4/5 stars.", "nine out of ten people gave four out of five stars."),
        ("50/50, 80/20 and 9/11.", "fifty fifty, eighty twenty and nine eleven."),
        ("10² and x³ and CO₂.", "ten squared and x cubed and CO two."),
        ("A ratio of 3:1.", "A ratio of three to one."),
        ("1 1/2 cups.", "one and a half cups."),
        ("The 1,000th user.", "The one thousandth user."),
    ],
)
def test_parts_are_said_as_an_american_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "en-us") == said


@pytest.mark.parametrize(
    ("language", "locale", "text", "said"),
    [
        (
            "fr",
            "",
            "Le 3e étage, la 2ème fois, la 1re fois.",
            "Le troisième étage, la deuxième fois, la première fois.",
        ),
        ("es", "", "La 1.ª planta y el 2º piso.", "La primera planta y el segundo piso."),
        ("de", "", "Der 2. Weltkrieg, am 2. Tag.", "Der zweite Weltkrieg, am zweiten Tag."),
        ("nl", "", "De 3e keer.", "De derde keer."),
        ("de", "", "24/7 und ½ Liter.", "vierundzwanzig sieben und ein halb Liter."),
    ],
)
def test_parts_are_said_in_the_language_of_the_voice_by_the_locale(
    language: str, locale: str, text: str, said: str
) -> None:
    assert read_aloud(text, language, locale) == said
