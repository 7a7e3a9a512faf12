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
from renderer.speech.phones import STRESS_MARKS, is_vowel, parse_phones

# (a word as it is said, its IPA or "") → ways to say it, each a row of ARPAbet; () where nothing is said.
Pronounce = Callable[[str, str], tuple[tuple[str, ...], ...]]

# hibari's own signs for two sounds that are one phoneme.
_SIGNS = {"A": "eɪ", "I": "aɪ", "W": "aʊ", "O": "oʊ", "Q": "əʊ", "Y": "ɔɪ", "T": "ɾ", "ᵊ": "ə"}
_PAIRS = {pair: name for name, pair in IPA_OF.items() if len(pair) == 2} | {
    "əʊ": "OW",
    "ɛɪ": "EY",
    "ɑɪ": "AY",
    "ɜɹ": "ER",
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
# Letters as most languages with Latin letters say them, in IPA where that differs from the letter.
_LETTERS = {"c": "k", "q": "k", "w": "v", "x": "ks", "y": "i", "g": "ɡ", "z": "s", "h": "", "r": "r"}
_LETTER_PAIRS = {
    "sch": "ʃ", "tsch": "tʃ", "ch": "ʃ", "sh": "ʃ", "th": "t", "ph": "f", "qu": "k", "ck": "k", "ll": "l",
    "ei": "aɪ", "ie": "i", "eu": "ɔɪ", "ou": "u", "au": "aʊ", "ng": "ŋ", "gn": "ɲ", "nh": "ɲ", "lh": "ʎ",
    "ce": "se", "ci": "si", "ge": "ʒe", "gi": "ʒi", "tz": "ts", "cz": "tʃ", "sz": "ʃ", "rz": "ʒ",
}  # fmt: skip
_OTHER_LETTERS = {ord("ß"): "ss", ord("ø"): "ö", ord("æ"): "e", ord("œ"): "e", ord("ł"): "w", ord("ı"): "i"}
_VARIANTS_MAX = 8


@lru_cache(maxsize=4096)
def pronounce_english(word: str, ipa: str = "") -> tuple[tuple[str, ...], ...]:
    """The ways to say a word; of one with several parts ("twenty-seven") the parts' ways are combined."""
    if ipa:
        return (phones,) if (phones := write_arpabet(ipa)) else ()
    if any(sign.isdecimal() for sign in word):  # "$1,250" is read as a whole
        return (phones,) if (phones := write_arpabet(_load_reader()(word))) else ()
    parts = [ways for part in re.findall(r"[^\W_]+(?:['’.][^\W_]+)*", word) if (ways := _read_part(part))]
    combined = [sum(row, ()) for row in product(*(ways[:_VARIANTS_MAX] for ways in parts))]
    return tuple(row for row in combined[:_VARIANTS_MAX] if row)


@lru_cache(maxsize=4096)
def pronounce_by_letters(word: str, ipa: str = "") -> tuple[tuple[str, ...], ...]:
    """The ways to say a word of any language with Latin letters: each letter as most languages say it, and as
    an English reader would say the word."""
    if ipa:
        return pronounce_english(word, ipa)
    plain = _drop_accents(word.lower().translate(_OTHER_LETTERS))
    spelt = re.sub("|".join(_LETTER_PAIRS), lambda found: _LETTER_PAIRS[found.group()], plain)
    by_letters = write_arpabet("".join(_LETTERS.get(letter, letter) for letter in spelt if letter.isalpha()))
    ways = [by_letters, *pronounce_english(word)]
    return tuple(dict.fromkeys(way for way in ways if way))


@lru_cache(maxsize=4096)
def list_stress(word: str, ipa: str = "") -> tuple[int, ...]:
    """The stress of each vowel of a word: 1 primary, 2 secondary, 0 none; one at least is stressed."""
    read = ipa or _load_reader()(word)
    spelt = "".join(_SIGNS.get(sign, sign) for sign in read)
    found, stress = [], 0
    for before, sign in pairwise(["", *spelt]):
        stress = STRESS_MARKS.get(sign, stress)
        if is_vowel(sign) and not is_vowel(before):
            found.append(stress)
            stress = 0
    return tuple(found) if any(found) or not found else (1, *found[1:])


def choose_pronounce(language: str) -> Pronounce:
    """How words of a language, a tag such as "en-us" or "de", are pronounced."""
    return pronounce_english if language.partition("-")[0] == "en" else pronounce_by_letters


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
