"""Telephone numbers: digit by digit, with a pause between the groups as written."""

from __future__ import annotations

import re

from renderer.words.number_words import knows_numbers, say_cardinal, say_digits
from renderer.words.reader import Reader
from renderer.words.rules import Rule, behind

_PLUS = {"de": "plus", "fr": "plus", "es": "más", "it": "più", "pt": "mais", "nl": "plus", "pl": "plus"}
_CALL = (
    r"[Cc]all|[Rr]ing|[Tt]ext|[Dd]ial|[Pp]hone|[Pp]hone:|[Tt]el:|[Tt]el\.|[Nn]umber|at|on|is|"
    r"Telefon:|Teléfono:|al|unter|au"
)
_EXTENSION = r"(?:,? ?(?:x|ext\.?|extension) ?(?P<ext>\d+))?"


def _say(match: re.Match[str], reader: Reader) -> str | None:
    if not knows_numbers(reader):
        return None
    written = match["n"]
    if not 7 <= sum(character.isdecimal() for character in written) <= 17:
        return None
    groups = re.findall(r"\d+", re.sub(r"\(0\)", "", written))
    said = ", ".join(_say_group(group, groups, reader) for group in groups)
    plus = f"{_PLUS.get(reader.language, 'plus')} " if written.startswith(("+", "(+")) else ""
    extension = match.groupdict().get("ext")
    return plus + said + (f", extension {say_digits(extension, reader)}" if extension else "")


def _say_group(group: str, groups: list[str], reader: Reader) -> str:
    """The French read pairs as numbers; a toll-free 800 is "eight hundred"."""
    if reader.language == "fr" and len(group) == 2 and len(groups) > 3:
        zero = f"{say_cardinal(0, reader)} " if group[0] == "0" and group != "00" else ""
        return zero + (say_digits("00", reader) if group == "00" else say_cardinal(int(group), reader))
    if reader.is_english and group == "800" and groups[0] in ("1", "800"):
        return f"{say_cardinal(8, reader)} hundred"
    return say_digits(group, reader)


RULES = (
    # International, with a plus.
    Rule(
        rf"(?<![\w+.])(?P<n>\(?\+\d{{1,3}}\)?(?:[ ./-]?(?:\(\d{{1,5}}\)|\d{{1,14}})){{1,8}})"
        rf"{_EXTENSION}(?!\w|[.,]\d)",
        _say,
    ),
    # American: 555-123-4567, (555) 123-4567, 1-800-555-0199, 555.123.4567, 555-0199.
    Rule(
        rf"(?<![\w.-])(?P<n>(?:1[ .-])?\(?[2-9]\d\d\)?[ .-]+\d{{3}}[ .-]\d{{4}}){_EXTENSION}(?![\w-]|[.,]\d)",
        _say,
    ),
    Rule(rf"(?<![\w.,-])(?P<n>\d{{3}}-\d{{4}}){_EXTENSION}(?![\w-]|[.,]\d)", _say),
    # A zero first: 020 7946 0000, 030/1234567, 01 23 45 67 89.
    Rule(
        rf"(?<![\w.,+-])(?P<n>\(?0\d{{1,5}}\)?(?:[ ./-]{{1,3}}\d{{2,8}}){{1,7}})"
        rf"{_EXTENSION}(?![\w-]|[.,/]\d)",
        _say,
    ),
    # After a word for it: groups, or one run of digits.
    Rule(
        behind(_CALL) + rf"(?P<n>\d{{2,4}}(?:[ .-]\d{{2,4}}){{2,5}}|\d{{7,15}}){_EXTENSION}(?![\w-]|[.,]\d)",
        _say,
    ),
    # Spanish and other numbers in three or more groups, nine digits and more.
    Rule(r"(?<![\w.,+-])(?P<n>[6-9]\d\d(?: \d\d){3}|[6-9]\d\d \d{3} \d{3})(?![\w-]|[.,]\d| \d)", _say),
)
