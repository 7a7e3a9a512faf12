from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from renderer.config import VoiceConfig
from renderer.runtime.store import Store
from renderer.speech.pitch import measure_pitch_hz
from renderer.voices.catalogue import (
    SAMPLE,
    describe_misfit,
    find_nearest_voices,
    find_voice,
    list_voices,
    speak_sample,
)
from renderer.voices.registry import ENGINES, VoiceInfo
from renderer.voices.styles import SHAPE, Style, write_style

HIGH = VoiceInfo("a", "anna", "high", "en-us", 210.0, "CC0")
LOW = VoiceInfo("a", "otto", "low", "en-us", 95.0, "CC0")
GERMAN = VoiceInfo("a", "eva", "high", "de", 200.0, "CC0")
BRITISH = VoiceInfo("a", "emma", "high", "en-gb", 200.0, "CC0")


def test_every_engine_lists_its_voices_with_licence_and_language() -> None:
    listed = list_voices()
    # What a server has, only the server tells; such an engine is known by its settings.
    assert {voice.engine for voice in listed} == {engine.name for engine in ENGINES if not engine.settings}
    assert all(voice.label and voice.language and voice.licence for voice in listed)
    assert len({(voice.engine, voice.name) for voice in listed}) == len(listed)


def test_the_nearest_voice_is_near_in_pitch_and_language() -> None:
    voices = [HIGH, LOW, GERMAN, BRITISH]
    assert find_nearest_voices(100.0, "en-us", voices)[0] == LOW
    assert find_nearest_voices(213.0, "en-us", voices)[0] == HIGH
    assert find_nearest_voices(213.0, "en-gb", voices)[0] == BRITISH
    assert find_nearest_voices(100.0, "de", voices)[0] == GERMAN


def test_pitch_is_compared_on_a_scale_of_octaves() -> None:
    middle = [replace(LOW, pitch_hz=100.0), replace(HIGH, pitch_hz=220.0)]
    assert find_nearest_voices(155.0, "en-us", middle)[0].pitch_hz == 220.0


@pytest.mark.parametrize("pitch_hz", [160.0, 210.0, 270.0, 0.0])
def test_a_voice_within_a_third_fits(pitch_hz: float) -> None:
    assert describe_misfit(pitch_hz, HIGH) == ""


def test_a_voice_of_another_pitch_or_language_is_told() -> None:
    assert "much higher than the presenter's: 210 Hz, and 95 Hz" in describe_misfit(95.0, HIGH)
    assert "much lower" in describe_misfit(210.0, LOW)
    assert describe_misfit(210.0, HIGH, "en-GB") == ""
    assert describe_misfit(210.0, HIGH, "de-DE") == "This voice speaks “en-us”, and the script is in “de-DE”."


def test_settings_lead_to_what_is_known_of_their_voice() -> None:
    first = list_voices()[0]
    assert find_voice(VoiceConfig()) == find_voice(VoiceConfig(first.engine, first.name)) == first
    assert find_voice(VoiceConfig(first.engine, "nobody")) is None


@pytest.mark.parametrize("voice", ENGINES[0].voices, ids=lambda voice: voice.name)
def test_a_voices_pitch_is_what_its_sample_has(voice: VoiceInfo, tmp_path: Path) -> None:
    said = speak_sample(voice, Store(tmp_path))
    assert [word.text for word in said.words] == SAMPLE.split()
    assert measure_pitch_hz(said.samples, said.rate_hz) == pytest.approx(voice.pitch_hz, rel=0.12)


def test_an_added_style_is_listed_and_a_broken_file_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYNAME_VOICES", str(tmp_path))
    (tmp_path / "broken.safetensors").write_text("not this")
    numbers = np.zeros(SHAPE, np.float32)
    write_style(Style(numbers, "mine", language="fr", pitch_hz=120), tmp_path / "mine.safetensors")
    added = [voice for voice in list_voices() if voice.name in ("mine", "broken")]
    assert [(voice.name, voice.language, voice.pitch_hz) for voice in added] == [("mine", "fr", 120.0)]
