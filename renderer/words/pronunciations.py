"""Pronunciations that people give: how a word, most often a name, is said in a line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Pronunciation:
    """``word``, one or more as the script or a cell has them, is said as ``said``.

    ``said`` is a respelling ("shiv-AWN"), or IPA where ``is_ipa``. ``language``, a tag such as "en", limits
    it to voices of that language; "" is any. Capitals count only where ``match_case``.
    """

    word: str
    said: str
    is_ipa: bool = False
    language: str = ""
    match_case: bool = False

    def find(self, text: str) -> list[re.Match[str]]:
        """Where the word stands in a text, whole."""
        flags = re.NOFLAG if self.match_case else re.IGNORECASE
        words = r"\s+".join(re.escape(word) for word in self.word.split())
        return list(re.finditer(rf"(?<!\w){words}(?!\w)", text, flags)) if words else []


Pronunciations = Sequence[Pronunciation]


def select_pronunciations(text: str, known: Pronunciations) -> tuple[Pronunciation, ...]:
    """Those that change how a text is said, in the order of ``known``; for the same word the first counts."""
    return tuple(one for one in known if one.find(text))
