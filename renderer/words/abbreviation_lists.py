"""Abbreviations and what they stand for, by language: the table ``abbreviations.csv``.

Its columns: ``language``; ``kind``, which is "title" (before a name, without its stop), "short" (anywhere, as
written) or "number" (before a number alone); ``written`` and ``spoken``.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

KINDS = ("title", "short", "number")


def get_forms(kind: str, language: str) -> Mapping[str, str]:
    """What each written form of one language stands for."""
    return _load().get((kind, language), {})


def list_forms(kind: str, language: str = "") -> list[str]:
    """The written forms of a kind, of one language or of all."""
    return [
        form
        for (own, name), forms in _load().items()
        if own == kind and language in ("", name)
        for form in forms
    ]


def list_languages(kind: str) -> list[str]:
    return [language for own, language in _load() if own == kind]


@lru_cache(maxsize=1)
def _load() -> dict[tuple[str, str], dict[str, str]]:
    table: dict[tuple[str, str], dict[str, str]] = {}
    with Path(__file__).with_name("abbreviations.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            table.setdefault((row["kind"], row["language"]), {})[row["written"]] = row["spoken"]
    for (kind, _), forms in table.items():
        if kind != "title":  # at the beginning of a sentence
            forms |= {
                _raise_first(w): _raise_first(said)
                for w, said in forms.items()
                if _raise_first(w) not in forms
            }
    return table


def _raise_first(text: str) -> str:
    return text[:1].upper() + text[1:]
