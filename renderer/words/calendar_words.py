"""Dates in words: ISO, figures in the order of the reader's place, and months by name."""

from __future__ import annotations

import re
from functools import lru_cache

from renderer.words.calendar_names import (
    DATED,
    DAY_NAME,
    DAYS,
    FULL_DAYS,
    MONTH_NAME,
    MONTHS,
    SHORT_MONTHS,
)
from renderer.words.number_words import knows_numbers, say_cardinal, say_ordinal, say_year
from renderer.words.reader import Reader
from renderer.words.rules import ENGLISH, NEXT, Rule, behind

_ORDINAL = r"(?:st|nd|rd|th)"
_DASH = r" ?[-–—] ?"
_CLOSE = r"(?![\w/]|[.:-]\d)"
_AT = {"en": "at", "de": "um", "fr": "à", "es": "a las", "it": "alle", "pt": "às", "nl": "om"}
_DOTTED = frozenset({"de", "pl", "cs", "fi", "no", "da"})
_SLASHED = frozenset({"fr", "es", "it", "pt", "nl"})
_ON = "le|Le|du|au|el|El|del|al|hasta|desde|il|Il|dal|em|Em|até|dia|op|Op|tot|vanaf|jusqu'au"
# Words before a German date that give its ordinal the ending of that case.
_GERMAN_E, _GERMAN_EN = (
    {"der", "die", "das"},
    ["am", "dem", "den", "vom", "zum", "beim", "im", "des", "bis", "ab", "seit", "nach", "dieser"],
)


def _say_iso(match: re.Match[str], reader: Reader) -> str | None:
    year, month, day = (int(match[name]) for name in ("y", "m", "d"))
    said = say_date(day, month, year, reader, match)
    return said and " ".join(said.split(NEXT))


def _say_figures(match: re.Match[str], reader: Reader) -> str | None:
    """Day and month by the reader's place, and the other way round where only that is a date."""
    first, second = int(match["a"]), int(match["b"])
    month_first = reader.month_first and match["sep"] != "."
    day, month = (second, first) if month_first else (first, second)
    if month > 12:
        day, month = month, day
    said = say_date(day, month, _read_year(match["y"]), reader, match)
    return said and " ".join(said.split(NEXT))


def _say_short_figures(match: re.Match[str], reader: Reader) -> str | None:
    """12/25 after a word such as "on"."""
    first, second = int(match["a"]), int(match["b"])
    day, month = (second, first) if reader.month_first else (first, second)
    if month > 12:
        day, month = month, day
    said = say_date(day, month, None, reader, match)
    return said and " ".join(said.split(NEXT))


def _read_year(text: str | None) -> int | None:
    if not text:
        return None
    year = int(text)
    if len(text) == 4:
        return year
    return year + (2000 if year < 70 else 1900)


def say_date(
    day: int, month: int, year: int | None, reader: Reader, match: re.Match[str] | None = None
) -> str | None:
    """The parts of a date as the reader's place orders them; None where no calendar has it."""
    if not 1 <= month <= 12 or not 1 <= day <= 31 or not knows_numbers(reader):
        return None
    if reader.is_english:
        return _say_english(day, MONTHS[month - 1], year, reader, match)
    parts = [_say_day(day, reader, match), _name_month(month, reader)]
    if year is not None:
        of = "de " if reader.language in ("es", "pt") else ""
        parts.append(of + say_year(year, reader))
    return NEXT.join(parts)


def _say_english(day: int, month: str, year: int | None, reader: Reader, match: re.Match[str] | None) -> str:
    spoken_year = f"{NEXT}{say_year(year, reader)}" if year is not None else ""
    if reader.is_american:
        return f"{month}{NEXT}{say_ordinal(day, reader)}{',' if spoken_year else ''}{spoken_year}"
    the = "" if match and _find_word_before(match) == "the" else "the "
    return f"{the}{say_ordinal(day, reader)} of{NEXT}{month}{spoken_year}"


