"""Times of day in words."""

from __future__ import annotations

import re

from renderer.words.number_words import knows_numbers, say_cardinal, say_ordinal
from renderer.words.reader import Reader
from renderer.words.rules import ENGLISH, Rule

_HALF_DAY = r"(?: ?(?P<half>[AaPp])(?:\.[Mm]\.?|[Mm]\.?)(?!\w))"
# The word between hours and minutes, and the one after a full hour.
_HOUR_WORDS = {
    "de": ("Uhr", "Uhr"),
    "fr": ("heures", "heures"),
    "nl": ("uur", "uur"),
    "pt": ("e", "horas"),
    "it": ("e", ""),
    "es": ("", ""),
    "sv": ("", ""),
    "da": ("", ""),
    "no": ("", ""),
}
_FEMININE_HOUR = {
    "fr": {"un": "une"},
    "es": {"uno": "una", "veintiuno": "veintiuna"},
    "it": {"uno": "una"},
    "pt": {"um": "uma", "dois": "duas"},
}


def _say_english(match: re.Match[str], reader: Reader) -> str | None:
    hour, minute = int(match["h"]), int(match["m"] or 0)
    if hour > 24 or minute > 59 or (match["half"] and not 1 <= hour <= 12):
        return None
    if _follows_date(match) and not match["half"]:
        return f"at {_say_hour_minute(hour, minute, reader) if minute else _say_full_hour(hour, reader)}"
    if match["half"]:
        return f"{_say_hour_minute(hour, minute, reader)} {_say_half(match)}"
    if minute:
        return _say_hour_minute(hour, minute, reader)
    return say_cardinal(hour, reader) if hour and _is_in_range(match) else _say_full_hour(hour, reader)


def _is_in_range(match: re.Match[str]) -> bool:
    """9:00–17:00 is nine to seventeen."""
    before, after = match.string[: match.start()], match.string[match.end() :]
    return bool(re.match(r" ?[-–—] ?\d", after) or re.search(r"\d ?[-–—] ?$", before))


def _say_half(match: re.Match[str]) -> str:
    """Dotted, so that voices spell it and none says "am"; a last stop would end the sentence."""
    last = match[0].endswith(".") and match.end() == len(match.string)
    return f"{match['half'].lower()}.m{'.' if last else ''}"


def _say_hour_minute(hour: int, minute: int, reader: Reader) -> str:
    if hour == 0 and minute and reader.is_american:
        return f"twelve {'oh ' if minute < 10 else ''}{say_cardinal(minute, reader)} a.m"
    said = say_cardinal(hour, reader)
    if minute == 0:
        return said
    return f"{said} {'oh ' if minute < 10 else ''}{say_cardinal(minute, reader)}"


def _say_full_hour(hour: int, reader: Reader) -> str:
    if hour in (0, 24):
        return "midnight"
    if hour > 12:
        return f"{say_cardinal(hour, reader)} hundred"
    return f"{say_cardinal(hour, reader)} o'clock"


def _say_with_seconds(match: re.Match[str], reader: Reader) -> str | None:
    hour, minute, second = int(match["h"]), int(match["m"]), int(match["s"])
    if hour > 24 or minute > 59 or second > 59 or not knows_numbers(reader):
        return None
    if _follows_date(match) and not hour + minute + second:
        return ""  # how spreadsheets write a date
    if not reader.is_english:
        return _say_foreign_parts(hour, minute, reader)
    said = _say_hour_minute(hour, minute, reader) if minute or second else _say_full_hour(hour, reader)
    said = f"at {said}" if _follows_date(match) else said
    if not second:
        return said
    return f"{said} and {say_cardinal(second, reader)} second{'s' if second > 1 else ''}"


def _follows_date(match: re.Match[str]) -> bool:
    return re.search(r"\d[-/.]\d+ $", match.string[: match.start()]) is not None


def _say_foreign(match: re.Match[str], reader: Reader) -> str | None:
    hour, minute = int(match["h"]), int(match["m"] or 0)
    if hour > 24 or minute > 59 or not knows_numbers(reader):
        return None
    said = _say_foreign_parts(hour, minute, reader)
    tail = match.string[match.end() :]
    word = _HOUR_WORDS.get(reader.language, ("", ""))[1]
    if word and minute == 0 and re.match(rf" {word}\b", tail, re.IGNORECASE):
        return said.removesuffix(f" {word}")
    return said


def _say_foreign_parts(hour: int, minute: int, reader: Reader) -> str:
    between, after = _HOUR_WORDS.get(reader.language, ("", ""))
    said = _say_hour(hour, reader)
    if reader.language == "fr" and hour == 1:
        between = after = "heure"
    if reader.language == "pt" and hour == 1:
        after = "hora"
    words = [said, between, say_cardinal(minute, reader)] if minute else [said, after]
    return " ".join(filter(None, words))


def _say_hour(hour: int, reader: Reader) -> str:
    if reader.language == "pl" and hour:
        return re.sub(r"y\b", "a", re.sub(r"i\b", "ia", say_ordinal(hour, reader)))
    if reader.language == "de" and hour == 1:
        return "ein"
    said = say_cardinal(hour, reader)
    feminine = _FEMININE_HOUR.get(reader.language, {})
    first, space, last = said.rpartition(" ")
    return first + space + feminine.get(last, last)


def _say_german(match: re.Match[str], reader: Reader) -> str | None:
    """14:30 Uhr, 14.30 Uhr, 10 Uhr, 10 Uhr 30: the word once, between hours and minutes."""
    hour, minute = int(match["h"]), int(match["m"] or 0)
    if hour > 24 or minute > 59:
        return None
    return _say_foreign_parts(hour, minute, reader)


FOREIGN = frozenset(["de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "no", "fi", "cs", "ca"])

RULES = (
    Rule(
        r"(?:(?<![\w:.])|(?<=\dT))(?P<h>\d\d?):(?P<m>\d\d):(?P<s>\d\d)(?:\.\d+)?Z?(?![\w:])",
        _say_with_seconds,
    ),
    Rule(rf"(?<![\w:.,])(?P<h>\d\d?)(?:[:.](?P<m>\d\d))?{_HALF_DAY}", _say_english, ENGLISH),
    Rule(
        r"(?:(?<![\w:.])|(?<=\dT))(?P<h>\d\d?):(?P<m>\d\d)(?P<half>)(?: o['’]clock)?(?![\w:]|[.,]\d)",
        _say_english,
        ENGLISH,
    ),
    Rule(r"(?<![\w:.])(?P<h>\d\d?)(?P<m>)(?P<half>) o['’]clock\b", _say_english, ENGLISH),
    Rule(r"(?<![\w:.,])(?P<h>\d\d?)(?:[:.](?P<m>\d\d))? Uhr\b", _say_german, frozenset({"de"})),
    Rule(
        r"(?<![\w:.,])(?P<h>\d\d?) ?[hH](?: ?(?P<m>\d\d))?(?!\w|/24)", _say_foreign, frozenset({"fr", "pt"})
    ),
    Rule(
        r"(?:(?<![\w:.])|(?<=\dT))(?P<h>\d\d?):(?P<m>\d\d)(?: ?h\b| uur\b| heures\b)?(?![\w:]|[.,]\d)",
        _say_foreign,
        FOREIGN,
    ),
)
