"""Where a new line begins a sentence, and where it only wraps one.

A blank line always ends a sentence. A single line break ends one where a person typed it on purpose:

- the next line is a point of a list ("1. First", "- First", "• First");
- or the line before could have held the next word, and the next line does not go on: it begins with no small
  letter, and the line before ends with no comma, dash or word that asks for more ("from", "the", "and").

So a teleprompter's short lines are one sentence each, and prose that was wrapped at a margin stays whole.
"""

from __future__ import annotations

import re

from renderer.words.word_lists import ASKS_FOR_MORE

# Prose is wrapped at margins from here on; a shorter line was ended on purpose. Characters.
_MARGIN = 60
_LIST_POINT = re.compile(r"\s*(?:[-*•·–—▪◦‣]\s+|\(?\d{1,2}[.)]\s+|[a-z][.)]\s+)\S")


def find_chunks(text: str) -> list[tuple[int, int]]:
    """(start, end) of the stretches of a text that no sentence crosses, in order."""
    return [chunk for start, end in _find_paragraphs(text) for chunk in _split_lines(text, start, end)]


def _find_paragraphs(text: str) -> list[tuple[int, int]]:
    breaks = [match.span() for match in re.finditer(r"\n[^\S\n]*\n\s*|[\u2029\f]", text)]
    starts = [0, *(end for _, end in breaks)]
    ends = [*(start for start, _ in breaks), len(text)]
    return list(zip(starts, ends, strict=True))


def _split_lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    lines = [(match.start(), match.end()) for match in re.finditer(r"[^\n\r\u2028\v]+", text[start:end])]
    margin = max([_MARGIN, *(last - first for first, last in lines)])
    chunks: list[tuple[int, int]] = []
    for number, (first, last) in enumerate(lines):
        line = text[start + first : start + last]
        goes_on = number and not _begins(
            text[start + lines[number - 1][0] : start + lines[number - 1][1]], line, margin
        )
        if goes_on:
            chunks[-1] = (chunks[-1][0], start + last)
        else:
            chunks.append((start + first, start + last))
    return chunks


def _begins(before: str, line: str, margin: int) -> bool:
    """Whether a line begins a sentence, by itself and by the line before."""
    if _LIST_POINT.match(line):
        return True
    opening = line.lstrip(" \t\"'“‘«([¿¡*_")
    if not opening or opening[0].islower():
        return False
    if len(before.rstrip()) + 1 + len(line.split()[0]) > margin:
        return False
    last = before.split()[-1] if before.split() else ""
    return not (
        last.endswith((",", "-", "–", "—", "…", ":", "/", "(")) or last.rstrip(".").lower() in ASKS_FOR_MORE
    )
