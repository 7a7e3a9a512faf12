from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from campaigns import engine
from campaigns.models import Campaign
from campaigns.recordings.line_recordings import list_recordable_lines
from renderer.voices.text_to_speech import speak
from tests.renderer.speech.test_recorded_lines import save

LINE = "Hello Ada."


@pytest.fixture
def dashboard(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def sound(tmp_path: Path) -> bytes:
    return save(tmp_path / "a.wav", speak(LINE, engine.VoiceConfig(engine="piper")).samples).read_bytes()


def url(campaign: Campaign) -> str:
    return reverse("admin:campaigns_campaign_recordings", args=[campaign.pk])


def key(campaign: Campaign) -> str:
    return next(line.key for line in list_recordable_lines(campaign) if line.text == LINE)


def upload(dashboard: Client, campaign: Campaign, sound: bytes, **headers: str) -> tuple[int, str]:
    data = {"line": key(campaign), "sound": SimpleUploadedFile("a.wav", sound)}
    answer = dashboard.post(url(campaign), data, follow=True, headers=headers)
    return answer.status_code, answer.content.decode()


def test_a_recording_is_stored_heard_and_deleted(dashboard: Client, campaign: Campaign, sound: bytes) -> None:
    assert "Stored." in upload(dashboard, campaign, sound)[1]
    made = campaign.recordings.get()
    heard = dashboard.get(
        reverse("admin:campaigns_campaign_recording_sound", args=[campaign.pk, made.pk]),
        headers={"Range": "bytes=0-3"},
    )
    assert (heard.status_code, heard["Content-Type"], b"".join(heard)) == (206, "audio/wav", b"RIFF")
    answer = dashboard.post(url(campaign), {"delete": made.pk}, follow=True)
    assert "The voice says this line again." in answer.content.decode()
    assert not campaign.recordings.exists()


def test_the_pages_own_script_is_answered_with_json(dashboard: Client, campaign: Campaign) -> None:
    status, body = upload(dashboard, campaign, b"no sound", Accept="application/json")
    assert status == 400
    assert "The recording is no sound that can be read" in body


def test_a_changed_script_shows_what_was_recorded_for_another_text(
    dashboard: Client, campaign: Campaign, sound: bytes
) -> None:
    upload(dashboard, campaign, sound)
    Campaign.objects.update(script="Welcome {{ first_name }}.")
    assert "Recorded for another text" in dashboard.get(url(campaign)).content.decode()


def test_a_line_that_is_gone_is_told(dashboard: Client, campaign: Campaign, sound: bytes) -> None:
    data = {"line": "9.9:0", "sound": SimpleUploadedFile("a.wav", sound)}
    answer = dashboard.post(url(campaign), data, follow=True)
    assert "The script changed meanwhile" in answer.content.decode()


def test_nobody_hears_or_records_without_the_right(client: Client, campaign: Campaign, bob: User) -> None:
    client.force_login(bob)
    assert client.get(url(campaign)).status_code == 302
    assert client.post(url(campaign), {"line": "x"}).status_code == 302
