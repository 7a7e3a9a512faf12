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

from renderer.words.abbreviation_lists import list_forms
from renderer.words.line_breaks import find_chunks
from renderer.words.word_lists import GREETINGS, NEVER_LAST, STARTERS, WORDS_TOO, list_words

_MONTHS = (
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|"
    "November|Dezember|Jänner|januar|februar|mars|marts|april|maj|mai|juni|juli|august|september|oktober|november|december|desember"
)
_COUNTED = "Jahrhundert|Weltkrieg|Platz|Mal|Tag|Stock|Klasse|Quartal|Etage|Auflage|Kapitel|Woche|Geburtstag"
_CLOSING = r"[\"'”’»)\]]*+"
_SEEN = 300  # characters before and behind an end that decide about it
_ENDS = re.compile(rf"(?:[.!?]++|…){_CLOSING}(?=\s)")
_TIGHT = re.compile(
    rf"(?:(?<=[^\W\dA-ZÀ-Þ_])|(?<=[A-Z][A-Z])|(?<=\d\d))[.!?]++{_CLOSING}(?=[¿¡]?(?:[A-ZÀ-ÖØ-Þ][^\W\dA-Z_]+|[IA])(?:[\s,!?.…’'—-]|$))"
)
_FOREIGN_STOPS = re.compile(r"[。！？｡।॥؟۔።։]+[」』”’»)\]]*")
_LAST_WORD = re.compile(r"([^\s(\[\"“'‘«]+)[.!?…]+[\"'”’»)\]]*\s*$")
_LIST_NUMBER = re.compile(r"(?:^|(?<=\s))(\d{1,2})[.)]\s(?=\S)")


def split_sentences(text: str, language: str = "") -> list[str]:
    """The sentences of a text without the space around them."""
    return [text[start:end] for start, end in find_sentence_spans(text, language)]


def find_sentence_spans(text: str, language: str = "") -> list[tuple[int, int]]:
    """(start, end) of every sentence that holds a letter or a digit, in order.

    ``language`` is a tag such as "de"; "" knows the abbreviations of all, and English where two differ.
    A blank line ends a sentence; a new line does where it begins one (`line_breaks.find_chunks`).
    """
    spans: list[tuple[int, int]] = []
    for start, end in find_chunks(text):
        for first, last in _split_chunk(text[start:end], language.partition("-")[0].lower()):
            span = _trim_span(text, start + first, start + last)
            if any(character.isalnum() for character in text[span[0] : span[1]]):
                spans.append(span)
    return spans


def _split_chunk(text: str, language: str) -> list[tuple[int, int]]:
    numbers = _find_list_numbers(text)
    inside = {at for start, last in numbers for at in range(start + 1, last + 1)}
    points = {start for start, _ in numbers if start}
    cuts = [0]
    for end in sorted((_find_candidates(text, language) | points) - inside - {0, len(text)}):
        if end in points or _ends_at(
            text[max(cuts[-1], end - _SEEN) : end], text[end : end + _SEEN], language
        ):
            cuts.append(end)
    return list(pairwise([*cuts, len(text)]))


def _find_list_numbers(text: str) -> list[tuple[int, int]]:
    """(start, end) of "1. ", "2. " and so on, where they count up from one or one stands first."""
    found = list(_LIST_NUMBER.finditer(text))
    if found and found[0].start() == 0:
        first = int(found[0][1])
        return [match.span() for at, match in enumerate(found) if int(match[1]) == first + at]
    counting = [match for at, match in enumerate(found, start=1) if int(match[1]) == at]
    return [match.span() for match in counting] if len(counting) > 1 else []


def _find_candidates(text: str, language: str) -> set[int]:
    """Where the package ends a sentence, and where its rules miss one."""
    found = {int(part["end_index"]) for part in sentencex.get_sentence_boundaries(language or "en", text)}
    ends = {len(text[:end].rstrip(" \t\n\r“‘«([¿¡")) for end in found}
    ends |= {match.end() for match in _FOREIGN_STOPS.finditer(text)}
    ends |= {match.end() for match in _TIGHT.finditer(text)}
    return ends | {
        match.end()
        for match in _ENDS.finditer(text)
        if _is_missed(
            text[max(0, match.end() - _SEEN) : match.end()],
            text[match.end() : match.end() + _SEEN],
            match.group(),
        )
    }


def _is_missed(before: str, behind: str, stop: str) -> bool:
    """Ends that the package leaves out: before a word that begins sentences, behind brackets and quotes."""
    word = re.match(r"[\w’']+", behind.lstrip(" \t\n\r\"'“‘«(["))
    if not word:
        return False
    bare = _find_bare_word(before)
    starts = word[0].lower().replace("’", "'") in STARTERS and word[0][0].isupper()
    if bare in ("no", "inc", "ltd", "llc", "corp", "co", "jr", "sr", "etc", "a.m", "p.m"):
        return starts or (bare == "no" and word[0][0].isupper())
    if stop[0] == "…" or stop.startswith(".."):
        return word[0][0].isupper()
    closed = len(stop) > 1 and stop[-1] in "\"'”’»)]"
    return stop[0] in "!?" or (closed and word[0][0].isupper()) or (starts and not _is_initial(before))


