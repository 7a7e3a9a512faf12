"""Words that a workspace blocks: found in what each row would say, before anything is rendered."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, HistoryEntry, Workspace
from campaigns.recipients.content import ContentFiller
from campaigns.scripts.blocked import BlockedWords

LISTED = "Rose\nRose Tyler\nfree money\n\n C++ \n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A rose is a rose.", "Rose"),
        ("Dear Rose Tyler, hello.", "Rose Tyler"),
        ("FREE\u00a0\n money!", "free money"),
        ("fr\u00adee money", "free money"),
        ("\uff46\uff52\uff45\uff45 money", "free money"),
        ("You write C++.", "C++"),
        ("Primrose, roses, free-money.", ""),
        ("", ""),
    ],
)
def test_case_letters_and_spaces_hide_nothing_and_parts_of_words_are_no_words(text: str, found: str) -> None:
    assert BlockedWords(LISTED).find([text]) == found


def test_a_phrase_may_go_over_two_lines_and_an_empty_list_blocks_nothing() -> None:
    assert BlockedWords(LISTED).find(["We give free", "money."]) == "free money"
    assert BlockedWords(" \n").find(["anything"]) == ""


def test_an_administrator_keeps_the_list_and_each_row_is_told(
    campaign: Campaign, alice: User, client: Client
) -> None:
    client.force_login(alice)
    members = reverse("admin:campaigns_workspace_members", args=[campaign.workspace_id])
    page = client.post(members, {"action": "block", "words": "Cork\n\nCork\nzzz"}, follow=True)
    assert "next run" in page.content.decode()
    assert Workspace.objects.get(pk=campaign.workspace_id).blocked_words == "Cork\nzzz"
    assert HistoryEntry.objects.latest("pk").details["added"] == ["Cork", "zzz"]
    filler = ContentFiller(Campaign.objects.get(pk=campaign.pk))
    filled = {row.name: filler.fill(row) for row in campaign.recipients.filter(verdict="valid")}
    assert [name for name, content in filled.items() if content.failure] == ["O'Neil"]
    assert "it would say “Cork”" in filled["O'Neil"].failure and filled["O'Neil"].lines == []
