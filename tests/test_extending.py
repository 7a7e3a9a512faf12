"""docs/extending.md tells the truth: each example is taken from the page, added as it stands, and used."""

from __future__ import annotations

import importlib
import re
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core.management import call_command, load_command_class
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from campaigns import engine
from campaigns.delivery.channels import registry
from campaigns.delivery.links import page_url
from campaigns.delivery.schedule import deliver
from campaigns.models import Campaign, Delivery
from campaigns.states import DeliveryState
from campaigns.views.forms import ScriptForm
from renderer import cli
from renderer.config import EngineConfig, VoiceConfig
from renderer.face import landmarks
from renderer.presenter.presenter import Presenter
from renderer.refiner import backends
from renderer.render.job import MessageJob
from renderer.render.pipeline import render_message
from renderer.render.plan import plan_script_slots
from renderer.runtime.store import Store
from renderer.voices import registry as voices
from renderer.voices.text_to_speech import speak
from tests import imports
from tests.campaigns.mail import approve_all, press_send
from tests.presenters import Baked
from tests.renderer.face.test_landmarks import raw_indices
from tests.test_docs import page, rows_of

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = dict(re.findall(r"^```python\n# (.+?)\n(.*?)^```$", page("extending.md"), re.M | re.S))
SHEET = "first_name;email;Folder name\nAda;ada@example.org;ada\nBo;;bo\nCy;cy@example.org;c/y\n"

AddModule = Callable[[str], ModuleType]


@pytest.fixture
def add_module(tmp_path: Path) -> Iterator[AddModule]:
    """Puts an example's module where the page says, as if it lay in that folder of the project."""
    added: list[tuple[Any, str, str]] = []

    def add(path: str) -> ModuleType:
        file = tmp_path / path
        assert not (ROOT / path).exists()
        file.parent.mkdir(parents=True)
        file.write_text(EXAMPLES[path], encoding="utf-8")
        name = path.removesuffix(".py").replace("/", ".")
        package = importlib.import_module(name.rpartition(".")[0])
        package.__path__.append(str(file.parent))
        added.append((package, str(file.parent), name))
        return importlib.import_module(name)

    yield add
    for package, folder, name in added:
        package.__path__.remove(folder)
        del sys.modules[name]
        delattr(package, name.rpartition(".")[2])


def run_entry(module: ModuleType, table: str) -> Any:
    """What an example makes of a table, run as if it stood at the end of the table's module."""
    path = str(Path(module.__file__ or "").relative_to(ROOT))
    space = dict(vars(module))
    exec(EXAMPLES[path], space)
    return space[table]


def test_the_page_has_an_example_of_each_kind() -> None:
    assert len(EXAMPLES) == 9


def test_the_page_lists_the_voices_that_there_are() -> None:
    listed = [tuple(row) for row in rows_of(page("extending.md"))]
    assert listed == [(one.name, one.label, one.licence, one.languages, one.takes) for one in voices.ENGINES]


# --- a voice ---


@pytest.fixture
def beep(add_module: AddModule, monkeypatch: pytest.MonkeyPatch) -> None:
    add_module("renderer/voices/beep_voice.py")
    monkeypatch.setattr(voices, "ENGINES", run_entry(voices, "ENGINES"))


def test_a_new_voice_speaks(beep: None) -> None:
    speech = speak("Hello Ada, hello Bo!", VoiceConfig("beep"))
    assert [word.text for word in speech.words] == ["Hello", "Ada,", "hello", "Bo!"]
    assert speech.duration_s == pytest.approx(15 * 0.09, abs=0.05)
    assert speak("Hello Ada, hello Bo!", VoiceConfig("beep")).samples.tobytes() == speech.samples.tobytes()


@pytest.mark.parametrize("command", ["demo", "bench_campaign", "make_messages"])
def test_a_new_voice_is_an_option_of_each_command(beep: None, command: str) -> None:
    parser = load_command_class("campaigns", command).create_parser("manage.py", command)
    assert "beep" in parser.format_help()


