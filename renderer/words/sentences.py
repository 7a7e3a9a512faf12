"""Splits running text into spoken sentences. The same text always gives the same sentences."""

from __future__ import annotations

import re

# Never the end of a sentence.
TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "mx",
        "dr",
        "prof",
        "rev",
        "hon",
        "st",
        "mt",
        "fr",
        "sgt",
        "capt",
        "lt",
        "col",
        "gen",
        "gov",
        "sen",
        "rep",
        "pres",
        "e.g",
        "i.e",
        "cf",
        "vs",
        "no",
        "nos",
        "fig",
        "vol",
        "approx",
        "ca",
        "bzw",
        "z.b",
    ]
)
# The end of a sentence only where a capital follows.
CLOSERS = frozenset(
    [
        "jr",
        "sr",
        "inc",
        "ltd",
        "co",
        "corp",
        "llc",
        "plc",
        "etc",
        "al",
        "a.m",
        "p.m",
        "u.s",
        "u.k",
        "ph.d",
        "m.d",
        "b.a",
        "m.a",
    ]
)
_END = re.compile(r"(?:[.!?…]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』”]?)")
_LAST_WORD = re.compile(r"([^\s(\[\"“'‘]+)$")


def split_sentences(text: str) -> list[str]:
    """The sentences of a text without the space around them; a blank line also ends one."""
    return [text[start:end] for start, end in find_sentence_spans(text)]


def find_sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of every sentence that holds a letter or a digit, in order."""
    spans: list[tuple[int, int]] = []
    for start, end in _find_paragraphs(text):
        for first, last in _split_paragraph(text, start, end):
            if any(character.isalnum() for character in text[first:last]):
                spans.append((first, last))
    return spans


def _find_paragraphs(text: str) -> list[tuple[int, int]]:
    breaks = [match.span() for match in re.finditer(r"\n[^\S\n]*\n\s*", text)]
    starts = [0, *(end for _, end in breaks)]
    ends = [*(start for start, _ in breaks), len(text)]
    return list(zip(starts, ends, strict=True))


def _split_paragraph(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans = []
    for match in _END.finditer(text, start, end):
        if _ends_here(text, start, match, end):
            spans.append(_trim_span(text, start, match.end()))
            start = match.end()
    spans.append(_trim_span(text, start, end))
    return spans


def _ends_here(text: str, start: int, match: re.Match[str], end: int) -> bool:
    following = text[match.end() : end].lstrip(" \t\n\r\"'“‘«([")
    if not following:
        return True
    if following[0].islower() and match.group()[0] in ".…":
        return False
    if match.group()[0] != "." or match.group().startswith(".."):
        return True
    word = _LAST_WORD.search(text, start, match.start())
    if word is None:
        return True
    bare = word.group().lower()
    if bare in TITLES or (len(bare) == 1 and word.group().isupper() and bare != "i"):
        return False  # a title or an initial: J. Smith
    return bare not in CLOSERS or following[0].isupper()


def _trim_span(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
