"""What lines sound like: voices, words, pronunciations and recordings."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from campaigns.engine.machine import open_store
from renderer.config import VoiceConfig
from renderer.errors import RenderError
from renderer.render.job import Lines
from renderer.runtime.store import Store
from renderer.speech.utterance import refuse_ipa
from renderer.voices import registry as voices
from renderer.voices.catalogue import find_nearest_voices
from renderer.voices.registry import check_voice
from renderer.words.locales import LOCALES, check_locale
from renderer.words.pronunciations import Pronunciation, Pronunciations
from renderer.words.script_words import parse_script_words

if TYPE_CHECKING:  # these load torch and the video libraries: only a worker pays for that
    from renderer.evaluation.seams import SeamRatios as SeamRatios
    from renderer.evaluation.seams import SeamView as SeamView
    from renderer.speech.recorded_lines import RecordedLines as RecordedLines
    from renderer.voices.lexicon import WordSounds


# As the voice of a campaign: the one that was fitted to its presenter.
PRESENTER_VOICE = "presenter"


def measure_line_s(
    text: str, voice: VoiceConfig, cache: Store | None = None, known: Pronunciations = ()
) -> float:
    """How long a line takes to say: synthesised now, unless the store has it. Raises RenderError."""
    from renderer.voices.speech_cache import speak_cached

    return speak_cached(text, voice, cache or open_store(), known).duration_s


def find_cached_line_s(
    text: str, voice: VoiceConfig, cache: Store | None = None, known: Pronunciations = ()
) -> float | None:
    """How long a line that was spoken before takes; None for one that the store does not have."""
    from renderer.voices.speech_cache import find_spoken_s

    return find_spoken_s(text, voice, cache or open_store(), known)


def compute_line_key(text: str, voice: VoiceConfig, known: Pronunciations = ()) -> str:
    """What changes when a line is said in another way. Raises RenderError for an engine that is gone."""
    from renderer.voices.speech_cache import compute_speech_key

    return compute_speech_key(text, voice, known)


def speak_line(
    text: str, voice: VoiceConfig, known: Pronunciations = (), cache: Store | None = None
) -> bytes:
    """A line's sound as a WAV file, out of the store or synthesised now. Raises RenderError."""
    from renderer.speech.wav import write_wav
    from renderer.voices.speech_cache import speak_cached

    speech = speak_cached(text, voice, cache or open_store(), known)
    return write_wav(speech.samples, speech.rate_hz)


@lru_cache(maxsize=32)
def find_voice_language(voice: VoiceConfig) -> str:
    """The language tag of a voice, such as "en-us". Raises RenderError for a voice that cannot be had."""
    return voices.load_voice(voice).language


def choose_locale(accepted: str, voice: VoiceConfig) -> str:
    """The first locale that a browser asks for and the voice's language has; "" where there is none."""
    try:
        language = find_voice_language(voice).partition("-")[0]
    except RenderError:
        return ""
    known = {tag.lower(): tag for tag, _ in LOCALES}
    asked = [part.partition(";")[0].strip().lower() for part in accepted.split(",")]
    return next((known[tag] for tag in asked if tag in known and tag.split("-")[0] == language), "")


@lru_cache(maxsize=4096)  # pages show the same words again
def assess_word(word: str, language: str) -> WordSounds | None:
    """How a voice of this language says a word without help, and who knows; None where nobody can tell."""
    if language.partition("-")[0] != "en":
        return None
    from renderer.voices.lexicon import assess_word as assess

    return assess(word, language)


def read_line(text: str, voice: VoiceConfig, known: Pronunciations = ()) -> str:
    """What the voice is asked to say for a line, in words. Raises RenderError for what it cannot read."""
    return _read_line(text, voice, tuple(known))


@lru_cache(maxsize=4096)  # and the same lines
def _read_line(text: str, voice: VoiceConfig, known: tuple[Pronunciation, ...]) -> str:
    words = parse_script_words(text, find_voice_language(voice), voice.locale, known)
    refuse_ipa(voices.load_voice(voice), {word.written: word.ipa for word in words if word.ipa})
    return " ".join(_write_word(word.spoken, word.ipa) for word in words if word.spoken)


def _write_word(spoken: str, ipa: str) -> str:
    """A word as it is said; its sounds between slashes where somebody gave them, with the marks behind it."""
    if not ipa:
        return spoken
    return f"/{ipa}/" + spoken[len(spoken.rstrip(".,;:!?…")) :]


def read_recording(
    path: Path,
    name: str,
    lines: Lines,
    voice: VoiceConfig,
    known: Pronunciations = (),
    cache: Store | None = None,
) -> RecordedLines:
    """The speech of each line in a sound file that people know as ``name``, aligned to the lines' text.

    The lines are in the language of ``voice``. Raises RenderError for a file that cannot be used, and
    TextMismatch for one that says something else.
    """
    from renderer.voices.recorded_cache import read_recorded_cached

    language = voices.load_voice(voice).language
    return read_recorded_cached(path, name, lines, language, cache or open_store(), voice.locale, known)


def choose_voice(engine: str, voice: str = "", locale: str = "") -> VoiceConfig:
    """The voice that a campaign or a command names. RenderError for an engine or locale that is none."""
    config = VoiceConfig(engine=engine, voice=voice, locale=locale)
    check_locale(locale)
    check_voice(config)
    return config


def find_fitting_voice(engine: str, pitch_hz: float, language: str = "en-us") -> str:
    """The name of that engine's voice that is nearest to a presenter's; "" where it lists none."""
    nearest = find_nearest_voices(pitch_hz, language, voices.find_engine(engine).list_voices())
    return nearest[0].name if nearest else ""


def speaks_from_files(engine: str) -> bool:
    """Whether a voice of this engine may be a file. RenderError for an engine that is none."""
    found = voices.find_engine(engine)
    return bool(found.finder or found.model_suffixes)


def list_voice_names(engine: str) -> set[str]:
    """What names a voice of this engine without being a file; "" is its first one."""
    return {"", *(one.name for one in voices.find_engine(engine).list_voices())}


def list_voice_choices() -> list[tuple[str, str]]:
    """(name, label) of each voice engine, the default first."""
    return [(one.name, one.label) for one in voices.ENGINES]


def get_default_voice() -> str:
    """The name of the voice engine that a new campaign has."""
    return voices.ENGINES[0].name


def get_fitted_engine() -> str:
    """The name of the voice engine that speaks fitted voices."""
    return voices.get_style_engine()


def describe_voices() -> str:
    """What a person may name as a voice of each engine, as sentences."""
    return " ".join(f"{one.label}: {one.takes}." for one in voices.ENGINES)
