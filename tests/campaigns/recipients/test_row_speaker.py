"""What a row's own language and pronunciation change: that row, and nothing of the others."""

from __future__ import annotations

import pytest

from campaigns import engine
from campaigns.models import Campaign, Recipient
from campaigns.pronunciations.library import Library
from campaigns.pronunciations.speaker import Speaker
from campaigns.recipients.content import ContentFiller
from campaigns.recipients.row_speaker import RowSpeaker
from campaigns.scripts.template import Line
from campaigns.sheets.choice import Role

ROLES = {Role.FIRST_NAME: "Vorname", Role.PRONOUNCE_AS: "Aussprache", Role.LANGUAGE: "Sprache"}


def speak(locale: str = "") -> RowSpeaker:
    return RowSpeaker(Speaker(engine.VoiceConfig("hibari", locale=locale), Library()), ROLES)


def test_a_column_with_the_role_says_how_the_name_sounds_whatever_both_are_called() -> None:
    row = {"Vorname": "Siobhán", "Aussprache": "shiv-AWN", "Sprache": ""}
    assert speak().select(["Hi Siobhán."], row) == (engine.Pronunciation("Siobhán", "shiv-AWN"),)


@pytest.mark.parametrize(
    ("cell", "campaign", "locale", "words"),
    [
        ("en-GB", "", "en-GB", ""),
        ("English (UK)", "en-US", "en-GB", ""),
        ("en-GB", "en-GB", "", ""),
        ("English", "en-GB", "", ""),
        ("", "", "", ""),
        ("Deutsch", "", "", "asks for German, and the voice speaks English"),
        ("de-AT", "", "de-AT", "figures and dates are read as in German (Austria)"),
        ("Martian", "", "", "names no language"),
    ],
)
def test_a_rows_language_chooses_its_locale_or_is_told(
    cell: str, campaign: str, locale: str, words: str
) -> None:
    found = speak(campaign).find_language({"Vorname": "Ada", "Sprache": cell})
    assert found.locale == locale
    assert words in found.warning and bool(words) == bool(found.warning)


def test_only_lines_with_the_rows_own_figures_are_read_its_way() -> None:
    lines = [Line("0.0", "On 03/04/2026, Ada."), Line("1.0", "We have 1,200 guests."), Line("2.0", "Bye.")]
    row = {"Vorname": "Ada", "Sprache": "en-GB", "day": "03/04/2026"}
    assert speak().find_locales(lines, row) == {"0.0": "en-GB"}


@pytest.mark.django_db
def test_contents_change_for_the_rows_concerned_alone(campaign: Campaign) -> None:
    campaign.voice_engine, campaign.script = "hibari", "Hello {{ first_name }}. It is on {{ city }}."
    ada = Recipient(values={"first_name": "Ada", "city": "03/04/2026", "said": "AH-dah", "lang": "en-GB"})
    others = [
        Recipient(values={**ada.values, "said": "", "lang": lang}) for lang in ("", "English", "en-US", "de")
    ]
    before = ContentFiller(campaign)
    campaign.column_roles = {"first_name": "first_name", "pronounce_as": "said", "language": "lang"}
    after = ContentFiller(campaign)
    assert [after.fill(row) == before.fill(row) for row in (ada, *others)] == [False, True, True, True, True]
    content = after.fill(ada)
    assert [line.get("locale") for line in content.lines] == [None, "en-GB"]
    assert [one["said"] for one in content.made_with["pronunciations"]] == ["AH-dah"]
