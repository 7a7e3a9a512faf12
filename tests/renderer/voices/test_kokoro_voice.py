from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from renderer.config import VoiceConfig
from renderer.errors import RenderError
from renderer.speech.pitch import measure_pitch_hz
from renderer.voices.kokoro_voice import KokoroSpeaker, load_kokoro
from renderer.voices.speech_cache import compute_speech_key
from renderer.voices.styles import find_style_files, read_style, write_style
from renderer.voices.text_to_speech import speak

LINE = "May we borrow some of your money on Monday?"
LOW = read_style(find_style_files("low")[0])


def test_each_phone_belongs_to_a_word_and_times_add_up_to_the_sound() -> None:
    said = KokoroSpeaker(LOW).say(["Hello", "Niamh,", "come", "in."], 1.0, {1: "ˈniːv"})
    own = [p.symbol for p, word in zip(said.phones, said.word_of, strict=True) if word == 1]
    assert own == ["n", "i", "v"]
    assert {word for word in said.word_of if word is not None} == {0, 1, 2, 3}
    assert said.phones[-1].end_s == pytest.approx(len(said.samples) / said.rate_hz, abs=1e-3)


@pytest.mark.parametrize("pitch", [0.9, 1.2])
def test_a_styles_pitch_raises_the_voice_and_keeps_its_pace(pitch: float) -> None:
    plain, other = (KokoroSpeaker(style).say(LINE.split(), 1.0) for style in (LOW, replace(LOW, pitch=pitch)))
    rise = measure_pitch_hz(other.samples, other.rate_hz) / measure_pitch_hz(plain.samples, plain.rate_hz)
    assert rise == pytest.approx(pitch, rel=0.08)
    lengths_s = [one.phones[-1].end_s for one in (plain, other)]
    assert lengths_s[1] == pytest.approx(lengths_s[0], rel=0.1)
    assert other.phones[-1].end_s == pytest.approx(len(other.samples) / other.rate_hz, abs=1e-3)


def test_a_style_in_a_file_speaks_and_counts_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    write_style(replace(LOW, rate=1.0), path)
    voice = VoiceConfig("kokoro", str(path))
    before, speech = compute_speech_key("Hi.", voice), speak("Hi there.", voice)
    moved = path.rename(tmp_path / "yours.safetensors")
    assert compute_speech_key("Hi.", VoiceConfig("kokoro", str(moved))) == before
    write_style(replace(LOW, rate=0.7), path)
    assert compute_speech_key("Hi.", voice) != before
    assert speak("Hi there.", voice).duration_s > speech.duration_s


def test_a_style_that_is_not_there_is_refused_with_the_choices() -> None:
    with pytest.raises(RenderError, match="high, low"):
        load_kokoro("nobody")


def test_a_style_of_a_language_without_sounds_is_refused(tmp_path: Path) -> None:
    write_style(replace(LOW, language="ja"), tmp_path / "kumo.safetensors")
    with pytest.raises(RenderError, match="kumo speaks “ja”"):
        load_kokoro(str(tmp_path / "kumo.safetensors"))


def test_a_french_style_says_french(tmp_path: Path) -> None:
    write_style(replace(LOW, language="fr"), tmp_path / "fr.safetensors")
    said = load_kokoro(str(tmp_path / "fr.safetensors")).say(["Bonjour", "Renée,", "ça", "va ?"], 1.0)
    own = "".join(p.symbol for p, word in zip(said.phones, said.word_of, strict=True) if word == 0)
    assert own.startswith("b") and own.endswith("ʁ")
    assert np.all(np.diff([word for word in said.word_of if word is not None]) >= 0)
