"""Finds the lines of a script that a take says, word for word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_closing, binary_opening

from renderer.errors import RenderError
from renderer.speech.speech import Phone, Word
from renderer.speech.text_search import FoundText, find_texts
from renderer.take.filmed import FilmedLine
from renderer.take.room_tone import measure_levels_db
from renderer.timeline import SOUND_RATE_HZ
from renderer.words.script_words import ScriptWord, parse_script_words

Samples = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Timed = TypeVar("Timed", Phone, Word)

_LANGUAGE = "en-us"  # the one that the models hear
# A shorter text is found in any take.
_LEAST_WORDS = 3
# More than this at the line's ends, or within it, is a word too many.
_EXTRA_MAX_S = 0.3
# A breath is quiet: this far under the loud parts (the 95th percentile) or near to the floor (the 5th).
_UNDER_SPEECH_DB, _ABOVE_FLOOR_DB = 28.0, 8.0
_SHORTEST_PAUSE_STEPS, _SHORTEST_SOUND_STEPS = 4, 3
_STEP_S = 0.01
_SLOP_S = 0.1  # by which an aligned word may begin too late, or end too early


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
    pauses = _Pauses(samples)
    found = find_texts(samples, SOUND_RATE_HZ, [words for _, words in asked])
    filmed = []
    for (line, _), places in zip(asked, found, strict=True):
        said = [one for one in places if not one.known.unheard and one.known.extra_s <= _EXTRA_MAX_S]
        if said:
            best = max(said, key=lambda one: one.confidence)
            filmed.append(_describe(line, best, pauses))
    return filmed


def _read_words(text: str, locale: str) -> tuple[ScriptWord, ...] | None:
    try:
        words = parse_script_words(text, _LANGUAGE, locale)
    except RenderError:
        return None
    return words if sum(bool(word.spoken.strip()) for word in words) >= _LEAST_WORDS else None


def _describe(line: tuple[str, str], found: FoundText, pauses: _Pauses) -> FilmedLine:
    words, phones = _shift(found.known.words, found.start_s), _shift(found.known.phones, found.start_s)
    start_s, quiet_from_s = pauses.find_before(words[0].start_s)
    end_s, quiet_until_s = pauses.find_after(words[-1].end_s)
    first, last = replace(words[0], start_s=start_s), replace(words[-1], end_s=end_s)
    words = (first, *words[1:-1], last) if len(words) > 1 else (replace(first, end_s=end_s),)
    return FilmedLine(*line, words, phones, quiet_from_s, quiet_until_s, round(found.confidence, 3))


def _shift(timed: Sequence[Timed], by_s: float) -> tuple[Timed, ...]:
    return tuple(replace(one, start_s=one.start_s + by_s, end_s=one.end_s + by_s) for one in timed)


class _Pauses:
    """Where nobody speaks in a take."""

    def __init__(self, samples: Samples) -> None:
        level_db = measure_levels_db(samples)
        loud_db, floor_db = np.percentile(level_db, 95), np.percentile(level_db, 5)
        quiet = level_db < max(loud_db - _UNDER_SPEECH_DB, floor_db + _ABOVE_FLOOR_DB)
        self._quiet = _mend(np.asarray(quiet))

    def find_before(self, word_s: float) -> tuple[float, float]:
        """(where the word's sound begins, where the pause before it begins)."""
        steps = len(self._quiet)
        start, begin = self._search(self._quiet, min(round(word_s / _STEP_S), steps))
        return start * _STEP_S, begin * _STEP_S

    def find_after(self, word_s: float) -> tuple[float, float]:
        """(where the word's sound ends, where the pause after it ends)."""
        steps = len(self._quiet)
        end, until = self._search(self._quiet[::-1], steps - min(round(word_s / _STEP_S), steps))
        return (steps - end) * _STEP_S, (steps - until) * _STEP_S

    def _search(self, quiet: Flags, at: int) -> tuple[int, int]:
        """(first step of the word, first step of the pause before it), near the aligned step."""
        slop = round(_SLOP_S / _STEP_S)
        start = at
        while start < min(at + slop, len(quiet)) and quiet[start]:
            start += 1
        while start > max(at - slop, 0) and not quiet[start - 1]:
            start -= 1
        begin = start
        while begin > 0 and quiet[begin - 1]:
            begin -= 1
        return start, begin


def _mend(quiet: Flags) -> Flags:
    """Without dips and blips that are too short to be a pause, or a sound; beyond the ends it is quiet."""
    room = np.pad(quiet, 10, constant_values=True)
    room = binary_closing(room, np.ones(_SHORTEST_SOUND_STEPS))
    return np.asarray(binary_opening(room, np.ones(_SHORTEST_PAUSE_STEPS))[10:-10])
