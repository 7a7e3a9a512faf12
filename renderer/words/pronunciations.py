"""Pronunciations that people give: how a word, most often a name, is said in a line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from renderer.errors import RenderError
from renderer.words.letters import APOSTROPHES, find_letter_scripts, find_readable_scripts

# Letters and marks of the International Phonetic Alphabet that voices are trained on.
_IPA_LETTERS = frozenset(
    "abcdefhijklmnopqrstuvwxyzæçðøħŋœǀǁǂǃɐɑɒɓɔɕɖɗɘəɚɛɜɝɞɟɠɡɢɣɤɥɦɧɨɪɫɬɭɮɯɰɱɲɳɴɵɶɸɹɺɻɽɾʀʁʂʃʄʈʉʊʋʌʍʎʏʐʑʒʔʕʘʙʛʜʝʟʡʢβθχᵻʣʤʦʧʨg"
)
_IPA_MARKS = frozenset(
    "ˈˌːˑ.‿ˠʰʲʷˤ˞|' -\u0303\u0329\u032f\u0361\u035c\u030a\u0325"
    "\u032a\u031a\u0306\u0308\u0339\u031c\u0320\u031f"
)
_STRESS = str.maketrans({"'": "ˈ", "’": "ˈ", "`": "ˌ", ":": "ː", "ε": "ɛ", "g": "ɡ"})
_VOICED_END = frozenset("bdɡvðmnŋlɹrjwaeiouæøœɐɑɒɔəɚɛɜɝɪʊʌyɾː")
_HISSING_END = ("s", "z", "ʃ", "ʒ")


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
        """Where the word stands in a text, whole, whatever apostrophes the two are written with."""
        first, pattern = _compile_word(self.word, self.match_case)
        plain, small = _level_line(text)
        return list(pattern.finditer(plain)) if first and first in small else []

    def is_for(self, language: str) -> bool:
        """Whether a voice of this language, such as "en-us", uses it."""
        own, asked = self.language.lower().replace("_", "-"), language.lower().replace("_", "-")
        return not own or asked == own or asked.startswith(f"{own}-")


Pronunciations = Sequence[Pronunciation]


def select_pronunciations(text: str, known: Pronunciations) -> tuple[Pronunciation, ...]:
    """Those that change how a text is said, in the order of ``known``; for the same word the first counts."""
    return tuple(one for one in known if one.find(text))


def check_pronunciation(one: Pronunciation, language: str) -> None:
    """Raise RenderError where a voice of this language could not say it."""
    said = one.said.strip()
    if not one.word.strip():
        raise RenderError(
            "A pronunciation needs the word that it is for. Write the word as it stands in the script."
        )
    if not any(character.isalpha() for character in said):
        raise RenderError(
            f"The pronunciation of “{one.word}” is empty or has no letters (“{said}”). Write how it sounds, "
            "for example “shiv-AWN”."
        )
    if one.is_ipa:
        _check_ipa(one)
    elif not find_letter_scripts(said) <= find_readable_scripts(language):
        raise RenderError(
            f"The pronunciation “{said}” of “{one.word}” has letters that this voice ({language}) does not "
            "read. Write how it sounds with letters of the voice's language."
        )


def write_respelling(said: str) -> str:
    """A respelling as voices read it well: "shiv-AWN" is "shiv-awn".

    Capitals mark the stress for people; voices would spell them. Hyphens stay: no voice pauses there, and
    joined letters make other sounds ("zo-ee" and "zoee").
    """
    plain = unicodedata.normalize("NFC", said).translate(APOSTROPHES)
    words = re.split(r"[\s.,;:/·•–—]+", re.sub(r"[‐‑]", "-", plain))
    return " ".join(word if _is_plain_word(word) else word.lower() for word in words if word)


def write_ipa(said: str) -> str:
    """IPA without the slashes or brackets around it, and with one sign for each sound."""
    plain = said.strip().strip("/[]").strip()
    return unicodedata.normalize("NFC", plain).translate(_STRESS)


def add_possessive(ipa: str, ending: str) -> str:
    """IPA with an English "'s" (or a bare apostrophe, which adds nothing)."""
    if not ending.lower().endswith("s"):
        return ipa
    if ipa.endswith(_HISSING_END):
        return f"{ipa}ɪz"
    return ipa + ("z" if ipa[-1:] in _VOICED_END else "s")


@lru_cache(maxsize=1 << 16)
def _compile_word(word: str, match_case: bool) -> tuple[str, re.Pattern[str]]:
    """The word's first part in small letters, to tell fast that a line has none, and its pattern."""
    parts = _level(word).split()
    joined = r"\s+".join(map(re.escape, parts))
    flags = re.NOFLAG if match_case else re.IGNORECASE
    return (parts[0].casefold() if parts else ""), re.compile(rf"(?<!\w){joined}(?!\w)", flags)


@lru_cache(maxsize=256)
def _level_line(text: str) -> tuple[str, str]:
    """A line is searched for every pronunciation of a library."""
    return _level(text), _level(text).casefold()


def _level(text: str) -> str:
    """The same text with one kind of apostrophe; no character moves where accents are joined already."""
    return unicodedata.normalize("NFC", text).translate(APOSTROPHES)


def _is_plain_word(word: str) -> bool:
    """Whether capitals are only where a name has them ("Neve"), so that the word reads as a name."""
    return word[:1].isupper() and word[1:].islower()


def _check_ipa(one: Pronunciation) -> None:
    signs = unicodedata.normalize("NFD", write_ipa(one.said)).replace("c\u0327", "ç")
    unknown = sorted({sign for sign in signs if sign not in _IPA_LETTERS and sign not in _IPA_MARKS})
    if unknown:
        raise RenderError(
            f"The pronunciation of “{one.word}” has signs that are no IPA: {' '.join(unknown)}. "
            "Use IPA such as “ʃɪˈvɔːn”, or write a respelling such as “shiv-AWN” instead."
        )
