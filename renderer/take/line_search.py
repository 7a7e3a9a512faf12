"""Finds the lines of a script that a take says, word for word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from renderer.errors import RenderError
from renderer.speech.rival_words import HeardWord, find_rivals, hear_words
from renderer.speech.speech import Phone, Word
from renderer.speech.text_search import FoundText, find_texts
from renderer.take.filmed import FilmedLine
from renderer.take.pauses import Pauses
from renderer.timeline import SOUND_RATE_HZ
from renderer.words.script_words import ScriptWord, parse_script_words

Samples = npt.NDArray[np.float32]
Timed = TypeVar("Timed", Phone, Word)

_LANGUAGE = "en-us"  # the one that the models hear
# A shorter text is found in any take.
_LEAST_WORDS = 3
# More than this at the line's ends, or within it, is a word too many.
_EXTRA_MAX_S = 0.3
_SLOP_S = 0.05  # by which words that were heard otherwise may begin earlier, or end later


def find_filmed_lines(
    samples: Samples, lines: Sequence[tuple[str, str]], locale: str = ""
) -> list[FilmedLine]:
    """Those of the ``lines`` (id, text) that mono sound [n] at 48 kHz says, whole and in these words.

    Of a line that is said several times, the surest is taken. Texts in other letters than English ones, and
    texts of fewer than three words, are not looked for.
    """
    asked = [(line, words) for line in lines if (words := _read_words(line[1], locale)) is not None]
    if not asked or not len(samples):
        return []
    pauses = Pauses(samples)
    found = find_texts(samples, SOUND_RATE_HZ, [words for _, words in asked])
    likely = []
    for (line, words), places in zip(asked, found, strict=True):
        said = [one for one in places if not one.known.unheard and one.known.extra_s <= _EXTRA_MAX_S]
        if said:
            likely.append((line, words, max(said, key=lambda one: one.confidence)))
    heard = hear_words(samples, SOUND_RATE_HZ) if likely else []
    return [
        _describe(line, one, pauses) for line, words, one in likely if not _find_rivals(one, words, heard)
    ]


def _find_rivals(found: FoundText, words: Sequence[ScriptWord], heard: Sequence[HeardWord]) -> list[str]:
    """Other words that are said where the line was found."""
    start_s, end_s = (found.start_s + time_s for time_s in _find_span(found.known.words))
    there = [word.text for word in heard if start_s < (word.start_s + word.end_s) / 2 < end_s]
    return find_rivals(found.speech.samples, SOUND_RATE_HZ, words, there)


def _find_span(words: Sequence[Word]) -> tuple[float, float]:
    return words[0].start_s - _SLOP_S, words[-1].end_s + _SLOP_S


def _read_words(text: str, locale: str) -> tuple[ScriptWord, ...] | None:
    try:
        words = parse_script_words(text, _LANGUAGE, locale)
    except RenderError:
        return None
    return words if sum(bool(word.spoken.strip()) for word in words) >= _LEAST_WORDS else None


def _describe(line: tuple[str, str], found: FoundText, pauses: Pauses) -> FilmedLine:
    words, phones = _shift(found.known.words, found.start_s), _shift(found.known.phones, found.start_s)
    start_s, quiet_from_s = pauses.find_before(words[0].start_s)
    end_s, quiet_until_s = pauses.find_after(words[-1].end_s)
    first, last = replace(words[0], start_s=start_s), replace(words[-1], end_s=end_s)
    words = (first, *words[1:-1], last) if len(words) > 1 else (replace(first, end_s=end_s),)
    return FilmedLine(*line, words, phones, quiet_from_s, quiet_until_s, round(found.confidence, 3))


def _shift(timed: Sequence[Timed], by_s: float) -> tuple[Timed, ...]:
    return tuple(replace(one, start_s=one.start_s + by_s, end_s=one.end_s + by_s) for one in timed)
