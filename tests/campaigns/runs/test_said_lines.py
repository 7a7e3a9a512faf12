"""A correction makes only the lines new in which the word is said."""

from __future__ import annotations

import pytest

from campaigns.engine import Pronunciation
from campaigns.models import Campaign, PronunciationEntry
from campaigns.runs.estimate import estimate_run
from campaigns.runs.said_lines import SaidLine, fill_rows, find_rendered_lines
from tests import people


def find_rendered(campaign: Campaign) -> set[SaidLine]:
    return find_rendered_lines(campaign, campaign.messages.values_list("lines", "made_with"))


pytestmark = pytest.mark.django_db


def test_lines_say_what_the_library_and_their_row_have_for_them(campaign: Campaign) -> None:
    PronunciationEntry.objects.create(word="Ada", key="ada", said="AH-dah")
    row = campaign.recipients.get(name="José")
    row.values["pronunciation"] = "ho-ZAY"
    row.save()
    filled, _, _ = fill_rows(
        campaign, campaign.recipients.filter(verdict="valid").values_list("values", flat=True)
    )
    said = {line.text: [one.said for one in line.said] for lines in filled for line in lines}
    assert (said["Hello Ada."], said["Hello José."], said["Hello O'Neil."]) == (["AH-dah"], ["ho-ZAY"], [])


def test_a_finished_line_is_known_by_how_it_was_said(campaign: Campaign) -> None:
    said = {"word": "Ada", "said": "AH-dah", "is_ipa": False, "language": "", "match_case": False}
    voice = [campaign.voice_engine, campaign.voice, campaign.locale]
    made_with = {"presenter": campaign.presenter_id, "voice": voice, "pronunciations": [said]}
    message = people.ready_message(campaign.recipients.get(name="Ada"), made_with=made_with)
    assert find_rendered(campaign) == {SaidLine("0.0", "Hello Ada.", (Pronunciation(**said),))}
    message.made_with = {**made_with, "voice": ["another", "", ""]}
    message.save()
    assert find_rendered(campaign) == set()


def test_the_estimate_counts_a_corrected_line_as_new(campaign: Campaign) -> None:
    people.ready_message(campaign.recipients.get(name="Ada"))
    before = estimate_run(campaign)
    PronunciationEntry.objects.create(word="Ada", key="ada", said="AH-dah")
    assert estimate_run(campaign).new_s > before.new_s
