"""Pauses: ellipses and dashes become the marks at which voices pause, and stops get their space.

eSpeak reads over "…" and tight dashes as if nothing stood there, and every voice pauses at a comma.
"""

from __future__ import annotations

import re

from renderer.words.reader import Reader
from renderer.words.rules import Rule

_ELLIPSIS = r"(?:…|\.(?: ?\.)++)"
_DASH = r"(?:[—―]++|–|--++)"


def _say_end(match: re.Match[str], reader: Reader) -> str:
    return "."


def _say_comma(match: re.Match[str], reader: Reader) -> str:
    return ", "


def _say_nothing(match: re.Match[str], reader: Reader) -> str:
    return ""


def _say_space(match: re.Match[str], reader: Reader) -> str:
    return f"{match[0]} "


RULES = (
    # At the edges of a line: nothing to pause for before, a stop behind.
    Rule(rf"^[\s“\"'‘«(]*(?:{_ELLIPSIS}|{_DASH}) ?(?=\S)", _say_nothing),
    Rule(rf"(?:{_ELLIPSIS}|{_DASH})(?=[”\"'’»)]*$)", _say_end),
    Rule(rf"{_ELLIPSIS}(?=[”\"’»)])", lambda match, reader: ","),
    # Before another mark, that mark is enough.
    Rule(rf"{_ELLIPSIS}(?![.])(?= ?[,;:!?])|(?<=[,;:!?])(?:{_ELLIPSIS}|{_DASH})", _say_nothing),
    Rule(rf"{_ELLIPSIS}|{_DASH}", _say_comma),
    Rule(r"(?<= )-(?= )", _say_comma),
    Rule(
        r"(?<=\w)[.!?]+(?=[A-ZÀ-ÖØ-Þ¿¡«“])|(?<=[^\W\d_]),(?=[^\W\d_])|(?<=[^\W\d_])[;:!?](?=[^\W\d_])",
        _say_space,
    ),
)
