"""The command `voices`: a table of all voices as measured, hard names as they say them, more styles."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from renderer.config import VoiceConfig
from renderer.errors import RenderError
from renderer.scoring.voice_quality import measure_voice
from renderer.speech.phones import join_silence
from renderer.voices.added_styles import add_styles, describe_style
from renderer.voices.catalogue import list_voices
from renderer.voices.hard_names import HARD_NAMES, HardName
from renderer.voices.registry import VoiceInfo, find_engine
from renderer.voices.text_to_speech import speak


def add_voices_options(parser: argparse.ArgumentParser) -> None:
    """`voices`, `voices names` and `voices add FILE...`."""
    parser.set_defaults(run=run_table)
    actions = parser.add_subparsers()
    names = actions.add_parser("names", help="what each English voice says for hard names")
    names.set_defaults(run=run_names)
    add = actions.add_parser("add", help="add styles from files or from an archive of the npm package")
    add.add_argument("files", nargs="+", type=Path, metavar="FILE")
    add.set_defaults(run=run_add)


def run_table(options: argparse.Namespace) -> int:
    """Prints every voice that speaks English here, measured."""
    for line in _format_table():
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    return 0


def run_names(options: argparse.Namespace) -> int:
    """Prints hard names with the phones that each engine says."""
    for line in _format_names():
        sys.stdout.write(f"{line}\n")
    return 0


def run_add(options: argparse.Namespace) -> int:
    """Adds styles, and says which."""
    for file in options.files:
        for path in add_styles(file, describe_style):
            sys.stdout.write(f"{path.stem}: {path}\n")
    return 0


def _format_table() -> Iterator[str]:
    yield "| engine | voice | pitch | licence | language | speech time ÷ real time | phones heard | DNSMOS |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for voice in list_voices():
        if voice.language.startswith("en"):
            yield _format_voice(voice)


def _format_voice(voice: VoiceInfo) -> str:
    try:
        measured = measure_voice(VoiceConfig(voice.engine, voice.name))
    except RenderError as error:
        return f"| `{voice.engine}` | `{voice.name}` | {error.message} | | | | | |"
    name = f"`{voice.name}`" if voice.name else find_engine(voice.engine).packaged
    return (
        f"| `{voice.engine}` | {name} | {voice.label}, {measured.pitch_hz:.0f} Hz | {voice.licence} "
        f"| {voice.language} | {measured.speed:.3f} | {measured.heard:.2f} | {measured.mos or 0:.2f} |"
    )


def _format_names() -> Iterator[str]:
    engines = list(dict.fromkeys(voice.engine for voice in list_voices()))
    yield f"| name | should be | {' | '.join(engines)} |"
    yield "| --- " * (len(engines) + 2) + "|"
    for hard in HARD_NAMES:
        cells = [_say_name(hard, engine) for engine in engines]
        yield f"| {hard.name} | {hard.ipa} | {' | '.join(cells)} |"


def _say_name(hard: HardName, engine: str) -> str:
    try:
        said = speak(f"{hard.name}.", VoiceConfig(engine))
    except RenderError:
        return "refused"
    phones = "".join(phone.symbol for phone in join_silence(said.phones))
    return phones if hard.is_right(phones) else f"**{phones}**"
