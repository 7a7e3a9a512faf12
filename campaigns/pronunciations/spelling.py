"""How a person writes the sound of a word: a respelling ("shiv-AWN"), or IPA between slashes."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from campaigns.scripts.template import clean

SAID_CHARACTERS_MAX = 100  # far above the longest name
WORD_CHARACTERS_MAX = 100
_BETWEEN_LETTERS = " -'.·"  # in a respelling
# Marks of stress, length, syllables and joins that are no letters or modifiers in Unicode.
_IPA_MARKS = frozenset(" .ˈˌːˑ|‖‿͜͡-'()")
_IPA_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzæçðøħŋœβθχǀǁǂǃɡᵻᵊⁿˡ")


class BadSpelling(Exception):
    """What is wrong with a pronunciation, as a sentence that says what to write."""


@dataclass(frozen=True)
class Spelling:
    """``said`` without the slashes of IPA."""

    said: str
    is_ipa: bool


def read_spelling(text: str) -> Spelling:
    """What a person typed as the sound of a word. Raises BadSpelling."""
    plain = clean(text)
    if not plain:
        raise BadSpelling("Write how the word is said, such as shiv-AWN or /ʃɪˈvɔːn/.")
    if len(plain) > SAID_CHARACTERS_MAX:
        raise BadSpelling(f"That is longer than {SAID_CHARACTERS_MAX} characters. Write one word's sound.")
    if plain.startswith("/") or plain.endswith("/"):
        return Spelling(_read_ipa(plain), True)
    return Spelling(_read_respelling(plain), False)


def read_word(text: str) -> str:
    """The word that is said otherwise, as it is stored. Raises BadSpelling."""
    word = clean(text)
    if not any(character.isalnum() for character in word):
        raise BadSpelling("Write the word as it stands in the script or the spreadsheet.")
    if len(word) > WORD_CHARACTERS_MAX:
        raise BadSpelling(f"That is longer than {WORD_CHARACTERS_MAX} characters. Write one word or name.")
    return word


def compute_key(word: str) -> str:
    """What two spellings of a word share where capitals do not count."""
    return clean(word).casefold()


def _read_ipa(text: str) -> str:
    said = text.strip("/").strip()
    if len(text) < 3 or not (text.startswith("/") and text.endswith("/")) or not said:
        raise BadSpelling(f"“{text}” has one slash. IPA stands between two, such as /ʃɪˈvɔːn/.")
    wrong = sorted({character for character in said if not _is_ipa(character)})
    if wrong:
        raise BadSpelling(
            f"“{' '.join(wrong)}” is no sign of the phonetic alphabet. "
            "Write a respelling without slashes, such as shiv-AWN."
        )
    return said


def _is_ipa(character: str) -> bool:
    parts = unicodedata.normalize("NFD", character)  # ã is a with a tilde
    return all(part in _IPA_LETTERS or part in _IPA_MARKS or "\u0250" <= part <= "\u036f" for part in parts)


def _read_respelling(text: str) -> str:
    wrong = sorted({character for character in text if not _is_respelling(character)})
    if wrong:
        hint = " Write numbers as words." if any(character.isdigit() for character in wrong) else ""
        raise BadSpelling(
            f"“{' '.join(wrong)}” cannot be said. Use letters, hyphens and spaces, such as shiv-AWN.{hint}"
        )
    if not any(character.isalpha() for character in text):
        raise BadSpelling("Write how the word is said in letters, such as shiv-AWN.")
    return text.replace("’", "'")


def _is_respelling(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM" or character in _BETWEEN_LETTERS or character == "’"
