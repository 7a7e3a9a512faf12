"""What is left of numbers: years, ranges, versions, signs before and after, long and short numbers."""

from __future__ import annotations

import re

from renderer.words.number_words import (
    LONG,
    MINUS,
    PLUS,
    TO,
    knows_numbers,
    parse_number,
    say_cardinal,
    say_count,
    say_decimal,
    say_digits,
    say_year,
)
from renderer.words.reader import Reader
from renderer.words.rules import ENGLISH, Rule, behind

_MORE = behind("than|over|nearly|almost|up to")
_BEFORE_YEAR = behind(r"[Ii]n|[Ss]ince|of|year|[Bb]y|[Ff]rom|until|[Cc]irca|[Ee]st\.|born|died|b\.|d\.")
# Between the parts of a version.
_POINT = {
    "en": "point", "de": "Punkt", "fr": "point", "es": "punto", "it": "punto", "pt": "ponto", "nl": "punt",
}  # fmt: skip
_TIMES = {"de": "mal", "fr": "par", "es": "por", "it": "per", "pt": "por", "nl": "bij"}


def _say_year(match: re.Match[str], reader: Reader) -> str | None:
    return say_year(int(match["y"]), reader) if knows_numbers(reader) else None


def _say_years(match: re.Match[str], reader: Reader) -> str | None:
    """2019–2024, 2024/25."""
    if not knows_numbers(reader):
        return None
    first, last = match["y"], match["z"]
    if len(last) == 2 and int(last) <= int(first) % 100:
        return None  # 2026-03 is a month
    end = say_year(int(last), reader) if len(last) == 4 else say_cardinal(int(last), reader)
    between = " " if match["sep"] == "/" else f" {TO.get(reader.language, 'to')} "
    return f"{say_year(int(first), reader)}{between}{end}"


def _say_count(match: re.Match[str], reader: Reader) -> str | None:
    if not knows_numbers(reader):
        return None
    if _counts_noun(match, reader):
        return say_count(parse_number(match["n"], reader), reader)
    return _say(match["n"], reader)


def _counts_noun(match: re.Match[str], reader: Reader) -> bool:
    """1 Jahr is "ein Jahr", but Nr. 1 in is "eins"."""
    numbered = re.search(
        r"(?:[.°º:]|[NnSs]\w*[mt][mie]\w*[ero]|Platz|Version) $", match.string[: match.start()]
    )
    noun = re.match(r" [^\W\d_]{3,}", match.string[match.end() :])
    return not reader.is_english and not numbered and noun is not None and len(match["n"]) < 4


def _say_signed(match: re.Match[str], reader: Reader) -> str | None:
    if not knows_numbers(reader):
        return None
    plus = match["sign"] == "+"
    word = PLUS.get(reader.language, "plus") if plus else MINUS.get(reader.language, "minus")
    return f"{word} {_say(match['n'], reader)}"


def _say(number: str, reader: Reader) -> str:
    bare = number.isdecimal()
    if bare and (
        (number.startswith("0") and len(number) > 1) or (len(number) >= LONG and not number.endswith("000"))
    ):
        return say_digits(number, reader)
    return say_decimal(parse_number(number, reader), reader)


def _say_to(match: re.Match[str], reader: Reader) -> str | None:
    return f" {TO[reader.language]} " if reader.language in TO else None


def _say_sizes(match: re.Match[str], reader: Reader) -> str:
    """2x4, 1920x1080: nineteen twenty by ten eighty."""
    times = " times " if "=" in match.string and "×" in match[0] else " by "
    return times.join(_say_size(size, reader) for size in re.findall(r"\d+", match[0]))


def _say_size(size: str, reader: Reader) -> str:
    if len(size) == 4 and not size.endswith("00"):
        return f"{say_cardinal(int(size[:2]), reader)} {say_cardinal(int(size[2:]), reader)}"
    return _say(size, reader)


