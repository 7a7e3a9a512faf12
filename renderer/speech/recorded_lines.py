"""A recording of known lines → each line's speech with captions, cut where one line ends and the next begins.

What a listener would notice is told: a recording that is silent, of another text, overdriven, or longer than
its text can be. Every line is brought to the loudness of spoken ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.errors import RenderError
from renderer.speech.alignment import time_words
from renderer.speech.arpabet import choose_pronounce
from renderer.speech.known_text import KnownText, align_known_text, check_said
from renderer.speech.loudness import normalise
from renderer.speech.speech import Phone, Speech
from renderer.speech.text_mismatch import TextMismatch
from renderer.speech.trimming import trim_silence
from renderer.speech.utterance import Utterance
from renderer.timeline import SOUND_RATE_HZ
from renderer.video.recorded_sound import read_recorded_sound
from renderer.words.pronunciations import Pronunciations
from renderer.words.script_words import ScriptWord, parse_script_words

Samples = npt.NDArray[np.float32]
Lines = Sequence[tuple[str, str]]

# Raise it when the same recording and text would give other samples or times.
STAGE_VERSION = "recorded-1"
LONGEST_S = 300.0
_SILENT = 3e-3  # -50 dB of full scale: a room without a voice
_FULL_SCALE = 0.985  # of the file's own peak, which is full scale only where that is near 1
# Samples that stand still at the peak: music has a few, an overdriven voice many.
_CLIPPED_SHARE = 5e-4


@dataclass(frozen=True, eq=False)
class RecordedLines:
    """``speeches`` in the order of the lines; ``notes`` are sentences for the person who recorded them."""

    speeches: tuple[Speech, ...]
    notes: tuple[str, ...]


def read_recorded_lines(
    path: Path, name: str, lines: Lines, language: str, locale: str = "", known: Pronunciations = ()
) -> RecordedLines:
    """The speech of each line (id, text) of a sound or video file, whose name for people is ``name``.

    ``language`` is that of the lines; only in English it is checked that they are said. Raises RenderError
    for a file that cannot be used, and TextMismatch, which names the words, for one that says something else.
    """
    samples, notes = _read_sound(path, name)
    words = [parse_script_words(text, language, locale, known) for _, text in lines]
    flat = [word for line in words for word in line]
    try:
        found = align_known_text(samples, SOUND_RATE_HZ, flat, choose_pronounce(language))
        if language.partition("-")[0] == "en":
            check_said(found)
    except TextMismatch as error:
        raise TextMismatch(f"{name}: {error.message}", error.words) from error
    notes += _note_unheard(found, name)
    bounds_s = _find_bounds(found, [len(line) for line in words], len(samples) / SOUND_RATE_HZ)
    starts = [sum(len(line) for line in words[:at]) for at in range(len(words))]
    speeches = tuple(
        _cut_line(samples, found, line, start, span_s)
        for line, start, span_s in zip(words, starts, pairwise(bounds_s), strict=True)
    )
    return RecordedLines(speeches, notes)


def _read_sound(path: Path, name: str) -> tuple[Samples, tuple[str, ...]]:
    try:
        sound = read_recorded_sound(path, most_s=LONGEST_S)
    except RenderError as error:
        raise _name_file(error, path, name) from error
    if sound is None:
        raise RenderError(f"{name} has no sound. Choose a recording in which somebody speaks.")
    peak = float(np.abs(sound.samples).max(initial=0.0))
    if peak < _SILENT:
        raise RenderError(f"{name} is silent. Record it again, nearer to the microphone.")
    notes = tuple(f"{name}: {note}" for note in sound.notes)
    if peak > 0.9 and _measure_clipped_share(sound.samples, peak) > _CLIPPED_SHARE:
        notes += (
            f"{name} is overdriven: its loudest parts are cut off, which is heard as crackling. Record it "
            "again with the microphone's level lower.",
        )
    return sound.samples, notes


def _name_file(error: RenderError, path: Path, name: str) -> RenderError:
    """The error about a stored or unpacked file, under the name that the person knows."""
    told = error.message.replace(str(path), name).replace(path.name, name)
    told = told.replace("is not a video that can be read", "is no sound that can be read")
    told = told.replace(
        "Export it as MP4 (H.264 or HEVC), MOV, MKV or WebM and choose that file.",
        "Export it as WAV, MP3, M4A, FLAC or WebM and choose that file.",
    )
    return RenderError(told, permanent=error.permanent)


def _measure_clipped_share(samples: Samples, peak: float) -> float:
    """The share of samples that stand at the peak beside another one that does."""
    full = np.abs(samples) >= _FULL_SCALE * peak
    return float((full[1:] & full[:-1]).mean()) if len(samples) > 1 else 0.0


def _note_unheard(found: KnownText, name: str) -> tuple[str, ...]:
    if not found.unheard:
        return ()
    words = ", ".join(f"“{word.strip('.,;:!?…')}”" for word in found.unheard)
    return (f"{name}: {words} cannot be heard clearly. Listen whether the right words are said.",)


def _find_bounds(found: KnownText, counts: Sequence[int], length_s: float) -> list[float]:
    """Where to cut [lines + 1], in seconds: in the middle of the pause between the lines' words."""
    bounds_s, at = [0.0], 0
    for count in counts[:-1]:
        at += count
        bounds_s.append((found.words[at - 1].end_s + found.words[at].start_s) / 2)
    return [*bounds_s, length_s]


def _cut_line(
    samples: Samples, found: KnownText, words: Sequence[ScriptWord], first: int, span_s: tuple[float, float]
) -> Speech:
    """One line's part of the recording, without the silence around it; ``first`` is its first word."""
    start_s, end_s = span_s
    own = [
        (
            Phone(
                one.symbol, max(one.start_s, start_s) - start_s, min(one.end_s, end_s) - start_s, one.stress
            ),
            word,
        )
        for one, word in zip(found.phones, found.word_of, strict=True)
        if one.start_s < end_s and one.end_s > start_s
    ]
    part = samples[round(start_s * SOUND_RATE_HZ) : round(end_s * SOUND_RATE_HZ)]
    word_of = tuple(None if word is None else word - first for _, word in own)
    line = trim_silence(Utterance(part, SOUND_RATE_HZ, tuple(phone for phone, _ in own), word_of))
    return Speech(
        samples=normalise(line.samples, SOUND_RATE_HZ),
        phones=line.phones,
        words=time_words([word.written for word in words], line.phones, line.word_of),
    )
