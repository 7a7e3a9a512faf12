"""Dates in words: ISO, figures in the order of the reader's place, and months by name."""

from __future__ import annotations

import re
from functools import lru_cache

from renderer.words.number_words import TO, knows_numbers, say_cardinal, say_ordinal, say_year
from renderer.words.reader import Reader
from renderer.words.rules import ENGLISH, NEXT, Rule

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SHORT = {month[:3]: month for month in _MONTHS} | {"Sept": "September"}
_NAME = "|".join([*_MONTHS, *(f"{short}\\.?" for short in sorted(_SHORT, key=len, reverse=True))])
_DAYS = {
    day[:3]: day for day in ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
} | {"Tues": "Tuesday", "Thur": "Thursday", "Thurs": "Thursday"}
_DAY = "|".join(sorted(_DAYS, key=len, reverse=True))
_TENS = {20: "twenties", 30: "thirties", 40: "forties", 50: "fifties", 60: "sixties", 70: "seventies",
         80: "eighties", 90: "nineties", 10: "tens", 0: "hundreds"}  # fmt: skip
_ORDINAL = r"(?:st|nd|rd|th)"
_DASH = r" ?[-–—] ?"
_CLOSE = r"(?![\w/]|[.:-]\d)"
_AT = {"en": "at", "de": "um", "fr": "à", "es": "a las", "it": "alle", "pt": "às", "nl": "om"}
# Behind the name of a day or a month, long or short.
_AFTER_NAME = "|".join(rf"(?<=\b{name})" for name in [*_DAYS, *_DAYS.values(), *_SHORT, *_MONTHS])
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
        return _say_english(day, _MONTHS[month - 1], year, reader, match)
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
    before = f"{_DAYS.get(match['day'], match['day'])}{NEXT}" if match["day"] else ""
    to = f" to {say_ordinal(int(match['e']), reader)}" if match["e"] else ""
    of = f" of{NEXT}" if not match["of"] else f"{NEXT}of{NEXT}"
    return f"{before}{the}{say_ordinal(day, reader)}{to}{of}{_expand_month(match['m'])}{last}"


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
    return _SHORT.get(bare, bare)


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


def _say_decade(match: re.Match[str], reader: Reader) -> str:
    century, decade = match["c"], int(match["d"])
    if not century:
        return _TENS[decade]
    if decade == 0 and int(century) % 10 == 0:
        return f"{say_cardinal(int(century) // 10, reader)} thousands"
    return f"{say_cardinal(int(century), reader)} {_TENS[decade]}"


def _say_at(match: re.Match[str], reader: Reader) -> str:
    return f" {_AT.get(reader.language, '')} "


def _say_to(match: re.Match[str], reader: Reader) -> str:
    return " to "


def _say_days(match: re.Match[str], reader: Reader) -> str | None:
    """Mo.–Fr., lun-ven."""
    days = _list_days(reader)
    first, last = days.get(match["a"].lower()), days.get(match["b"].lower())
    return f"{first} {TO.get(reader.language, '–')} {last}" if first and last else None


@lru_cache(maxsize=64)
def _list_days(reader: Reader) -> dict[str, str]:
    from babel.dates import get_day_names

    full = get_day_names("wide", "format", locale=reader.words)
    short = get_day_names("abbreviated", "format", locale=reader.words)
    return {str(short[day]).rstrip(".").lower(): str(full[day]) for day in full}


def _expand_month_alone(match: re.Match[str], reader: Reader) -> str:
    return _SHORT[match["m"]]


def _expand_day_alone(match: re.Match[str], reader: Reader) -> str:
    return _DAYS[match["day"]]


