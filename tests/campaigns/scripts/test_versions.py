"""Versions and drafts of a script."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from campaigns.models import Campaign, HistoryEntry
from campaigns.scripts import versions
from campaigns.scripts.versions import ChangedMeanwhile
from tests import people


def numbers(campaign: Campaign) -> list[tuple[int, str]]:
    return [(one.number, one.script) for one in campaign.script_versions.all()]


def test_each_change_is_a_version_with_who_saved_it(campaign: Campaign, alice: User) -> None:
    versions.save_script(campaign, "Hello {{ first_name }}.", alice)
    made = versions.save_script(campaign, "Hi {{ first_name }}.", alice)
    assert made is not None and made.saved_by == alice
    assert numbers(campaign) == [
        (3, "Hi {{ first_name }}."),
        (2, "Hello {{ first_name }}."),
        (1, people.SCRIPT),  # from before versions were kept
    ]
    campaign.refresh_from_db()
    assert campaign.script == "Hi {{ first_name }}."
    assert HistoryEntry.objects.filter(verb="saved the script").count() == 2


def test_saving_the_same_text_makes_no_version(campaign: Campaign, alice: User) -> None:
    versions.save_script(campaign, "Hi.\nBye.", alice)
    assert versions.save_script(campaign, "Hi.\r\nBye.", alice) is None
    assert versions.get_version_number(campaign) == 2


def test_a_text_begun_before_another_was_saved_is_refused_and_nothing_is_lost(
    campaign: Campaign, alice: User, bob: User
) -> None:
    begun_from = versions.get_version_number(campaign)
    versions.save_script(campaign, "Bob's words.", bob, begun_from)
    with pytest.raises(ChangedMeanwhile, match="bob saved version 2 while you were writing") as caught:
        versions.save_script(campaign, "Alice's words.", alice, begun_from)
    campaign.refresh_from_db()
    assert campaign.script == "Bob's words." == caught.value.version.script
    versions.save_script(campaign, "Alice's words.", alice, caught.value.version.number)
    assert numbers(campaign)[0] == (3, "Alice's words.")


def test_two_who_save_the_same_words_do_not_disturb_each_other(
    campaign: Campaign, alice: User, bob: User
) -> None:
    versions.save_script(campaign, "The same.", bob, 0)
    assert versions.save_script(campaign, "The same.", alice, 0) is None


def test_a_draft_is_kept_for_each_person_until_it_is_saved(
    campaign: Campaign, alice: User, bob: User
) -> None:
    versions.keep_draft(campaign, alice, "Half a sen", 0)
    versions.keep_draft(campaign, alice, "Half a sentence", 0)
    draft = versions.find_draft(campaign, alice)
    assert draft is not None and draft.script == "Half a sentence"
    assert versions.find_draft(campaign, bob) is None
    versions.save_script(campaign, "A whole sentence.", alice)
    assert versions.find_draft(campaign, alice) is None


def test_what_equals_the_saved_script_is_no_draft(campaign: Campaign, alice: User) -> None:
    versions.keep_draft(campaign, alice, "Other words", 0)
    assert versions.keep_draft(campaign, alice, people.SCRIPT, 0) is None
    assert campaign.script_drafts.count() == 0


def test_a_difference_names_the_words_and_leaves_tags_whole() -> None:
    found = versions.compare("Hi {{ first_name }}, good day.", "Hi {{ name }}, good evening.")
    assert [(piece.kind, piece.text) for piece in found] == [
        ("same", "Hi "),
        ("gone", "{{ first_name }}"),
        ("new", "{{ name }}"),
        ("same", ", good "),
        ("gone", "day"),
        ("new", "evening"),
        ("same", "."),
    ]