@pytest.mark.parametrize("command", ["render", "compare"])
def test_a_new_voice_is_an_option_of_the_engines_own_commands(
    beep: None, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    assert "{hibari,kokoro,piper,pyttsx3,http,beep}" in capsys.readouterr().out


def test_no_voice_is_an_option_before_it_is_added() -> None:
    parser = ArgumentParser()
    voices.add_voice_options(parser)
    assert "beep" not in parser.format_help()
    assert "beep" not in dict(engine.list_voice_choices())


def test_a_campaign_may_choose_a_new_voice_and_no_migration_is_needed(beep: None, campaign: Campaign) -> None:
    fields = {"script": "Hi.", "presenter": campaign.presenter_id, "voice_engine": "beep"}
    form = ScriptForm(fields, instance=campaign)
    assert ("beep", "Beeps") in form.fields["voice_engine"].choices  # type: ignore[attr-defined]
    assert "Beeps: nothing." in form.fields["voice"].help_text
    assert form.is_valid()
    form.save()
    stored = Campaign.objects.get(pk=campaign.pk)
    stored.full_clean()
    assert engine.choose_voice(stored.voice_engine) == VoiceConfig("beep")
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


# --- a channel ---


@pytest.fixture
def folder(
    add_module: AddModule, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> Path:
    settings.VAR_DIR = tmp_path / "var"
    add_module("campaigns/delivery/channels/folder.py")
    monkeypatch.setattr(registry, "CHANNELS", run_entry(registry, "CHANNELS"))
    return tmp_path / "var" / "sent"


def url(campaign: Campaign, step: str) -> str:
    return reverse(f"admin:campaigns_campaign_{step}", args=[campaign.pk])


@pytest.fixture
def sendable(client: Client, campaign: Campaign, alice: User, folder: Path) -> Campaign:
    """A campaign whose spreadsheet has folders, with every good row approved."""
    client.force_login(alice)
    imports.choose(client, campaign, SHEET)
    imports.apply(client, campaign)
    approve_all(campaign, alice)
    return campaign


def test_a_new_channels_addresses_are_checked_when_a_spreadsheet_is_uploaded(sendable: Campaign) -> None:
    problems = {
        one.name: [problem.message for problem in one.found_problems] for one in sendable.recipients.living()
    }
    assert problems == {
        "Ada": [],
        "Bo": [],  # has no e-mail address, and a folder is enough
        "Cy": ["“c/y” is not the name of a folder. Correct it, such as ada-lovelace."],
    }


def test_a_new_channel_has_a_button_and_sends(sendable: Campaign, client: Client, folder: Path) -> None:
    shown = client.get(url(sendable, "send")).content.decode()
    assert "Send 1 mail" in shown and "Send 2 files" in shown
    assert "2 files on the way." in press_send(client, url(sendable, "send"), channel="folder")
    for delivery in Delivery.objects.all():
        assert deliver(delivery.pk, "test") == DeliveryState.SENT
    links = {file.parent.name: file.read_text() for file in folder.rglob("video.txt")}
    messages = sendable.messages.select_related("recipient")
    assert links == {one.recipient.name.lower(): f"{page_url(one)}\n" for one in messages}
    again = press_send(client, url(sendable, "send"), channel="folder")
    assert "0 files on the way. 2 had been handed over before." in again
    assert "Send 1 mail" in again and "Folder" in again


def test_who_opts_out_is_not_reached_by_a_new_channel_either(sendable: Campaign, client: Client) -> None:
    message = sendable.messages.get(recipient__name="Bo")
    client.post(reverse("message-opt-out", args=[message.public_id]))
    answer = press_send(client, url(sendable, "send"), channel="folder")
    assert "1 file on the way." in answer and "1 not written to" in answer


def test_a_channel_that_does_not_exist_is_refused_on_the_page(sendable: Campaign, client: Client) -> None:
    pressed = {"action": "send", "channel": "pigeon"}
    answer = client.post(url(sendable, "send"), pressed, follow=True).content.decode()
    assert "no channel “pigeon”" in answer
    assert not Delivery.objects.exists()


# --- a refiner backend ---


@pytest.fixture
def sharpened(add_module: AddModule, monkeypatch: pytest.MonkeyPatch, baked: Baked, tmp_path: Path) -> Path:
    """A bake that names the new backend."""
    add_module("renderer/refiner/sharpening.py")
    monkeypatch.setattr(backends, "BACKENDS", run_entry(backends, "BACKENDS"))
    out = tmp_path / "sharpened.safetensors"
    exec(EXAMPLES["a script of your own"], {"bake": baked.bake, "sharpened": out})
    return out


@pytest.mark.slow
def test_a_new_voice_and_a_new_refiner_make_a_message(
    beep: None, baked: Baked, sharpened: Path, tmp_path: Path
) -> None:
    assert Presenter.load(sharpened).refiner == "sharpening"
    lines, config, store = (
        (("0", "Hello Ada."),),
        EngineConfig(voice=VoiceConfig("beep")),
        Store(tmp_path / "store"),
    )
    slots = plan_script_slots([lines], Fraction(25), config, store)

    def render(presenter: Path, name: str) -> bytes:
        job = MessageJob(lines, presenter, baked.take, slots, tmp_path / name, config)
        return render_message(job, store).video.read_bytes()

    first = render(sharpened, "first")
    assert first == render(sharpened, "again")
    without = tmp_path / "flat.safetensors"
    flat = {"amount": np.zeros(1, np.float32)}
    replace(Presenter.load(sharpened), network=flat).save(without)
    assert first != render(without, "flat")


# --- a landmark set ---


def test_a_new_landmark_set_is_measured(
    add_module: AddModule, monkeypatch: pytest.MonkeyPatch, baked: Baked
) -> None:
    monkeypatch.setattr(landmarks, "BROWS", run_entry(landmarks, "BROWS"), raising=False)
    brows = add_module("renderer/scoring/brows.py")
    height = brows.measure_brow_height(Presenter.load(baked.bake).points)
    assert 0.05 < height.mean() < 0.8
    assert raw_indices(EXAMPLES["renderer/scoring/brows.py"], "brows.py") == []
    assert raw_indices(EXAMPLES["renderer/face/landmarks.py"], "elsewhere.py") != []