def _ends_at(before: str, behind: str, language: str) -> bool:
    """Whether a sentence ends between its text so far and what stands behind."""
    after = behind.lstrip(" \t\n\r\"'“‘«([*_")
    stop = re.search(rf"[.!?…]++{_CLOSING}$", before)
    if (
        not after
        or not before.strip()
        or stop is None
        or "\n" in behind[: len(behind) - len(behind.lstrip())]
    ):
        return True
    if not behind[0].isspace() and not _TIGHT.search(
        before + behind, max(0, stop.start() - 1), len(before) + 40
    ):
        return stop.group()[0] not in ".…" or not after[0].isalnum()
    if _goes_on_small(before, stop.group(), after):
        return False
    if stop.group()[0] == "…" or stop.group().startswith(".."):
        return not _is_short_opening(before)
    if stop.group()[0] != "." or (len(stop.group()) > 1 and stop.group()[1] == "."):
        return True
    return not _is_abbreviation(before, after, language)


def _goes_on_small(before: str, stop: str, after: str) -> bool:
    """A small letter goes on after a full stop or dots, after a quotation, and after a name such as Yahoo!"""
    if not after[0].islower():
        return False
    if stop[0] in ".…" or stop[-1] in "\"'”’»)]":
        return True
    words = before.split()
    return (
        stop == "!"
        and len(words) > 1
        and words[-1][0].isupper()
        and not any(word.strip(",").lower() in GREETINGS for word in words[:-1])
    )


def _is_short_opening(before: str) -> bool:
    """ "Hi… Ada" and "Well… That is it" only pause."""
    words = [word.strip(".,…").lower() for word in before.split()]
    return len(words) == 1 or (len(words) < 4 and words[0] in GREETINGS)


def _is_abbreviation(before: str, after: str, language: str) -> bool:
    bare = _find_bare_word(before)
    if bare is None:
        return False
    written = _find_word(before)
    if after[0].isdigit():
        return _list_all().get(f"{bare}.") is not None and written not in ("no", "in", "it")
    if re.fullmatch(r"\d{1,4}", bare):
        return (
            re.match(rf"(?:{_MONTHS})\b", after) is not None
            or re.match(rf"(?:{_COUNTED})\b", after) is not None
        )
    if bare == "st" and re.match(r"(?:[A-Z][\w’']*)", after):
        return after.split()[0].lower().strip(",.") not in STARTERS and not _is_after_street(before)
    spaced = re.sub(r"\s+", "", " ".join(before.split()[-2:])).rstrip(".").lower()
    return (
        written in _list_titles(language) or bare in NEVER_LAST or spaced in NEVER_LAST or _is_initial(before)
    )


def _is_after_street(before: str) -> bool:
    words = before.split()
    return len(words) > 2 and words[-2][0].isupper() and words[-2].lower() not in GREETINGS | STARTERS


def _is_initial(before: str) -> bool:
    """J. Smith: one capital that is no word of a sentence; the package knows "Plan B."."""
    word = _find_word(before)
    if len(word) != 1 or not word.isupper() or word == "I":
        return False
    words = before.split()
    return len(words) < 2 or words[-2].lower() not in (
        "plan",
        "option",
        "vitamin",
        "grade",
        "class",
        "type",
        "section",
        "part",
        "room",
        "group",
        "team",
        "point",
        "gen",
        "gate",
        "hall",
        "block",
        "unit",
        "level",
    )


def _find_word(before: str) -> str:
    found = _LAST_WORD.search(before)
    return found[1] if found else ""


def _find_bare_word(before: str) -> str | None:
    return _find_word(before).lower() or None


@lru_cache(maxsize=64)
def _list_titles(language: str) -> frozenset[str]:
    """Titles as written, of one language, or of all but those that are words elsewhere."""
    own = frozenset(list_forms("title", language)) if language else frozenset()
    return own | frozenset(title for title in list_forms("title") if title.lower() not in WORDS_TOO)


@lru_cache(maxsize=1)
def _list_all() -> dict[str, bool]:
    """Every abbreviation with a stop, in small letters, and the months."""
    forms = {
        f"{form.rstrip('.').lower()}.": True
        for kind in ("title", "short", "number")
        for form in list_forms(kind)
    }
    months = list_words("jan feb mar apr jun jul aug sep sept oct nov dec mo mon tue wed thu fri sat okt dez")
    return (
        forms
        | {f"{month}.": True for month in months}
        | {"op.": True, "st.": True, "ave.": True, "rd.": True}
    )


def _trim_span(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))