def _say_day(day: int, reader: Reader, match: re.Match[str] | None) -> str:
    language = reader.language
    if language == "de":
        before = _find_word_before(match) if match else ""
        ending = "e" if before in _GERMAN_E else "en" if before in _GERMAN_EN else "er"
        return say_ordinal(day, reader).removesuffix("e") + ending
    if language == "pl":
        genitive = (
            re.sub("i$", "iego", re.sub("y$", "ego", word)) for word in say_ordinal(day, reader).split()
        )
        return " ".join(genitive)
    if day == 1 and (language in ("fr", "it") or reader.words == "pt_BR"):
        return {"fr": "premier", "it": "primo", "pt": "primeiro"}[language]
    return say_cardinal(day, reader) + (" de" if language in ("es", "pt") else "")


def _find_word_before(match: re.Match[str]) -> str:
    words = match.string[: match.start()].split()
    return words[-1].lower() if words else ""


@lru_cache(maxsize=256)
def _name_month(month: int, reader: Reader) -> str:
    from babel.dates import get_month_names

    return str(get_month_names("wide", "format", locale=reader.words)[month])


def _say_day_month(match: re.Match[str], reader: Reader) -> str | None:
    """14 March, 14th of March 2026: read as written, the day first."""
    day = int(match["d"])
    if not 1 <= day <= 31:
        return None
    the = "" if _find_word_before(match) == "the" else "the "
    last = f"{NEXT}{say_year(int(match['y']), reader)}" if match["y"] else ""
    before = f"{DAYS.get(match['day'], match['day'])}{NEXT}" if match["day"] else ""
    to = f" to {say_ordinal(int(match['e']), reader)}" if match["e"] else ""
    of = f" of{NEXT}" if not match["of"] else f"{NEXT}of{NEXT}"
    return f"{before}{the}{say_ordinal(day, reader)}{to}{of}{_expand_month(match['m'])}{last}"


def _say_dashed(match: re.Match[str], reader: Reader) -> str | None:
    """14-Mar-26, as spreadsheets write it."""
    month = MONTHS.index(_expand_month(match["m"])) + 1
    said = say_date(int(match["d"]), month, _read_year(match["y"]), reader, match)
    return said and " ".join(said.split(NEXT))


def _say_month_day(match: re.Match[str], reader: Reader) -> str | None:
    """March 14, March 14th, 2026: read as written, the month first."""
    day = int(match["d"])
    if not 1 <= day <= 31:
        return None
    the = "" if reader.is_american else "the "
    to = f" to {say_ordinal(int(match['e']), reader)}" if match["e"] else ""
    last = f",{NEXT}{say_year(int(match['y']), reader)}" if match["y"] else ""
    return f"{_expand_month(match['m'])}{NEXT}{the}{say_ordinal(day, reader)}{to}{last}"


def _say_month_year(match: re.Match[str], reader: Reader) -> str:
    return f"{_expand_month(match['m'])}{NEXT}{say_year(int(match['y']), reader)}"


def _expand_month(name: str) -> str:
    bare = name.rstrip(".")
    return SHORT_MONTHS.get(bare, bare)


def _say_named_day(match: re.Match[str], reader: Reader) -> str | None:
    """Non-English: 3. Oktober, 12 mars 2027, 1er mai, 5 de mayo de 2026."""
    day = int(match["d"])
    if match["m"].rstrip(".").lower() not in _list_months(reader) or not 1 <= day <= 31:
        return None
    if not knows_numbers(reader):
        return None
    de = match["de"] or ""
    said = _say_day(day, reader, match).removesuffix(" de")
    last = ""
    if match["y"]:
        of = f"{NEXT}{match['of'].strip()}{NEXT}" if match["of"] else NEXT
        last = of + say_year(int(match["y"]), reader)
    month = _name_month(_list_months(reader)[match["m"].rstrip(".").lower()], reader)
    return f"{said}{NEXT}{de.strip()}{NEXT if de else ''}{month}{last}"


