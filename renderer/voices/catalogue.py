"""Every voice that there is by its name, and which of them fits a presenter."""

from __future__ import annotations

from collections.abc import Sequence
from math import log2
from typing import TYPE_CHECKING

from renderer.config import VoiceConfig
from renderer.runtime.store import Store
from renderer.voices.registry import ENGINES, VoiceInfo

if TYPE_CHECKING:
    from renderer.speech.speech import Speech

SAMPLE = "Hello, this is how I sound. I hope that you and your team have a good week."
# Beyond a third up or down (5 semitones) viewers hear somebody else.
_PITCH_RATIO_MAX = 4 / 3
# What another language weighs, in octaves of pitch: more than any pitch.
_OTHER_LANGUAGE, _OTHER_ACCENT = 10.0, 0.5


def list_voices() -> list[VoiceInfo]:
    """The voices of every engine, those of the default one first, with the styles that a person has added."""
    return [voice for engine in ENGINES for voice in engine.list_voices()]


def find_nearest_voices(
    pitch_hz: float, language: str = "en-us", voices: Sequence[VoiceInfo] | None = None
) -> list[VoiceInfo]:
    """Voices in the order in which they fit: by language, then by pitch on a scale of octaves.

    Of voices that fit alike those of an earlier engine come first. ``pitch_hz`` 0 is unknown.
    """
    known = list_voices() if voices is None else list(voices)
    return sorted(known, key=lambda voice: _measure_distance(voice, pitch_hz, language))


def describe_misfit(presenter_pitch_hz: float, voice: VoiceInfo, language: str = "") -> str:
    """A sentence where a voice does not fit the presenter's pitch or the language of the script, else ""."""
    if language and _base(language) != _base(voice.language):
        return f"This voice speaks “{voice.language}”, and the script is in “{language}”."
    if not (presenter_pitch_hz and voice.pitch_hz):
        return ""
    ratio = voice.pitch_hz / presenter_pitch_hz
    if max(ratio, 1 / ratio) <= _PITCH_RATIO_MAX:
        return ""
    return (
        f"This voice is much {'higher' if ratio > 1 else 'lower'} than the presenter's: "
        f"{voice.pitch_hz:.0f} Hz, and {presenter_pitch_hz:.0f} Hz in the take. Viewers hear somebody else."
    )


def find_voice(config: VoiceConfig) -> VoiceInfo | None:
    """What is known of the voice of some settings; None for a voice that is a file or that nobody lists."""
    for engine in ENGINES:
        if config.engine in (engine.name, ""):
            found = engine.list_voices()
            named = [voice for voice in found if voice.name == config.voice]
            return named[0] if named else found[0] if found and not config.voice else None
    return None


def speak_sample(voice: VoiceInfo, store: Store) -> Speech:
    """A voice saying what it is like; spoken once per store. Raises RenderError where it cannot speak."""
    from renderer.voices.speech_cache import speak_cached

    return speak_cached(SAMPLE, VoiceConfig(voice.engine, voice.name), store)


def _measure_distance(voice: VoiceInfo, pitch_hz: float, language: str) -> float:
    distance = abs(log2(voice.pitch_hz / pitch_hz)) if voice.pitch_hz and pitch_hz else 1.0
    if _base(voice.language) != _base(language):
        return distance + _OTHER_LANGUAGE
    return distance + (_OTHER_ACCENT if voice.language.lower() != language.lower() else 0.0)


def _base(language: str) -> str:
    return language.lower().partition("-")[0]
