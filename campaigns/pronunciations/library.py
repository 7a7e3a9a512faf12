"""The pronunciations of a workspace, and those of them that belong to a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from campaigns import engine
from campaigns.models import PronunciationEntry

_RUN = re.compile(r"\w+")  # what a word begins and ends with for `Pronunciation.find`


@dataclass(frozen=True)
class Library:
    """Entries by the first letters and digits of their word: a text asks only for those that it may hold."""

    by_start: Mapping[str, Sequence[engine.Pronunciation]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(map(len, self.by_start.values()))

    def has_any(self, text: str) -> bool:
        """Whether a text may say a word of an entry; False is certain."""
        if not self.by_start:
            return False
        return any(run.casefold() in self.by_start for run in _RUN.findall(text))

    def select(self, text: str, language: str) -> list[engine.Pronunciation]:
        """The entries whose words a text says in a voice of this language, the one that counts first.

        Longer words come before shorter ones, given capitals before any, a language before any language.
        """
        starts = dict.fromkeys(run.casefold() for run in _RUN.findall(text))
        found = [
            one
            for start in starts
            for one in self.by_start.get(start, ())
            if one.is_for(language) and one.find(text)
        ]
        return sorted(found, key=_rank)


def create_library(entries: Iterable[engine.Pronunciation]) -> Library:
    by_start: dict[str, list[engine.Pronunciation]] = {}
    for one in entries:
        start = _RUN.search(one.word)
        if start is not None:
            by_start.setdefault(start.group().casefold(), []).append(one)
    return Library(by_start)


def load_library(workspace_id: int) -> Library:
    """Every entry of a workspace."""
    entries = PronunciationEntry.objects.filter(workspace_id=workspace_id)
    rows = entries.values_list("word", "said", "is_ipa", "language", "match_case")
    return create_library(engine.Pronunciation(*row) for row in rows)


def _rank(one: engine.Pronunciation) -> tuple[int, str, bool, int]:
    return -len(one.word), one.word.casefold(), not one.match_case, -len(one.language)