@lru_cache(maxsize=64)
def _list_months(reader: Reader) -> dict[str, int]:
    from babel.dates import get_month_names

    months: dict[str, int] = {}
    for width in ("wide", "abbreviated"):
        for number, name in get_month_names(width, "format", locale=reader.words).items():
            months[str(name).rstrip(".").lower()] = number
    return months


FOREIGN = frozenset(
    ["de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "no", "fi", "cs", "ro", "ca", "hu"]
)


def _say_at(match: re.Match[str], reader: Reader) -> str:
    return f" {_AT.get(reader.language, '')} "


RULES = (
    Rule(r"(?<=\d)T(?=\d\d:\d\d)", _say_at),
    Rule(rf"(?<![\w/.-])(?P<y>\d{{4}})(?P<sep>[-/.])(?P<m>\d\d?)(?P=sep)(?P<d>\d\d?){_CLOSE}", _say_iso),
    Rule(r"(?<![\w/.-])(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?=T\d\d:)", _say_iso),
    Rule(
        rf"(?<![\w/.-])(?P<a>\d\d?)(?P<sep>[/.-])(?P<b>\d\d?)(?P=sep)(?P<y>\d{{4}}|\d\d){_CLOSE}",
        _say_figures,
    ),
    Rule(
        behind(f"[Oo]n|[Bb]y|[Uu]ntil|[Bb]efore|[Ss]ince|due|[Dd]ate:|{DAY_NAME}|{FULL_DAYS}")
        + rf"(?P<a>\d\d?)/(?P<b>\d\d?){_CLOSE}",
        _say_short_figures,
        ENGLISH,
    ),
    Rule(r"(?<![\w.,/])(?P<a>\d\d?)\.(?P<b>\d\d?)\.(?!\w)", _say_short_figures, _DOTTED),
    Rule(behind(_ON) + rf"(?P<a>\d\d?)/(?P<b>\d\d?){_CLOSE}", _say_short_figures, _SLASHED),
    Rule(
        rf"(?<![\w.,])(?P<d>\d\d?)[-/](?P<m>{MONTH_NAME})[-/](?P<y>\d{{4}}|\d\d)(?!\w)", _say_dashed, ENGLISH
    ),
    Rule(
        rf"(?:\b(?P<day>{DAY_NAME})\.?,? )?(?<![\w.,])(?P<d>\d\d?){_ORDINAL}?"
        rf"(?:{_DASH}(?P<e>\d\d?){_ORDINAL}?)?"
        rf"(?P<of> of)? (?P<m>{MONTH_NAME})(?!\w)(?:,? (?P<y>(?:1\d|20)\d\d)(?![\w.,:]\d|\w))?",
        _say_day_month,
        ENGLISH,
    ),
    Rule(
        rf"\b(?P<m>{MONTH_NAME}) (?:the )?(?P<d>\d\d?){_ORDINAL}?"
        rf"(?:{_DASH}(?P<e>\d\d?){_ORDINAL}?)?(?!\w|[:%]|[.,]\d)"
        r"(?:,? (?P<y>(?:1\d|20)\d\d)(?![\w:]|[.,]\d))?",
        _say_month_day,
        ENGLISH,
    ),
    Rule(rf"\b(?P<m>{MONTH_NAME}) (?P<y>(?:1\d|20)\d\d)(?![\w:]|[.,]\d)", _say_month_year, ENGLISH),
    Rule(
        r"(?<![\w.,])(?P<d>\d\d?)(?:\.|er|º|°|\.º)? (?P<de>de |di )?(?P<m>[^\W\d_]{3,}\.?)(?!\w)"
        r"(?:(?P<of> de| del| di)? (?P<y>(?:1\d|20)\d\d)(?![\w:]|[.,]\d))?",
        _say_named_day,
        DATED,
    ),
)
