"""The script page: nothing that was written is lost, and no row without a word."""

from __future__ import annotations

from hashlib import sha256

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from campaigns.scripts import versions
from campaigns.states import CampaignState
from tests import people

DROPS_JOSE = "Hello {{ first_name }} of {{ city }}."


@pytest.fixture
def dashboard(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def url(campaign: Campaign, step: str) -> str:
    return reverse(f"admin:campaigns_campaign_{step}", args=[campaign.pk])


def save(dashboard: Client, campaign: Campaign, script: str, status: int = 200, **fields: object) -> str:
    sent = {"script": script, "presenter": campaign.presenter_id, "voice_engine": "hibari", "save": "1"}
    answer = dashboard.post(url(campaign, "script"), sent | fields, follow=True)
    assert answer.status_code == status
    return answer.content.decode()


def saved(campaign: Campaign) -> str:
    return Campaign.objects.get(pk=campaign.pk).script


def test_a_script_that_drops_rows_is_not_saved_before_that_is_said_in_numbers(
    dashboard: Client, campaign: Campaign
) -> None:
    page = save(dashboard, campaign, DROPS_JOSE, 409)
    assert "Not saved yet." in page and "1 row that gets a video now would get none" in page
    assert "Row 3, José: the cell city is empty" in page
    assert DROPS_JOSE in page and saved(campaign) == people.SCRIPT
    other = sha256(b"another text").hexdigest()
    save(dashboard, campaign, DROPS_JOSE, 409, confirmed=other)
    page = save(dashboard, campaign, DROPS_JOSE, confirmed=sha256(DROPS_JOSE.encode()).hexdigest())
    assert "Saved. 1 row will get no video by this script; 2 will." in page
    assert saved(campaign) == DROPS_JOSE


def test_of_two_who_write_the_second_is_told_and_both_texts_are_kept(
    dashboard: Client, campaign: Campaign, bob: User
) -> None:
    versions.save_script(campaign, "Bob says hello.", bob)
    page = save(dashboard, campaign, "Alice says hello.", 409, based_on="0")
    assert "bob saved version 2 while you were writing." in page
    assert "<del>Bob</del>" in page and "<ins>Alice</ins>" in page
    assert saved(campaign) == "Bob says hello."
    save(dashboard, campaign, "Alice says hello.", based_on="2")
    assert [one.script for one in campaign.script_versions.all()][:2] == [
        "Alice says hello.",
        "Bob says hello.",
    ]


def test_what_was_typed_stays_while_a_run_goes_on(dashboard: Client, campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.RENDERING)
    page = save(dashboard, campaign, "Words that took an hour.", 409)
    assert "A run is going on" in page and "Words that took an hour." in page
    assert saved(campaign) == people.SCRIPT


def test_versions_are_listed_with_their_difference_and_can_be_taken_again(
    dashboard: Client, campaign: Campaign, alice: User
) -> None:
    versions.save_script(campaign, "Hello world.", alice)
    versions.save_script(campaign, "Hello moon.", alice)
    page = dashboard.get(url(campaign, "versions")).content.decode()
    assert "<del>world</del><ins>moon</ins>" in page and "alice" in page
    page = dashboard.get(url(campaign, "versions"), {"against": "1"}).content.decode()
    assert "against version 1" in page
    page = dashboard.get(url(campaign, "script"), {"take": "2"}).content.decode()
    assert "This is the text of version 2." in page and "Hello world." in page
    assert saved(campaign) == "Hello moon."


def test_a_draft_is_offered_taken_and_thrown_away(dashboard: Client, campaign: Campaign) -> None:
    kept = dashboard.post(url(campaign, "draft"), {"script": "Half a sen", "based_on": "0"}).json()
    assert kept["kept"]
    page = dashboard.get(url(campaign, "script")).content.decode()
    assert "did not save it" in page and "Half a sen" not in page
    assert "Half a sen" in dashboard.get(url(campaign, "script"), {"draft": "1"}).content.decode()
    dashboard.post(url(campaign, "draft"), {"drop": "1"})
    assert "did not save it" not in dashboard.get(url(campaign, "script")).content.decode()


@pytest.mark.parametrize("slug", ["left_out", "hard_rows", "preview", "people"])
def test_what_is_only_posted_to_is_not_read(dashboard: Client, campaign: Campaign, slug: str) -> None:
    assert dashboard.get(url(campaign, slug)).status_code == 405


def test_the_page_is_told_whom_a_text_leaves_out_and_what_it_costs(
    dashboard: Client, campaign: Campaign
) -> None:
    told = dashboard.post(url(campaign, "left_out"), {"script": DROPS_JOSE}).json()
    assert told["sentence"] == "1 of 3 rows would get no video."
    assert told["rows"][0]["row"] == 3 and told["rows"][0]["name"] == "José"
    assert "of work for 3 videos" in told["cost"]
    hard = dashboard.post(url(campaign, "hard_rows"), {"script": people.SCRIPT, "kind": "missing"}).json()
    assert [row["label"] for row in hard["rows"]] == ["José · row 3"]
    assert dashboard.post(url(campaign, "hard_rows"), {"kind": "nonsense"}).status_code == 400
