"""Words and names that a workspace does not let anybody say: looked for in the filled lines of each row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from campaigns.models.workspaces import BLOCKED_WORDS_MAX


class BlockedWords:
    """The words of a list, one a line, ready to be looked for; a phrase may be of several words."""

    def __init__(self, listed: str) -> None:
        words = sorted({_fold(line): line.strip() for line in listed.splitlines() if line.strip()}.items())
        self._words = dict(words[:BLOCKED_WORDS_MAX])
        # The longest first: of “Rose” and “Rose Tyler” the second is named.
        ordered = sorted(self._words, key=len, reverse=True)
        self._pattern = (
            re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)") if ordered else None
        )

    def find(self, texts: Iterable[str]) -> str:
        """The first blocked word in these lines, as it was listed; empty where there is none.

        Case, kinds of Unicode letters that look the same, spaces and invisible signs hide nothing.
        """
        if self._pattern is None:
            return ""
        # Joined: a phrase may begin in one line and end in the next, as they are heard.
        found = self._pattern.search(_fold(" ".join(texts)))
        return self._words[found.group()] if found else ""


def describe_blocked(row_number: int, word: str) -> str:
    """Why a row gets no video."""
    return (
        f"Row {row_number}: it would say “{word}”, which this workspace blocks. Change the script or the "
        "cell; an administrator keeps the list."
    )


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    seen = "".join(one for one in plain if unicodedata.category(one) != "Cf")  # invisible, as soft hyphens
    return " ".join(seen.split())
