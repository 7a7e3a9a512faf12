"""Lines are heard before anything is rendered, and nothing else is spoken."""

from __future__ import annotations

import io
import json
import wave
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, Presenter, PronunciationEntry
from tests import people

VOICE = {"voice_engine": "pyttsx3", "voice": "", "locale": "en-GB"}


@pytest.fixture
def dashboard(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def list_sounds(dashboard: Client, campaign: Campaign, script: str, **voice: str) -> list[dict[str, str]]:
    row = campaign.recipients.get(name="Ada")
    address = reverse("admin:campaigns_campaign_preview", args=[campaign.pk])
    fields = {"script": script, "recipient": row.pk, **VOICE, **voice}
    return list(dashboard.post(address, fields).json()["sounds"])


def measure_s(wav: bytes) -> float:
    with wave.open(io.BytesIO(wav)) as file:
        return file.getnframes() / file.getframerate()


def test_each_line_of_a_script_that_is_not_saved_can_be_heard(dashboard: Client, campaign: Campaign) -> None:
    first, second = list_sounds(dashboard, campaign, "Hello {{ first_name }}. This line takes much longer.")
    answers = [dashboard.get(one["url"]) for one in (first, second)]
    assert [answer["Content-Type"] for answer in answers] == ["audio/wav"] * 2
    assert 0.3 < measure_s(answers[0].content) < measure_s(answers[1].content)
    assert "private" in answers[0]["Cache-Control"] and "max-age" in answers[0]["Cache-Control"]
    again = dashboard.get(first["url"], headers={"If-None-Match": answers[0]["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_correction_gives_a_line_another_address_and_another_sound(
    dashboard: Client, campaign: Campaign
) -> None:
    [before] = list_sounds(dashboard, campaign, "Hello {{ first_name }}.")
    PronunciationEntry.objects.create(word="Ada", key="ada", said="adda-la-da")
    [after] = list_sounds(dashboard, campaign, "Hello {{ first_name }}.")
    assert before["url"] != after["url"]
    assert dashboard.get(after["url"]).status_code == 200


def test_what_the_voice_cannot_say_is_a_sentence(dashboard: Client, campaign: Campaign) -> None:
    [sound] = list_sounds(dashboard, campaign, "Hello 王小明.")
    answer = dashboard.get(sound["url"])
    assert answer.status_code == 422
    assert "王小明" in answer.json()["problem"]
    [missing] = list_sounds(dashboard, campaign, "Hello.", voice_engine="sam")
    assert "no speech engine “sam”" in missing["problem"]
    [missing] = list_sounds(dashboard, campaign, "Hello.", voice_engine="piper", voice="/nowhere.onnx")
    assert "There is no voice “/nowhere.onnx” here" in missing["problem"]


def test_a_line_that_is_too_long_is_not_heard(dashboard: Client, campaign: Campaign) -> None:
    [sound] = list_sounds(dashboard, campaign, "word " * 200)
    assert "more than 600 characters" in sound["problem"]
    [sound] = list_sounds(dashboard, campaign, "".join(chr(0x4E00 + n * 7) for n in range(600)))
    assert len(sound["url"]) < 4000  # what servers take


def test_only_lines_that_a_preview_of_this_campaign_showed_are_spoken(
    dashboard: Client, campaign: Campaign, alice: User, presenter: Presenter
) -> None:
    [sound] = list_sounds(dashboard, campaign, "Hello.")
    [token] = parse_qs(urlsplit(sound["url"]).query)["line"]
    other = people.campaign(alice, presenter)
    elsewhere = reverse("admin:campaigns_campaign_sound", args=[other.pk])
    here = reverse("admin:campaigns_campaign_sound", args=[campaign.pk])
    assert dashboard.get(elsewhere, {"line": token}).status_code == 403
    assert dashboard.get(here, {"line": json.dumps({"text": "Hi."})}).status_code == 403
    assert dashboard.get(here, {"line": token[:-1] + "x"}).status_code == 403
    assert dashboard.get(here).status_code == 403
    assert dashboard.post(here, {"line": token}).status_code == 405


def test_nobody_hears_without_the_right_to_the_campaign(
    dashboard: Client, campaign: Campaign, bob: User
) -> None:
    [sound] = list_sounds(dashboard, campaign, "Hello.")
    stranger = Client()
    assert stranger.get(sound["url"]).status_code == 302
    bob.is_staff = True
    bob.save()
    stranger.force_login(bob)
    assert stranger.get(sound["url"]).status_code == 403
    bob.user_permissions.add(Permission.objects.get(codename="view_campaign"))
    assert stranger.get(sound["url"]).status_code == 200
