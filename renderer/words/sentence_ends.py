"""Whether a stop ends a sentence: abbreviations, initials, ordinals, dots that only pause."""

from __future__ import annotations

import re
from functools import lru_cache

from renderer.words.abbreviation_lists import list_forms
from renderer.words.word_lists import (
    GERMAN_ARTICLES,
    GERMAN_PREPOSITIONS,
    GERMAN_STARTERS,
    GREETINGS,
    NEVER_LAST,
    STARTERS,
    WORDS_TOO,
    list_words,
)

CLOSING = r"[\"'”’»)\]]*+"
# A stop without a space behind it, before a word with a capital.
TIGHT = re.compile(
    rf"(?:(?<=[^\W\dA-ZÀ-Þ_])|(?<=[A-Z][A-Z])|(?<=\d\d))[.!?]++{CLOSING}(?=[¿¡]?(?:[A-ZÀ-ÖØ-Þ][^\W\dA-Z_]+|[IA])(?:[\s,!?.…’'—-]|$))"
)
# What every stop of that kind begins with; most texts hold none.
MAYBE_TIGHT = re.compile(rf"[.!?]{CLOSING}[¿¡A-ZÀ-ÖØ-Þ]")
_MONTHS = (
    "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|"
    "November|Dezember|Jänner|januar|februar|mars|marts|april|maj|mai|juni|juli|august|september|oktober|november|december|desember"
)
_COUNTED = "Jahrhundert|Weltkrieg|Platz|Mal|Tag|Stock|Klasse|Quartal|Etage|Auflage|Kapitel|Woche|Geburtstag"
_LAST_WORD = re.compile(r"([^\s(\[\"“'‘«]+)[.!?…]+[\"'”’»)\]]*$")
_OPENING = " \t\n\r\"'“‘«([*_"
_LOOKED_AHEAD = 40  # characters behind a stop without a space
_STOP = re.compile(rf"[.!?…]++{CLOSING}$")
_ORDINAL, _YEAR = re.compile(r"\d{1,2}"), re.compile(r"\d{1,4}")
_DATED = re.compile(rf"(?:{_MONTHS}|{_COUNTED})\b")
_CAPITAL_WORD = re.compile(r"[A-Z][\w’']*")
_WORD = re.compile(r"[\w’']+")
_APOSTROPHES = re.compile("['’]")


def is_end(before: str, behind: str, language: str) -> bool:
    """Whether a sentence ends between its text so far and what stands behind."""
    head = behind[:_LOOKED_AHEAD]
    whole = len(head.lstrip(_OPENING).split(None, 1)) > 1  # the next word ends in it
    return _is_end(before, head if whole else behind, language)


@lru_cache(maxsize=8192)  # most sentences of a script are the same for everybody
def _is_end(before: str, behind: str, language: str) -> bool:
    after = behind.lstrip(_OPENING)
    stop = _STOP.search(before)
    if (
        not after
        or not before.strip()
        or stop is None
        or "\n" in behind[: len(behind) - len(behind.lstrip())]
    ):
        return True
    if not behind[0].isspace() and not TIGHT.search(
        before + behind, max(0, stop.start() - 1), len(before) + _LOOKED_AHEAD
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
    bare = find_bare_word(before)
    if bare is None:
        return False
    written = _find_word(before)
    if after[0].isdigit():
        return _list_all().get(f"{bare}.") is not None and written not in ("no", "in", "it")
    if _ORDINAL.fullmatch(bare) and _is_german_ordinal(before, after):
        return True
    if _YEAR.fullmatch(bare):
        return _DATED.match(after) is not None
    if bare == "st" and _CAPITAL_WORD.match(after):
        return after.split()[0].lower().strip(",.") not in STARTERS and not _is_after_street(before)
    spaced = "".join(before.split()[-2:]).rstrip(".").lower()
    return _is_title(written, language) or bare in NEVER_LAST or spaced in NEVER_LAST or is_initial(before)


def _is_title(written: str, language: str) -> bool:
    """Also in small letters, and behind an article: il dott., l'avv."""
    word = _APOSTROPHES.split(written)[-1]
    titles = _list_titles(language)
    return word in titles or (word.islower() and word not in WORDS_TOO and word.capitalize() in titles)


def _is_german_ordinal(before: str, after: str) -> bool:
    """Der 1. FC Köln; am 3. Montag; but "bis zum 15. Dann"."""
    article = before.split()[-2:-1]
    following = _WORD.match(after)
    if not article or not following:
        return False
    word = article[0].lower()
    return word in GERMAN_ARTICLES or (
        word in GERMAN_PREPOSITIONS and following[0].lower() not in GERMAN_STARTERS
    )


def _is_after_street(before: str) -> bool:
    words = before.split()
    return len(words) > 2 and words[-2][0].isupper() and words[-2].lower() not in GREETINGS | STARTERS


def is_initial(before: str) -> bool:
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
    token = before.rsplit(None, 1)[-1:]  # no word of it reaches beyond a space
    return _find_word_in(token[0]) if token else ""


@lru_cache(maxsize=4096)
def _find_word_in(token: str) -> str:
    found = _LAST_WORD.search(token)
    return found[1] if found else ""


def find_bare_word(before: str) -> str | None:
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
