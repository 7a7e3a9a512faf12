"""A page names a voice of the list, or a file of one folder; of other files it learns nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from campaigns.engine import RenderError
from campaigns.models import Campaign
from campaigns.storage.campaign_voice import choose_campaign_voice
from campaigns.storage.voice_files import find_voice_file


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.VOICES_FOLDER = tmp_path / "voices"
    (tmp_path / "voices").mkdir()
    (tmp_path / "voices" / "ours.onnx").write_bytes(b"a model")
    (tmp_path / "secret.onnx").write_bytes(b"not for pages")
    (tmp_path / "voices" / "link.onnx").symlink_to(tmp_path / "secret.onnx")
    return tmp_path


def test_a_name_of_the_list_and_a_file_of_the_folder_are_taken(folder: Path) -> None:
    ours = str((folder / "voices" / "ours.onnx").resolve())
    assert find_voice_file("piper", "") == ""
    assert find_voice_file("hibari", "heart") == "heart"
    assert find_voice_file("pyttsx3", "en-gb") == "en-gb"  # no engine of files
    assert find_voice_file("piper", "ours.onnx") == find_voice_file("piper", ours) == ours


@pytest.mark.parametrize("engine", ["piper", "kokoro", "hibari"])
def test_what_is_elsewhere_is_answered_like_what_is_not_there(folder: Path, engine: str) -> None:
    told = set()
    for voice in (
        f"{folder}/secret.onnx",
        f"{folder}/none.onnx",
        "../secret.onnx",
        "link.onnx",
        "/etc/passwd",
    ):
        with pytest.raises(RenderError) as refused:
            find_voice_file(engine, voice)
        told.add(refused.value.message.replace(voice, "…"))
    assert len(told) == 1


def test_a_campaign_and_its_page_go_through_it(client: Client, campaign: Campaign, folder: Path) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(voice_engine="piper", voice=f"{folder}/secret.onnx")
    campaign.refresh_from_db()
    with pytest.raises(RenderError, match="There is no voice"):
        choose_campaign_voice(campaign)
    client.force_login(campaign.created_by)
    row = campaign.recipients.get(name="Ada")
    tried = {"script": "Hello.", "recipient": row.pk, "voice_engine": "piper", "voice": "/etc/passwd"}
    shown = client.post(reverse("admin:campaigns_campaign_preview", args=[campaign.pk]), tried)
    assert "There is no voice" in shown.json()["sounds"][0]["problem"]
