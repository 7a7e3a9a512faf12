"""Which script word each spoken phone belongs to.

A voice expands "$1,250" and runs "of the" together, so spaces and counts of words do not agree. Each
word is therefore pronounced alone, and those phones are aligned with the phones that were really
spoken by the cheapest monotone path (Needleman and Wunsch). Words keep their order whatever happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose

from renderer.speech.phones import is_vowel
from renderer.speech.speech import Phone, Word

_GAP, _SAME_KIND, _OTHER_KIND = 0.8, 0.6, 1.3


def match_phones_to_words(spoken: Sequence[str], expected: Sequence[Sequence[str]]) -> list[int]:
    """For each spoken phone, the index of its word; never decreasing.

    ``expected`` holds each word's phones when it is said alone; words that make no sound are empty.
    Without any expected phone every phone belongs to word 0.
    """
    owners = [word for word, phones in enumerate(expected) for _ in phones]
    flat = [symbol for phones in expected for symbol in phones]
    partners = _match_phones(spoken, flat)
    known = [None if partner is None else owners[partner] for partner in partners]
    return _fill_unmatched(known, owners[0] if owners else 0)


def time_words(
    written: Sequence[str], phones: Sequence[Phone], word_of: Sequence[int | None]
) -> tuple[Word, ...]:
    """Words with the span of their own phones, in order and without overlap.

    A word that the voice ran into the one before it ("for a") shares that word's span by length; what
    makes no sound, such as a dash or an emoji, stands at the end of the word before it.
    """
    clock_s = next((phone.start_s for phone in phones if phone.symbol), 0.0)
    words: list[Word] = []
    for group in _group_words(written, set(word_of)):
        own = [p for p, word in zip(phones, word_of, strict=True) if word in group and p.symbol]
        start_s = max(own[0].start_s, clock_s) if own else clock_s
        clock_s = max(own[-1].end_s, start_s) if own else clock_s
        words.extend(_share_span([written[index] for index in group], start_s, clock_s))
    return tuple(words)


def _group_words(written: Sequence[str], sounding: set[int | None]) -> list[list[int]]:
    """Indices of words, each with the readable words after it that have no phone of their own."""
    groups: list[list[int]] = []
    for index, text in enumerate(written):
        if groups and index not in sounding and _count_letters(text):
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _share_span(texts: Sequence[str], start_s: float, end_s: float) -> list[Word]:
    total = max(sum(_count_letters(text) for text in texts), 1)
    bounds = [start_s]
    for text in texts:
        bounds.append(bounds[-1] + (end_s - start_s) * _count_letters(text) / total)
    if len(texts) == 1 or bounds[-1] > end_s:
        bounds[-1] = end_s
    return [Word(text, a, b) for text, a, b in zip(texts, bounds, bounds[1:], strict=False)]


def _count_letters(text: str) -> int:
    return sum(character.isalnum() for character in text)


def _match_phones(spoken: Sequence[str], expected: Sequence[str]) -> list[int | None]:
    """Index of the expected phone that each spoken phone is matched with, or None."""
    costs = [[j * _GAP for j in range(len(expected) + 1)]]
    for i, symbol in enumerate(spoken, start=1):
        row, above = [i * _GAP], costs[-1]
        for j, other in enumerate(expected, start=1):
            match = above[j - 1] + _compute_cost(symbol, other)
            row.append(min(match, above[j] + _GAP, row[-1] + _GAP))
        costs.append(row)
    return _trace_back(costs, spoken, expected)


def _trace_back(
    costs: Sequence[Sequence[float]], spoken: Sequence[str], expected: Sequence[str]
) -> list[int | None]:
    partners: list[int | None] = [None] * len(spoken)
    i, j = len(spoken), len(expected)
    while i and j:
        if isclose(costs[i][j], costs[i - 1][j - 1] + _compute_cost(spoken[i - 1], expected[j - 1])):
            i, j = i - 1, j - 1
            partners[i] = j
        elif isclose(costs[i][j], costs[i - 1][j] + _GAP):
            i -= 1
        else:
            j -= 1
    return partners


def _compute_cost(one: str, other: str) -> float:
    if one == other:
        return 0.0
    return _SAME_KIND if is_vowel(one) == is_vowel(other) else _OTHER_KIND


def _fill_unmatched(known: Sequence[int | None], first: int) -> list[int]:
    """An unmatched phone goes with the phone before it."""
    filled: list[int] = []
    for word in known:
        filled.append(word if word is not None else filled[-1] if filled else first)
    return filled
