"""The table of voice engines: who can speak, under which licence, and which module does it.

A new voice is one module with a function that returns a `renderer.speech.utterance.Voice`, and one entry
here: options, choices on pages, checks and cache keys follow (docs/extending.md). An engine's module is
imported when it speaks for the first time, so the table costs nothing where nobody speaks.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from renderer.config import VoiceConfig
from renderer.errors import RenderError
from renderer.speech.utterance import Voice

RATE_MIN, RATE_MAX = 0.5, 2.0  # beyond, phones are too short or too long for a mouth to follow


@dataclass(frozen=True)
class VoiceEngine:
    """One way to make speech.

    ``name`` stands in options, in a campaign's row and in cache keys, and is never renamed; ``label`` stands
    on pages. ``takes`` says what `VoiceConfig.voice` may name, ``packaged`` what "" stands for. ``loader``
    is the dotted name of a function: `VoiceConfig.voice` → `Voice`. Where a voice is a model in files, each
    is named by the model's path and one of ``model_suffixes``, or ``finder``, the dotted name of a function,
    finds them; their content is part of a line's cache key. ``settings``, another such name, tells what else
    decides how the engine's voices sound; that is part of the key as well. ``extra`` is the optional
    dependency of this project that brings the engine, "" where none is needed.
    """

    name: str
    label: str
    licence: str
    languages: str
    packaged: str
    takes: str
    loader: str
    model_suffixes: tuple[str, ...] = ()
    finder: str = ""
    settings: str = ""
    extra: str = ""

    def load(self, voice: str) -> Voice:
        """A voice of this engine, ready to speak. RenderError where it is missing or not installed."""
        try:
            voice_of: Callable[[str], Voice] = _import_function(self.loader)
            return voice_of(voice)
        except ModuleNotFoundError as error:
            raise RenderError(
                f"The voice engine “{self.name}” needs the package {error.name}, which is not installed. "
                + (f"Install the “{self.extra}” extra, or choose" if self.extra else "Install it, or choose")
                + " another voice."
            ) from error

    def find_model_files(self, voice: str) -> list[Path]:
        """The files that make a voice, where it is a model in files; [] for a voice that has a name alone."""
        if self.finder:
            return _find_files(self.finder, voice)
        named = [Path(f"{voice}{suffix}") for suffix in self.model_suffixes] if voice else []
        return [path for path in named if path.is_file()]

    def read_settings(self) -> dict[str, str]:
        """What decides, beside a voice's name and files, how it sounds; {} where nothing does."""
        if not self.settings:
            return {}
        read: Callable[[], dict[str, str]] = _import_function(self.settings)
        return read()


def _import_function(dotted: str) -> Any:
    module, _, function = dotted.rpartition(".")
    return getattr(import_module(module), function)


def _find_files(finder: str, voice: str) -> list[Path]:
    """What an engine's finder finds; [] where the engine is not installed, which is said when it speaks."""
    try:
        found: list[Path] = _import_function(finder)(voice)
    except ModuleNotFoundError:
        return []
    return found


# The first one is the default.
ENGINES: tuple[VoiceEngine, ...] = (
    VoiceEngine(
        name="hibari",
        label="Hibari (fast, English)",
        licence="Apache-2.0",
        languages="US English",
        packaged="heart",
        takes="the name of a voice",
        loader="renderer.voices.hibari_voice.load_hibari",
        finder="renderer.voices.hibari_voice.find_hibari_files",
    ),
    VoiceEngine(
        name="kokoro",
        label="Kokoro (natural)",
        licence="Apache-2.0",
        languages="English; French, Hindi, Italian, Portuguese and Spanish with the extra “piper”",
        packaged="high",
        takes="the name of a style, or the path of a style file",
        loader="renderer.voices.kokoro_voice.load_kokoro",
        finder="renderer.voices.styles.find_style_files",
        extra="kokoro",
    ),
    VoiceEngine(
        name="piper",
        label="Piper",
        licence="GPL-3.0-or-later; each model has its own",
        languages="the model's; the packaged one speaks US English",
        packaged="the model “joe”",
        takes="the path of an .onnx voice",
        loader="renderer.voices.piper_voice.load_piper",
        model_suffixes=("", ".json"),
        extra="piper",
    ),
    VoiceEngine(
        name="pyttsx3",
        label="pyttsx3 / eSpeak NG",
        licence="MPL-2.0, with eSpeak NG under GPL-3.0-or-later",
        languages="more than a hundred",
        packaged="en-us",
        takes="a voice name such as en-gb",
        loader="renderer.voices.espeak_voice.load_espeak",
        extra="espeak",
    ),
    VoiceEngine(
        name="http",
        label="Speech server",
        licence="that of the server and its voices",
        languages="the server's; SPEECH_SERVER_LANGUAGE names it",
        packaged="SPEECH_SERVER_VOICE",
        takes="a voice of the server in SPEECH_SERVER_URL, such as alloy",
        loader="renderer.voices.http_voice.load_http",
        settings="renderer.voices.http_voice.describe_server",
    ),
)


def find_engine(name: str) -> VoiceEngine:
    """The engine of this name, for "" the default one. Raises RenderError for a name not in the table."""
    for engine in ENGINES:
        if name in (engine.name, ""):
            return engine
    raise RenderError(
        f"There is no speech engine “{name}”. Choose one of: {', '.join(one.name for one in ENGINES)}."
    )


def check_voice(config: VoiceConfig) -> VoiceEngine:
    """The engine of a voice. Raises RenderError for an unknown one, for one that lacks its settings, and for
    a rate that is out of range."""
    engine = find_engine(config.engine)
    engine.read_settings()
    if not RATE_MIN <= config.rate <= RATE_MAX:
        raise RenderError(
            f"The speaking rate {config.rate} is out of range. Choose {RATE_MIN} to {RATE_MAX}."
        )
    return engine


def load_voice(config: VoiceConfig) -> Voice:
    """The voice, ready to speak. Raises RenderError for one that cannot be had."""
    return check_voice(config).load(config.voice)


def add_voice_options(parser: ArgumentParser, *, with_model: bool = False) -> None:
    """The option ``--voice`` of a command, and ``--voice-model`` where it takes one."""
    names = [engine.name for engine in ENGINES]
    parser.add_argument("--voice", choices=names, default=names[0], help=f"default: {names[0]}")
    if with_model:
        takes = "; ".join(f"{engine.name}: {engine.takes}" for engine in ENGINES)
        parser.add_argument("--voice-model", default="", help=f"{takes}; default: the packaged one")
