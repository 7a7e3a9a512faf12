"""How far the phones that were heard are from those that were said."""

from __future__ import annotations

from collections.abc import Iterable

# Sounds that pocketsphinx writes alike.
_ALIKE = {"ɜ": "ə", "ɐ": "ə", "ʌ": "ə", "ɚ": "əɹ", "ɾ": "t", "ɔ": "ɑ", "ɒ": "ɑ", "ɨ": "ɪ", "a": "ɑ"}


def spell_plainly(symbols: Iterable[str]) -> str:
    """Phones as one text, those that are heard alike written alike."""
    return "".join(_ALIKE.get(symbol, symbol) for symbol in symbols)


def count_edits(one: str, other: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(other) + 1))
    for i, sign in enumerate(one, start=1):
        above, row = row, [i]
        for j, heard in enumerate(other, start=1):
            row.append(min(above[j - 1] + (sign != heard), above[j] + 1, row[-1] + 1))
    return row[-1]
