"""Stage directions in a script, such as [pause] or (smiles): meant for the speaker, not for the listener."""

from __future__ import annotations

import re

_DONE = (
    r"pauses?|beat|smil(?:es?|ing)|laugh(?:s|ing)?|chuckl(?:es?|ing)|nod(?:s|ding)?|sigh(?:s|ing)?"
    r"|wink(?:s|ing)?|breath(?:es?|ing)?|inhales?|exhales?|shrug(?:s|ging)?|wav(?:es?|ing)|gestur(?:es?|ing)"
    r"|applause|silence"
)
_HOW_LONG = r"(?:for )?(?:\d+(?:\.\d+)?|an?|one|two|three) ?(?:s|sec|secs|seconds?|beats?)"
_HOW = rf"(?:\s+(?:\w+ly|here|again|(?:at|to|into) (?:the )?camera|{_HOW_LONG}))*"
_SIZE = r"(?:(?:short|long|brief|slight|big|deep|small|another)\s+)?"
_ALONE = rf"\s*{_SIZE}(?:{_DONE}){_HOW}\s*[.!]?\s*"
# What square brackets may hold besides; round ones are the listener's as well.
_SHOWN = r"music|looks?|points?|cut|b-roll|sfx|slide|on[- ]screen|camera|show"

DIRECTION = re.compile(
    rf"\({_ALONE}\)|\{{{_ALONE}\}}|\[\s*{_SIZE}(?:{_DONE}|{_SHOWN})\b[^\[\]\n]{{0,60}}\]", re.IGNORECASE
)


def is_direction(text: str) -> bool:
    """Whether words in brackets are for the speaker."""
    return re.fullmatch(_ALONE, text, re.IGNORECASE) is not None
