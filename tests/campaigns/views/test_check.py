"""The dashboard shows before a run what each person will hear."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, PronunciationEntry
from campaigns.recordings.line_recordings import hash_text
from campaigns.scripts.template import fill


@pytest.fixture
def dashboard(client: Client, alice: User, campaign: Campaign) -> Client:
    Campaign.objects.filter(pk=campaign.pk).update(voice_engine="hibari")
    client.force_login(alice)
    return client


def show(dashboard: Client, campaign: Campaign, **query: str) -> str:
    page = reverse("admin:campaigns_campaign_check", args=[campaign.pk])
    return dashboard.get(page, query).content.decode()


def test_each_row_shows_its_lines_and_its_problems(dashboard: Client, campaign: Campaign) -> None:
    PronunciationEntry.objects.create(word="Ada", key="ada", said="ˈɑːdɑː", is_ipa=True)
    page = show(dashboard, campaign)
    assert "Hello José." in page
    assert "Hello /ˈɑːdɑː/." in page
    assert "is not an address" in page
    assert "Hello José." not in show(dashboard, campaign, verdict="rejected")


def test_what_keeps_the_run_from_starting_is_said_once(dashboard: Client, campaign: Campaign) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(voice_engine="piper", voice="/nowhere.onnx")
    assert show(dashboard, campaign).count("bn-note-bad") == 1
    Campaign.objects.filter(pk=campaign.pk).update(script="Hi {{ nick }}.")
    assert "“nick” is not a column" in show(dashboard, campaign)
    Campaign.objects.filter(pk=campaign.pk).update(voice_engine="gone")
    assert "no speech engine “gone”" in show(dashboard, campaign)


def test_a_line_that_somebody_recorded_is_marked(dashboard: Client, campaign: Campaign) -> None:
    line = fill(campaign.script, campaign.recipients.get(name="Ada").values)[0]
    assert "recorded" not in show(dashboard, campaign)
    campaign.recordings.create(
        line_id=line.id, text=line.text, text_sha256=hash_text(line.text), sha256="a" * 64, file="ada.wav"
    )
    assert show(dashboard, campaign).count("recorded") == 1