FOREIGN = frozenset(
    ["de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "no", "fi", "cs", "ro", "ca", "hu"]
)
RULES = (
    Rule(
        r"(?<![\w.,])['’]?(?P<c>1\d|20)?(?P<d>[2-9]0|(?<=1[0-9])[01]0|(?<=20)[01]0)['’]?s(?!\w)",
        _say_decade,
        ENGLISH,
    ),
    Rule(r"(?<=\d)T(?=\d\d:\d\d)", _say_at),
    Rule(
        rf"(?:{_AFTER_NAME}) ?[-–—] ?(?=(?:{_DAY}|{_NAME})(?![^\W\d_])|[A-Z][a-z]+day\b)",
        _say_to,
        ENGLISH,
    ),
    Rule(rf"(?<![\w/.-])(?P<y>\d{{4}})(?P<sep>[-/.])(?P<m>\d\d?)(?P=sep)(?P<d>\d\d?){_CLOSE}", _say_iso),
    Rule(r"(?<![\w/.-])(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)(?=T\d\d:)", _say_iso),
    Rule(
        rf"(?<![\w/.-])(?P<a>\d\d?)(?P<sep>[/.-])(?P<b>\d\d?)(?P=sep)(?P<y>\d{{4}}|\d\d){_CLOSE}",
        _say_figures,
    ),
    Rule(
        r"(?i:(?<=\bon )|(?<=\bby )|(?<=\buntil )|(?<=\bbefore )|(?<=\bsince )|(?<=\bdue ))"
        rf"(?P<a>\d\d?)/(?P<b>\d\d?){_CLOSE}",
        _say_short_figures,
        ENGLISH,
    ),
    Rule(
        rf"(?:\b(?P<day>{_DAY})\.?,? )?(?<![\w.,])(?P<d>\d\d?){_ORDINAL}?(?:{_DASH}(?P<e>\d\d?){_ORDINAL}?)?"
        rf"(?P<of> of)? (?P<m>{_NAME})(?!\w)(?:,? (?P<y>(?:1\d|20)\d\d)(?![\w.,:]\d|\w))?",
        _say_day_month,
        ENGLISH,
    ),
    Rule(
        rf"\b(?P<m>{_NAME}) (?:the )?(?P<d>\d\d?){_ORDINAL}?"
        rf"(?:{_DASH}(?P<e>\d\d?){_ORDINAL}?)?(?!\w|[:%]|[.,]\d)"
        r"(?:,? (?P<y>(?:1\d|20)\d\d)(?![\w:]|[.,]\d))?",
        _say_month_day,
        ENGLISH,
    ),
    Rule(rf"\b(?P<m>{_NAME}) (?P<y>(?:1\d|20)\d\d)(?![\w:]|[.,]\d)", _say_month_year, ENGLISH),
    Rule(
        r"\b(?P<m>Jan|Feb|Apr|Aug|Sept|Sep|Oct|Nov|Dec)\.(?= |$)(?=. ?[A-Za-z0-9])",
        _expand_month_alone,
        ENGLISH,
    ),
    Rule(r"\b(?P<day>Mon|Tues?|Wed|Thurs?|Thu|Fri|Sat|Sun)\.(?= [A-Z0-9])", _expand_day_alone, ENGLISH),
    Rule(
        r"\b(?P<day>Mon|Tues?|Wed|Thurs?|Thu|Fri)(?=[-–—](?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b)",
        _expand_day_alone,
        ENGLISH,
    ),
    Rule(r"(?<=[a-z][-–—])(?P<day>Tues?|Wed|Thurs?|Thu|Fri|Sat|Sun)\b", _expand_day_alone, ENGLISH),
    Rule(r"(?<!\w)(?P<a>[^\W\d_]{2,4})\.? ?[-–—] ?(?P<b>[^\W\d_]{2,4})(?!\w)\.?", _say_days, FOREIGN),
    Rule(
        r"(?<![\w.,])(?P<d>\d\d?)(?:\.|er|º|°|\.º)? (?P<de>de |di )?(?P<m>[^\W\d_]{3,}\.?)(?!\w)"
        r"(?:(?P<of> de| del| di)? (?P<y>(?:1\d|20)\d\d)(?![\w:]|[.,]\d))?",
        _say_named_day,
        FOREIGN,
    ),
)
