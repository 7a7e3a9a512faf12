"""A line as a voice reads it: all kinds of rules in their order, and pronunciations before them."""

from __future__ import annotations

import re
from functools import lru_cache

from renderer.words import (
    abbreviation_words,
    address_words,
    calendar_names,
    calendar_words,
    capital_words,
    clock_words,
    identifier_words,
    money_words,
    part_words,
    pause_words,
    phone_words,
    plain_number_words,
    quantity_words,
    roman_words,
    sign_words,
)
from renderer.words.pronunciations import (
    Pronunciation,
    Pronunciations,
    add_possessive,
    check_pronunciation,
    write_ipa,
    write_respelling,
)
from renderer.words.reader import Reader
from renderer.words.rules import NEXT, Reading, Rule, find_readings

# What is longer and surer comes first: a telephone number before a range, a date before a fraction.
_KINDS: tuple[tuple[Rule, ...], ...] = (
    sign_words.FIRST_RULES,
    address_words.RULES,
    calendar_words.RULES,
    calendar_names.RULES,
    clock_words.RULES,
    phone_words.RULES,
    money_words.RULES,
    identifier_words.RULES,
    quantity_words.RULES,
    part_words.RULES,
    roman_words.RULES,
    abbreviation_words.RULES,
    plain_number_words.RULES,
    identifier_words.MIXED_RULES,
    plain_number_words.LAST_RULES,
    capital_words.RULES,
    sign_words.RULES,
    pause_words.RULES,
)


def read_line(text: str, reader: Reader, language: str, known: Pronunciations) -> list[Reading]:
    """The stretches of a line that are said otherwise than written, in order. ``language`` is the voice's."""
    return find_readings(text, _list_rules(reader.language), reader, _find_known(text, language, known))


@lru_cache(maxsize=64)
def _list_rules(language: str) -> tuple[Rule, ...]:
    return tuple(rule for kind in _KINDS for rule in kind if not rule.languages or language in rule.languages)


def _find_known(text: str, language: str, known: Pronunciations) -> list[Reading]:
    found: list[Reading] = []
    for one in known:
        if not one.is_for(language):
            continue
        for match in one.find(text):
            taken = any(match.start() < other.end and other.start < match.end() for other in found)
            if not taken and _is_word(text, *match.span(), one.is_ipa):
                check_pronunciation(one, language)
                found.append(_read_known(one, match.start(), match.end(), text))
    return found


def _is_word(text: str, start: int, end: int, is_ipa: bool) -> bool:
    """Not a part of an address; and not of a double name where IPA would take the place of both."""
    address = re.match(r"[@_]|\.\w", text[end:]) or text[:start].endswith(("@", "_", "/", "#"))
    double = re.match(r"-\w", text[end:]) or re.search(r"\w-$", text[:start])
    return not address and not (is_ipa and double)


def _read_known(one: Pronunciation, start: int, end: int, text: str) -> Reading:
    """The whole word with its possessive: IPA has to hold all that is said."""
    if not one.is_ipa:
        return Reading(start, end, _spread(write_respelling(one.said), text[start:end]))
    ending = next((mark for mark in ("'s", "'S", "'") if text.startswith(mark, end)), "")
    ipa = add_possessive(write_ipa(one.said), ending)
    return Reading(
        start,
        end + len(ending),
        _spread(text[start : end + len(ending)], text[start:end]),
        _spread(ipa, text[start:end]),
    )


def _spread(said: str, written: str) -> str:
    """A name of several words has as many parts, where it is said in as many."""
    words = said.split()
    return NEXT.join(words) if len(words) == len(written.split()) else said
