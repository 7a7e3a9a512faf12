"""Scripts that are too large to be looked at, told by counting alone; and signs that no text can hold."""

from __future__ import annotations

import re

from campaigns.problems import Code
from campaigns.scripts.faults import ScriptError, find_place

SOURCE_CHARACTERS_MAX = 20_000  # twice what can be spoken
TAGS_MAX = 1_000
TAG_CHARACTERS_MAX = 2_000
# Control characters, and halves of characters, which no file and no database takes.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_OPENINGS = ("{{", "{%", "{#")
_CLOSINGS = {"{{": "}}", "{%": "%}", "{#": "#}"}


def refuse_oversize(source: str) -> None:
    """Raise ScriptError for a script, or a mail's text, that is longer than any that people write."""
    if len(source) > SOURCE_CHARACTERS_MAX:
        _refuse(source, 0, f"This is longer than {SOURCE_CHARACTERS_MAX:,} characters. Shorten it.")
    if sum(source.count(sign) for sign in _OPENINGS) > TAGS_MAX:
        _refuse(source, 0, f"There are more than {TAGS_MAX:,} tags in this. Shorten it.")
    if source.count("<") > TAGS_MAX:  # each may begin markup, whose end is looked for
        _refuse(source, 0, f"“<” stands in this more than {TAGS_MAX:,} times. Take the markup out.")
    at = 0
    while at < len(source):
        opened = min((found for sign in _OPENINGS if (found := source.find(sign, at)) >= 0), default=-1)
        if opened < 0:
            return
        closed = source.find(_CLOSINGS[source[opened : opened + 2]], opened + 2)
        if (len(source) if closed < 0 else closed) - opened > TAG_CHARACTERS_MAX:
            told = f"This tag is longer than {TAG_CHARACTERS_MAX:,} characters"
            _refuse(source, opened, f"{told}, or never closed. Shorten it.")
        at = opened + 2 if closed < 0 else closed + 2


def blank_unwritable(text: str) -> str:
    """The text with a space for each sign that cannot be written, so that all others keep their places."""
    return text if text.isascii() and text.isprintable() else _UNWRITABLE.sub(" ", text)


def _refuse(source: str, at: int, message: str) -> None:
    raise ScriptError(*find_place(source, at), message, Code.SCRIPT_INVALID)