def _say_foreign_times(match: re.Match[str], reader: Reader) -> str:
    return f" {_TIMES[reader.language]} "


def _say_times(match: re.Match[str], reader: Reader) -> str:
    return f"{_say(match['n'], reader)} times"


def _say_version(match: re.Match[str], reader: Reader) -> str | None:
    """v2.3.1, 192.168.0.1: the parts with "point" between."""
    if not knows_numbers(reader):
        return None
    point = _POINT.get(reader.language, "")
    said = f" {point} ".join(say_cardinal(int(part), reader) for part in match["n"].split("."))
    return f"version {said}" if match["v"] and reader.is_english else said


def _say_trailing_plus(match: re.Match[str], reader: Reader) -> str | None:
    return f" {PLUS.get(reader.language, 'plus')}"


_EDGE = r"(?<![\w.,])"
RULES = (
    Rule(
        rf"{_EDGE}(?P<y>(?:1[1-9]|20)\d\d)(?P<sep> ?[-–—] ?|/)(?P<z>(?:1[1-9]|20)\d\d|\d\d)(?![\w-]|[.,/]\d)",
        _say_years,
    ),
    Rule(rf"{_EDGE}(?P<v>\b[vV]\.? ?)?(?P<n>\d+(?:\.\d+){{2,}})(?!\w|[.,]\d)", _say_version),
    Rule(rf"{_EDGE}(?P<v>\b[vV]\.? ?)(?P<n>\d+(?:\.\d+)?)(?!\w|[.,]\d)", _say_version, ENGLISH),
    Rule(r"(?<=\d) ?[-–—] ?(?=(?:[$€£¥₹]|US\$)?\d)", _say_to),
    Rule(r"(?:(?<=[ap]m)|(?<=[ap]\.m\.)|(?<=\bnoon)|(?<=\bmidnight)) ?[-–—] ?(?=\d)", _say_to, ENGLISH),
    Rule(r"(?:(?<=\d[kKMB])|(?<=\d[bm]n)) ?[-–—] ?(?=(?:[$€£¥₹])?\d)", _say_to),
    Rule(r"(?:(?<=\dst)|(?<=\dnd)|(?<=\drd)|(?<=\dth)) ?[-–—] ?(?=\d)", _say_to, ENGLISH),
    Rule(r"(?<=\b[A-Z]\d) ?[-–—] ?(?=[A-Z]\d\b)", _say_to),
    Rule(r"(?<=[%$€£]) ?[-–—] ?(?=[$€£]?\d)", _say_to),
    Rule(rf"{_EDGE}\d+(?: ?[x×] ?\d+)+(?![\w]|[.,]\d)", _say_sizes, ENGLISH),
    Rule(r"(?<=\d) ?[x×] ?(?=\d)", _say_foreign_times, frozenset(_TIMES)),
    Rule(rf"{_EDGE}(?P<n><NUM>)[x×](?!\w)", _say_times, ENGLISH),
    Rule(rf"{_MORE}(?P<n>(?:1[1-9]|20)\d\d)(?= [a-z])(?!\w)", _say_count, ENGLISH),
    Rule(rf"{_BEFORE_YEAR}(?P<y>1[1-8]\d\d)(?![\w%]|[.,]\d)", _say_year, ENGLISH),
    Rule(rf"{_EDGE}(?P<y>19\d\d|20\d\d)(?![\w%]|[.,]\d)", _say_year),
    Rule(r"(?<=\d)\+(?!\w)", _say_trailing_plus),
    Rule(r"(?<![\w.,)%€$£°])(?P<sign>[-−–+]) ?(?P<n><NUM>)(?![\w])", _say_signed),
)
# Any figure that is left.
LAST_RULES = (
    Rule(r"(?<![A-Za-zÀ-ɏ\d])(?P<n><NUM>)(?![A-Za-zÀ-ɏ\d])", _say_count),
    Rule(r"(?P<n>\d+)", _say_count),
)  # fmt: skip
