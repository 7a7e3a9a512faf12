"""Names of days and months that stand alone or in a range, short years and decades."""

from __future__ import annotations

import re
from functools import lru_cache

from renderer.words.number_words import TO, say_cardinal
from renderer.words.reader import Reader
from renderer.words.rules import ENGLISH, Rule, behind

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
SHORT_MONTHS = {month[:3]: month for month in MONTHS} | {"Sept": "September"}
MONTH_NAME = "|".join([*MONTHS, *(f"{short}\\.?" for short in sorted(SHORT_MONTHS, key=len, reverse=True))])
DAYS = {
    day[:3]: day for day in ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
} | {"Tues": "Tuesday", "Thur": "Thursday", "Thurs": "Thursday"}
FULL_DAYS = "|".join(day + comma for day in dict.fromkeys(DAYS.values()) for comma in ("", ","))
DAY_NAME = "|".join(sorted(DAYS, key=len, reverse=True))
_TENS = {20: "twenties", 30: "thirties", 40: "forties", 50: "fifties", 60: "sixties", 70: "seventies",
         80: "eighties", 90: "nineties", 10: "tens", 0: "hundreds"}  # fmt: skip
# Behind the name of a day or a month, long or short.
_AFTER_NAME = "|".join(rf"(?<=\b{name})" for name in [*DAYS, *DAYS.values(), *SHORT_MONTHS, *MONTHS])
# Before a short name of a month that may also be a person's ("Jan", "Mar").
_IN = behind("[Ii]n|[Bb]y|[Ss]ince|[Uu]ntil|[Ff]rom|next|last|of|early|late|mid|to|[Tt]his")


def _say_decade(match: re.Match[str], reader: Reader) -> str:
    century, decade = match["c"], int(match["d"])
    if not century:
        return _TENS[decade]
    if decade == 0 and int(century) % 10 == 0:
        return f"{say_cardinal(int(century) // 10, reader)} thousands"
    return f"{say_cardinal(int(century), reader)} {_TENS[decade]}"


def _say_short_year(match: re.Match[str], reader: Reader) -> str:
    """'98: ninety eight."""
    digits = match["y"]
    return (" oh " if digits[0] == "0" else " ") + say_cardinal(int(digits), reader)


def _say_to(match: re.Match[str], reader: Reader) -> str:
    return " to "


def _say_days(match: re.Match[str], reader: Reader) -> str | None:
    """Mo.–Fr., lun-ven."""
    days = _list_days(reader)
    first, last = days.get(match["a"].lower()), days.get(match["b"].lower())
    return f"{first} {TO.get(reader.language, '–')} {last}" if first and last else None


def _say_foreign_day(match: re.Match[str], reader: Reader) -> str | None:
    """Mo., 14.12., and "am Fr."."""
    return _list_days(reader).get(match["a"].lower())


@lru_cache(maxsize=64)
def _list_days(reader: Reader) -> dict[str, str]:
    from babel.dates import get_day_names

    full = get_day_names("wide", "format", locale=reader.words)
    short = get_day_names("abbreviated", "format", locale=reader.words)
    return {str(short[day]).rstrip(".").lower(): str(full[day]) for day in full}


def _expand_month(match: re.Match[str], reader: Reader) -> str:
    return SHORT_MONTHS[match["m"]]


def _expand_day(match: re.Match[str], reader: Reader) -> str:
    return DAYS[match["day"]]


# Where one of these stands before or behind, a short name is a day or a month.
_NEAR = r"(?= ?[-–—/] ?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))"
_FAR = r"(?:(?<=[a-z][-–—/])|(?<=[a-z] [-–—/] ))"
DATED = frozenset(["de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "no", "fi", "cs", "ro", "ca", "hu"])
RULES = (
    Rule(
        r"(?<![\w.,])['’]?(?P<c>1\d|20)?(?P<d>[2-9]0|(?<=1[0-9])[01]0|(?<=20)[01]0)['’]?s(?!\w)",
        _say_decade,
        ENGLISH,
    ),
    Rule(r"(?:(?<![\w'’])|(?<=[QH]\d))['’](?P<y>\d\d)(?![\w'’])", _say_short_year, ENGLISH),
    Rule(
        rf"(?:{_AFTER_NAME}) ?[-–—] ?(?=(?:{DAY_NAME}|{MONTH_NAME})(?![^\W\d_])|[A-Z][a-z]+day\b)",
        _say_to,
        ENGLISH,
    ),
    Rule(
        r"\b(?P<m>Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\.(?! [A-Z][a-z]+ [A-Z])(?!\w)",
        _expand_month,
        ENGLISH,
    ),
    Rule(r"\b(?P<m>Feb|Apr|Aug|Sept|Sep|Oct|Nov|Dec)(?![\w’'-])", _expand_month, ENGLISH),
    Rule(rf"(?:{_IN}|{_FAR})(?P<m>Jan|Mar|Jun|Jul)(?![\w’'])", _expand_month, ENGLISH),
    Rule(rf"\b(?P<m>Jan|Mar|Jun|Jul){_NEAR}", _expand_month, ENGLISH),
    Rule(r"\b(?P<day>Mon|Tues?|Wed|Thurs?|Thur?|Fri)(?:\.(?=,| |$)|(?![\w.’'-]))", _expand_day, ENGLISH),
    Rule(
        rf"\b(?P<day>Mon|Tues?|Wed|Thurs?|Thur?|Fri|Sat|Sun)"
        rf"(?:{_NEAR}|\.?(?=,? \d)|\.(?=,? [A-Z][a-z]+\.? \d))",
        _expand_day,
        ENGLISH,
    ),
    Rule(rf"{_FAR}(?P<day>Mon|Tues?|Wed|Thurs?|Thur?|Fri|Sat|Sun)(?!\w)", _expand_day, ENGLISH),
    Rule(r"(?<=[0-9]0s)[-–—](?=['’]?\d)", _say_to, ENGLISH),
    Rule(r"(?<!\w)(?P<a>[^\W\d_]{2,4})\.? ?[-–—] ?(?P<b>[^\W\d_]{2,4})(?!\w)\.?", _say_days, DATED),
    Rule(r"(?<!\w)(?P<a>[^\W\d_]{2,4})\.(?=,? \d)", _say_foreign_day, DATED),
    Rule(r"(?<=\b[Aa]m )(?P<a>[A-Z][a-z])\.(?!\w)", _say_foreign_day, frozenset({"de"})),
)
