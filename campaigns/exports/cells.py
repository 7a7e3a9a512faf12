"""Cells of an exported table: what a spreadsheet program would run as a formula is only text (CWE-1236)."""

from __future__ import annotations

import re

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# Full-width forms that some programs read as the plain characters.
_WIDE_STARTS = ("＝", "＋", "－", "＠")
# Numbers and telephone numbers run nothing: -5, +3.5, +49 (0)30 123-45, -12 %.
_HARMLESS = re.compile(r"[+-] ?[0-9][0-9 .,'()/-]*%?")


def make_safe(text: str) -> str:
    """The text as a cell that stays text: a leading apostrophe before what may be run.

    Signed numbers and telephone numbers (+49 30 …) stay as they are: they consist of digits and separators.
    """
    if not text.startswith(_STARTS + _WIDE_STARTS) or _HARMLESS.fullmatch(text):
        return text
    return f"'{text}"
