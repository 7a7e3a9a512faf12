"""Splits running text into spoken sentences. The same text always gives the same sentences.

The package `sentencex` says where sentences end; it knows the stops and the abbreviations of many languages.
On top come a few rules for what scripts of messages have: titles and abbreviations of all languages at once,
because a script does not say which it is in; dots that only pause; stops without a space; and lists and
teleprompter lines, where a new line begins a sentence (`renderer.words.line_breaks`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

import sentencex

from renderer.words.line_breaks import find_chunks
from renderer.words.sentence_ends import CLOSING, MAYBE_TIGHT, TIGHT, find_bare_word, is_end, is_initial
from renderer.words.word_lists import STARTERS

_SEEN = 300  # characters before and behind an end that decide about it
_ENDS = re.compile(rf"(?:[.!?]++|…){CLOSING}(?=\s)")
_FOREIGN_STOPS = re.compile(r"[。！？｡।॥؟۔።։]+[」』”’»)\]]*")
_WORD = re.compile(r"[\w’']+")
_LIST_NUMBER = re.compile(r"(?:^|(?<=\s))(\d{1,2})[.)]\s(?=\S)")


def split_sentences(text: str, language: str = "") -> list[str]:
    """The sentences of a text without the space around them."""
    return [text[start:end] for start, end in find_sentence_spans(text, language)]


def find_sentence_spans(text: str, language: str = "") -> list[tuple[int, int]]:
    """(start, end) of every sentence that holds a letter or a digit, in order.

    ``language`` is a tag such as "de"; "" knows the abbreviations of all, and English where two differ.
    A blank line ends a sentence; a new line does where it begins one (`line_breaks.find_chunks`).
    """
    own = language.partition("-")[0].lower()
    return [
        (start + first, start + last)
        for start, end in find_chunks(text)
        for first, last in _find_spoken(text[start:end], own)
    ]


@lru_cache(maxsize=2048)  # of a script filled for many people most chunks are the same
def _find_spoken(text: str, language: str) -> tuple[tuple[int, int], ...]:
    trimmed = (_trim_span(text, start, end) for start, end in _split_chunk(text, language))
    return tuple((start, end) for start, end in trimmed if any(map(str.isalnum, text[start:end])))


def _split_chunk(text: str, language: str) -> list[tuple[int, int]]:
    numbers = _find_list_numbers(text)
    inside = {at for start, last in numbers for at in range(start + 1, last + 1)}
    points = {start for start, _ in numbers if start}
    cuts = [0]
    for end in sorted((_find_candidates(text, language) | points) - inside - {0, len(text)}):
        if end in points or is_end(text[max(cuts[-1], end - _SEEN) : end], text[end : end + _SEEN], language):
            cuts.append(end)
    return list(pairwise([*cuts, len(text)]))


def _find_list_numbers(text: str) -> list[tuple[int, int]]:
    """(start, end) of "1. ", "2. " and so on, counting up from one that begins the text."""
    if not _LIST_NUMBER.match(text):
        return []
    found = list(_LIST_NUMBER.finditer(text))
    first = int(found[0][1])
    return [match.span() for at, match in enumerate(found) if int(match[1]) == first + at]


def _find_candidates(text: str, language: str) -> set[int]:
    """Where the package ends a sentence, and where its rules miss one."""
    plain = text.replace("\u2028", " ")  # at which the package panics; every place stays
    found = {int(part["end_index"]) for part in sentencex.get_sentence_boundaries(language or "en", plain)}
    ends = {len(text[:end].rstrip(" \t\n\r“‘«([¿¡")) for end in found}
    ends |= {match.end() for match in _FOREIGN_STOPS.finditer(text)}
    if MAYBE_TIGHT.search(text):
        ends |= {match.end() for match in TIGHT.finditer(text)}
    return ends | {
        match.end()
        for match in _ENDS.finditer(text)
        if match.end() not in ends
        and _is_missed(
            text[max(0, match.end() - _SEEN) : match.end()],
            text[match.end() : match.end() + _SEEN],
            match.group(),
        )
    }


def _is_missed(before: str, behind: str, stop: str) -> bool:
    """Ends that the package leaves out: before a word that begins sentences, behind brackets and quotes."""
    word = _WORD.match(behind.lstrip(" \t\n\r\"'“‘«(["))
    if not word:
        return False
    bare = find_bare_word(before)
    starts = word[0].lower().replace("’", "'") in STARTERS and word[0][0].isupper()
    if bare in ("no", "inc", "ltd", "llc", "corp", "co", "jr", "sr", "etc", "a.m", "p.m"):
        return starts or (bare == "no" and word[0][0].isupper())
    if stop[0] == "…" or stop.startswith(".."):
        return word[0][0].isupper()
    closed = len(stop) > 1 and stop[-1] in "\"'”’»)]"
    return stop[0] in "!?" or (closed and word[0][0].isupper()) or (starts and not is_initial(before))


def _trim_span(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
