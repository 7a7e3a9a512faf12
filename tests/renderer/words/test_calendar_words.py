"""Dates, by the place that is meant."""

from __future__ import annotations

import pytest

from renderer.words.script_words import read_aloud


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("On 12/03/2026.", "On December third, twenty twenty six."),
        ("On 2026-03-14.", "On March fourteenth, twenty twenty six."),
        ("On 14 March we meet.", "On the fourteenth of March we meet."),
        ("On March 14th, 2026 we meet.", "On March fourteenth, twenty twenty six we meet."),
        ("On Mar. 3 we meet.", "On March third we meet."),
        ("The 3rd of May 2027 is good.", "The third of May twenty twenty seven is good."),
        ("Mon, 14 March 2026 is fine.", "Monday the fourteenth of March twenty twenty six is fine."),
        ("Due by 12/25.", "Due by December twenty fifth."),
        ("On 2026-03-14T10:00 we start.", "On March fourteenth, twenty twenty six at ten o'clock we start."),
        ("It began 2026-03-14 00:00:00.", "It began March fourteenth, twenty twenty six."),
        ("March 14–16 in Berlin.", "March fourteenth to sixteenth in Berlin."),
        ("From 10–12 March.", "From the tenth to twelfth of March."),
        ("In March 2026.", "In March twenty twenty six."),
        ("The 1990s, the '90s and the 2010s.", "The nineteen nineties, the nineties and the twenty tens."),
        ("Open Mon–Fri.", "Open Monday to Friday."),
        ("From Monday-Friday and June–August.", "From Monday to Friday and June to August."),
        ("Born 12/31/99.", "Born December thirty first, nineteen ninety nine."),
        ("On 25/12/2026.", "On December twenty fifth, twenty twenty six."),
        ("On 12.03.2027.", "On March twelfth, twenty twenty seven."),
        ("By Dec. 24, 2026.", "By December twenty fourth, twenty twenty six."),
        ("March 1st or 2nd.", "March first or second."),
    ],
)
def test_dates_are_said_as_an_american_reads_them(text: str, said: str) -> None:
    assert read_aloud(text, "en-us") == said


@pytest.mark.parametrize(
    ("language", "locale", "text", "said"),
    [
        ("en-gb", "", "On 12/03/2026.", "On the twelfth of March twenty twenty six."),
        ("en-gb", "", "On 14 March 2026.", "On the fourteenth of March twenty twenty six."),
        ("en-us", "en-GB", "On 12/03/2026.", "On the twelfth of March twenty twenty six."),
        ("en-us", "de-DE", "On 12.03.2027.", "On March twelfth, twenty twenty seven."),
        ("en-gb", "", "On March 14.", "On March the fourteenth."),
        ("de", "", "Am 12.03.2027.", "Am zwölften März zweitausendsiebenundzwanzig."),
        ("de", "", "Es ist der 3. Oktober.", "Es ist der dritte Oktober."),
        ("de", "", "Am 3. Okt. 2026.", "Am dritten Oktober zweitausendsechsundzwanzig."),
        ("de", "", "Mo.–Fr. geöffnet.", "Montag bis Freitag geöffnet."),
        ("fr", "", "Le 12/03/2027.", "Le douze mars deux mille vingt-sept."),
        ("fr", "", "Le 1er mai 2026.", "Le premier mai deux mille vingt-six."),
        ("fr", "", "Le 14 juillet.", "Le quatorze juillet."),
        ("es", "", "El 12/03/2027.", "El doce de marzo de dos mil veintisiete."),
        ("es", "", "El 5 de mayo de 2026.", "El cinco de mayo de dos mil veintiséis."),
        ("it", "", "Il 12/03/2027.", "Il dodici marzo duemilaventisette."),
        ("it", "", "Il 1 maggio.", "Il primo maggio."),
        ("pt", "", "Em 12/03/2027.", "Em doze de março de dois mil e vinte e sete."),
        ("pt", "", "No dia 5 de maio de 2026.", "No dia cinco de maio de dois mil e vinte e seis."),
        ("nl", "", "Op 12-03-2027.", "Op twaalf maart tweeduizendzevenentwintig."),
        ("pl", "", "Dnia 12.03.2027.", "Dnia dwunastego marca dwa tysiące dwadzieścia siedem."),
        ("de", "", "Am 2026-03-14.", "Am vierzehnten März zweitausendsechsundzwanzig."),
    ],
)
def test_dates_are_said_in_the_language_of_the_voice_by_the_locale(
    language: str, locale: str, text: str, said: str
) -> None:
    assert read_aloud(text, language, locale) == said
