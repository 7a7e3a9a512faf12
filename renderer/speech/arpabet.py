"""How a word may sound, in ARPAbet: the phones of pocketsphinx's models.

Its dictionary (cmudict, 134,000 English words) comes first. Other words are read by hibari's network, which
writes American English in IPA. Phones of other languages become the nearest English ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import pairwise, product
from typing import Any

from renderer.speech.phone_decoder import IPA_OF, MODELS
from renderer.speech.phones import parse_phones

# (a word as it is said, its IPA or "") → ways to say it, each a row of ARPAbet; () where nothing is said.
Pronounce = Callable[[str, str], tuple[tuple[str, ...], ...]]

# hibari's own signs for two sounds that are one phoneme.
_SIGNS = {"A": "eɪ", "I": "aɪ", "W": "aʊ", "O": "oʊ", "Q": "əʊ", "Y": "ɔɪ", "T": "ɾ", "ᵊ": "ə"}
_PAIRS = {pair: name for name, pair in IPA_OF.items() if len(pair) == 2} | {
    "əʊ": "OW",
    "ɛɪ": "EY",
    "ɑɪ": "AY",
}
_SINGLE = {ipa: name for name, ipa in IPA_OF.items() if len(ipa) == 1} | {
    # English variants
    "ə": "AH", "ɐ": "AH", "ɜ": "ER", "ɝ": "ER", "ɒ": "AA", "a": "AA", "e": "EH", "o": "OW", "ɾ": "D",
    "r": "R",
    # other languages, by the nearest place of tongue and lips
    "æ": "AE", "y": "UW", "ʏ": "UH", "ø": "ER", "œ": "ER", "ɶ": "AA", "ɵ": "UH", "ɨ": "IH", "ʉ": "UW",
    "ɯ": "UW", "ɤ": "AH", "ɘ": "AH", "ɞ": "ER", "x": "HH", "χ": "HH", "ħ": "HH", "ɦ": "HH", "ç": "SH",
    "ɕ": "SH", "ʂ": "SH", "ʑ": "ZH", "ʐ": "ZH", "ʝ": "Y", "ɣ": "G", "ʁ": "R", "ʀ": "R", "ɻ": "R", "ɽ": "R",
    "β": "V",
    "ʋ": "V", "ɸ": "F", "ɲ": "N", "ɳ": "N", "ɱ": "M", "ɴ": "NG", "ʎ": "L", "ɭ": "L", "ɫ": "L", "ʟ": "L",
    "ɬ": "L", "q": "K", "c": "K", "ɟ": "G", "ɢ": "G", "ʈ": "T", "ɖ": "D", "ɥ": "W", "ʍ": "W", "ɰ": "W",
}  # fmt: skip
_VARIANTS_MAX = 8


@lru_cache(maxsize=4096)
def pronounce_english(word: str, ipa: str = "") -> tuple[tuple[str, ...], ...]:
    """The ways to say a word; of one with several parts ("twenty-seven") the parts' ways are combined."""
    if ipa:
        return (phones,) if (phones := write_arpabet(ipa)) else ()
    parts = [ways for part in re.findall(r"[^\W_]+(?:['’.][^\W_]+)*", word) if (ways := _read_part(part))]
    combined = [sum(row, ()) for row in product(*(ways[:_VARIANTS_MAX] for ways in parts))]
    return tuple(row for row in combined[:_VARIANTS_MAX] if row)


def write_arpabet(ipa: str) -> tuple[str, ...]:
    """IPA, with or without marks, as ARPAbet. Every sound that is not English becomes the nearest one."""
    spelt = "".join(_SIGNS.get(sign, sign) for sign in ipa)
    symbols = parse_phones(spelt)
    out: list[str] = []
    skip = False
    for one, following in pairwise([*symbols, ""]):
        if skip:
            skip = False
        elif one + following in _PAIRS:
            out.append(_PAIRS[one + following])
            skip = True
        elif one in _SINGLE:
            out.append(_SINGLE[one])
    return tuple(out)


def _read_part(part: str) -> list[tuple[str, ...]]:
    plain = part.lower().replace("’", "'")
    known = _load_dictionary()
    found = known.get(plain) or known.get(_drop_accents(plain)) or known.get(plain.replace(".", "")) or []
    ways = [tuple(phones.split()) for phones in found]
    if not ways or part[:1].isupper():  # the dictionary has some names as strangers say them
        ways.append(write_arpabet(_load_reader()(part)))
    return list(dict.fromkeys(way for way in ways if way))


def _drop_accents(word: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFD", word) if not unicodedata.combining(one))


@cache
def _load_dictionary() -> dict[str, list[str]]:
    """Word → its pronunciations; further ones of a word stand in the file as "word(2)"."""
    known: dict[str, list[str]] = {}
    for line in (MODELS / "cmudict-en-us.dict").read_text(encoding="utf-8").splitlines():
        word, _, phones = line.partition(" ")
        known.setdefault(word.partition("(")[0], []).append(phones)
    return known


@cache
def _load_reader() -> Any:
    from hibari.g2p import G2P  # its lexica take 0.3 s to load, and most lines do without

    return G2P()
