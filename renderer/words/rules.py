"""Rules that say stretches of a line in words, and how their words are laid on the words as written.

A rule has a pattern and a function from a match to words, or to None where the stretch is something else.
Rules are tried in order, and a stretch that one has said is closed to those after it. Lookarounds see the
line as it was written. In a pattern, ``<NUM>`` is a number as the reader's place writes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from renderer.words.reader import Reader

# Between the words of the parts of a stretch that spans several written words ("14 March" has two).
NEXT = "|"
_PLAIN = r"(?:\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?|\d{1,3}(?:['’.]\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?)"
_SPACED = rf"(?:\d{{1,3}}(?: \d{{3}})+(?:[.,]\d+)?(?!\d)|{_PLAIN})"

Say = Callable[[re.Match[str], Reader], str | None]


@dataclass(frozen=True)
class Rule:
    """``languages`` of the words that the rule knows; none means all."""

    pattern: str
    say: Say
    languages: frozenset[str] = frozenset()
    flags: re.RegexFlag = re.NOFLAG


@dataclass(frozen=True)
class Reading:
    """What is said for the characters from ``start`` to ``end``; a pronunciation's may be IPA."""

    start: int
    end: int
    said: str
    ipa: str = ""


ENGLISH = frozenset({"en"})


def behind(words: str) -> str:
    """A place behind one of several words (between "|") and a space, in a lookbehind for each width."""
    return "(?:" + "|".join(rf"(?<=\b{word} )" for word in words.split("|")) + ")"


def find_readings(
    text: str, rules: Iterable[Rule], reader: Reader, taken: Sequence[Reading] = ()
) -> list[Reading]:
    """The stretches that are said otherwise than they are written, in order, with those ``taken`` before."""
    found = list(taken)
    for rule in rules:
        if rule.languages and reader.language not in rule.languages:
            continue
        for match in compile_pattern(rule.pattern, reader.has_spaced_groups, rule.flags).finditer(text):
            if any(match.start() < one.end and one.start < match.end() for one in found):
                continue
            said = rule.say(match, reader)
            if said is not None:
                found.append(Reading(match.start(), match.end(), _keep_last_stop(said, match)))
    return sorted(found, key=lambda reading: reading.start)


def _keep_last_stop(said: str, match: re.Match[str]) -> str:
    """The stop of an abbreviation ends the sentence too where the line ends."""
    ends = match[0].endswith(".") and match.end() == len(match.string)
    return f"{said}." if ends and said[-1:].isalnum() else said


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str, spaced: bool, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    return re.compile(pattern.replace("<NUM>", _SPACED if spaced else _PLAIN), flags)


def lay_on_words(words: Sequence[str], readings: Sequence[Reading]) -> list[tuple[str, str]]:
    """(what is said, IPA) for each word of a line, whose words stand one space apart.

    A reading of several words has its parts on them where it has as many, else all on the first: the
    captions then share its time out. Marks stay on the last word that sounds.
    """
    laid: list[tuple[str, str]] = []
    start = 0
    for word in words:
        end = start + len(word)
        own = [one for one in readings if one.start < end and one.end > start]
        laid.append(_say_word(words, word, start, own))
        start = end + 1
    return _move_marks(laid)


def _say_word(words: Sequence[str], word: str, start: int, readings: Sequence[Reading]) -> tuple[str, str]:
    said, ipa, at = "", "", start
    for reading in readings:
        said += word[at - start : max(reading.start, at) - start]
        number = " ".join(words)[reading.start : start].lstrip().count(" ") if reading.start < start else 0
        said += _pick_part(reading.said, words, reading, number)
        ipa = ipa or (reading.ipa and _pick_part(reading.ipa, words, reading, number))
        at = min(reading.end, start + len(word))
    whole = " ".join((said + word[at - start :]).split())
    return re.sub(r" (?=[.,;:!?])", "", whole), ipa


def _pick_part(said: str, words: Sequence[str], reading: Reading, number: int) -> str:
    parts = said.split(NEXT)
    count = " ".join(words)[reading.start : reading.end].strip().count(" ") + 1
    if len(parts) == count:
        return parts[number]
    return " ".join(parts) if number == 0 else ""


def _move_marks(laid: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Marks that stand alone go to the word before them, where a voice hears them."""
    moved: list[tuple[str, str]] = []
    for said, ipa in laid:
        before = next((n for n in reversed(range(len(moved))) if moved[n][0]), None)
        if said and not ipa and not any(map(_sounds, said)):
            if before is not None and moved[before][0][-1] not in ".,;:!?…":
                moved[before] = (moved[before][0] + said, moved[before][1])
            said = ""
        moved.append((said, ipa))
    return moved


def _sounds(character: str) -> bool:
    return character.isalnum() or character in "&+%=@#°$€£"
