"""Signs between words: "&", "@", "+", "=", "°", slashes, marks of trade."""

from __future__ import annotations

import re

from renderer.words.number_words import PLUS
from renderer.words.reader import Reader
from renderer.words.rules import ENGLISH, Rule

_AND = {
    "en": "and", "de": "und", "fr": "et", "es": "y", "it": "e", "pt": "e", "nl": "en", "pl": "i",
    "sv": "och", "da": "og", "no": "og", "fi": "ja", "cs": "a", "ro": "și", "hu": "és", "ca": "i",
    "tr": "ve",
}  # fmt: skip
_OR = {"en": "or", "de": "oder", "fr": "ou", "es": "o", "it": "o", "pt": "ou", "nl": "of", "pl": "lub"}
_EITHER = (
    "he/she|she/he|him/her|his/her|his/hers|s/he|yes/no|true/false|on/off|and/or|either/or|male/female|"
    "she/her|he/him|they/them|sir/madam|morning/afternoon|am/pm|pass/fail|his/their|he/they|she/they|buy/sell|win/lose|day/night"
)
_BESIDE = frozenset({"and/or", "she/her", "he/him", "they/them"})
_LOGIC = {
    "=": "equals", "≈": "about", "~": "about", "±": "plus or minus", "×": "times", "÷": "divided by",
    "<": "less than", ">": "greater than", "≤": "at most", "≥": "at least", "≠": "is not", "©": "copyright",
    "π": "pi", "∞": "infinity",
}  # fmt: skip


def _say_and(match: re.Match[str], reader: Reader) -> str:
    return f" {_AND.get(reader.language, '&')} "


def _say_either(match: re.Match[str], reader: Reader) -> str:
    first, _, second = match[0].partition("/")
    if first == "s":
        return "she or he"
    joint = " " if match[0].lower() in _BESIDE else f" {_OR['en']} "
    return first + joint + second


def _say_slash(match: re.Match[str], reader: Reader) -> str:
    return " slash "


def _say_or(match: re.Match[str], reader: Reader) -> str:
    return f" {_OR.get(reader.language, '')} "


def _say_plus(match: re.Match[str], reader: Reader) -> str:
    return f" {PLUS.get(reader.language, 'plus')} "


def _say_pluses(match: re.Match[str], reader: Reader) -> str:
    return " plus" * len(match[0])


def _say_logic(match: re.Match[str], reader: Reader) -> str:
    return f" {_LOGIC[match[0]]} "


def _say_nothing(match: re.Match[str], reader: Reader) -> str:
    return ""


def _say_at(match: re.Match[str], reader: Reader) -> str:
    return " at "


FOREIGN = frozenset(_OR) - {"en"}
# Before all other kinds: the figures and brackets of emoticons are not said.
FIRST_RULES = (Rule(r"(?<!\w)(?:[:;=]-?[)(DPp|/]|<3|:'\(|xD|XD)(?!\w)", _say_nothing),)
RULES = (
    Rule(r"(?<=\b[A-F])-(?=[.,;:!?]|$| )", lambda match, reader: " minus", ENGLISH),
    Rule(r"[™®℠]", _say_nothing),
    Rule(r"&", _say_and),
    Rule(rf"(?<![\w/])(?i:{_EITHER})(?![\w/])", _say_either, ENGLISH),
    Rule(r"(?<=[^\W_]) ?/ ?(?=[^\W_])", _say_slash, ENGLISH),
    Rule(r"(?<=[^\W_]) ?/ ?(?=[^\W_])", _say_or, FOREIGN),
    Rule(r"(?<=[A-Za-z])\+{1,2}(?!\w)", _say_pluses),
    Rule(r"(?<=[\w.)%€$£]) ?\+ ?(?=\w)", _say_plus),
    Rule(r"(?<= )@(?= )", _say_at, ENGLISH),
    Rule("[" + re.escape("".join(_LOGIC)) + "]", _say_logic, ENGLISH),
    Rule(r"(?<=[A-Za-z])\*(?=[A-Za-z])", lambda match, reader: " "),
    # Marks of lists, emphasis and placeholders that nobody reads out.
    Rule(r"[*_•·‣|\\^{}<>~`]+", _say_nothing),
)
