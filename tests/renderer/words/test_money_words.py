"""Amounts of money, in many notations."""

from __future__ import annotations

import pytest

from renderer.words.script_words import read_aloud


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It costs $5.50.", "It costs five dollars and fifty cents."),
        ("It costs €5.50.", "It costs five euros and fifty cents."),
        ("It costs £20.", "It costs twenty pounds."),
        ("It costs $1,200.", "It costs one thousand two hundred dollars."),
        ("Raised $3M.", "Raised three million dollars."),
        ("That is $0.99 each.", "That is ninety nine cents each."),
        ("It's $1 or $1.01.", "It's one dollar or one dollar and one cent."),
        ("A $5 coupon for you.", "A five dollar coupon for you."),
        ("From $5–$10 to $15-20.", "From five dollars to ten dollars to fifteen to twenty dollars."),
        (
            "We raised $1.5bn, £2m and €3 million.",
            "We raised one point five billion dollars, two million pounds and three million euros.",
        ),
        (
            "Pay $5.50/month or $60/yr.",
            "Pay five dollars and fifty cents per month or sixty dollars per year.",
        ),
        ("US$5, CA$20 and A$3.", "five dollars, twenty Canadian dollars and three Australian dollars."),
        ("EUR 20, 5 € and 20 EUR.", "twenty euros, five euros and twenty euros."),
        ("Only 1.234,56 €.", "Only one thousand two hundred thirty four euros and fifty six cents."),
        (
            "₹500, ¥1000 and CHF 12.50.",
            "five hundred rupees, one thousand yen and twelve Swiss francs and fifty rappen.",
        ),
        ("It is -$5 today.", "It is minus five dollars today."),
        ("A salary of $80k-$100k.", "A salary of eighty thousand dollars to one hundred thousand dollars."),
        ("Take 50¢ off.", "Take fifty cents off."),
        ("£1.50 and £0.01.", "one pound and fifty pence and one penny."),
        ("$1,234.89 in all.", "one thousand two hundred thirty four dollars and eighty nine cents in all."),
        ("Save $100.", "Save one hundred dollars."),
        ("Only 9.99 USD!", "Only nine dollars and ninety nine cents!"),
    ],
)
def test_amounts_are_said_as_an_american_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "en-us") == said


@pytest.mark.parametrize(
    ("language", "locale", "text", "said"),
    [
        ("en-gb", "", "It costs £105.20.", "It costs one hundred and five pounds and twenty pence."),
        (
            "en-us",
            "de-DE",
            "It costs 1.234,50 €.",
            "It costs one thousand two hundred thirty four euros and fifty cents.",
        ),
        ("de", "", "Das kostet 5,50 €.", "Das kostet fünf Euro fünfzig."),
        (
            "de",
            "",
            "Nur 1.234,56 € und 1 €.",
            "Nur eintausendzweihundertvierunddreißig Euro sechsundfünfzig und ein Euro.",
        ),
        ("de", "", "Es sind 20 $ oder 3 Mio. €.", "Es sind zwanzig Dollar oder drei Millionen Euro."),
        (
            "fr",
            "",
            "Cela coûte 5,50 € ou 1 234,56 €.",
            "Cela coûte cinq euros cinquante ou mille deux cent trente-quatre euros cinquante-six.",
        ),
        ("fr", "", "Soit 3 M€ et 20 $.", "Soit trois millions d'euros et vingt dollars."),
        (
            "es",
            "",
            "Cuesta 5,50 € o 1.234,56 €.",
            "Cuesta cinco euros con cincuenta o mil doscientos treinta y cuatro euros con cincuenta y seis.",
        ),
        ("es", "", "Son $20 y 1 €.", "Son veinte dólares y un euro."),
        ("it", "", "Costa 5,50 € e 1.000 €.", "Costa cinque euro e cinquanta e mille euro."),
        ("pt", "", "Custa 5,50 € e R$ 10,00.", "Custa cinco euros e cinquenta e dez reais."),
        ("nl", "", "Het kost € 5,50.", "Het kost vijf euro vijftig."),
        ("pl", "", "To kosztuje 20 zł i 5 €.", "To kosztuje dwadzieścia złotych i pięć euro."),
    ],
)
def test_amounts_are_said_in_the_language_of_the_voice_by_the_locale(
    language: str, locale: str, text: str, said: str
) -> None:
    assert read_aloud(text, language, locale) == said
