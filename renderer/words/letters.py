"""Letters that a voice can say: decorated ones become plain, what makes no sound is left out.

A word with Latin letters that eSpeak would spell out ("Nguyễn" took two seconds: "letter one E C five") loses
its accents. A word in a script that the voice's language does not use would come out as the names of its
characters ("Chinese letter Chinese letter"): `find_readable_scripts` says which it reads.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_SCRIPTS = {
    "CYRILLIC": "ru uk bg be mk kk ky tt sr ba cv mn",
    "GREEK": "el grc",
    "ARABIC": "ar fa ur ku ug sd",
    "HEBREW": "he",
    "DEVANAGARI": "hi mr ne kok",
    "BENGALI": "bn as bpy",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "SINHALA": "si",
    "THAI": "th",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy hyw",
    "HANGUL": "ko",
    "ETHIOPIC": "am",
    "CJK": "cmn zh yue hak ja",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
}
_ANY_VOICE = frozenset({"LATIN", "MODIFIER", "FEMININE", "MASCULINE", "MICRO", "KELVIN", "ANGSTROM"})
APOSTROPHES = {ord(mark): "'" for mark in "’‘ʼʻ`´＇"}
# The languages whose voices know the letters of the block Latin Extended Additional, such as ễ and ẁ.
_KNOW_RARE_LATIN = frozenset({"vi", "cy"})
_STROKES = {ord("Đ"): "D", ord("đ"): "d"}


def compose(word: str) -> str:
    """A word with its letters and accents joined, straight apostrophes, and only what sounds."""
    return "".join(_keep_sounding(unicodedata.normalize("NFC", word).translate(APOSTROPHES)))


def drop_rare_accents(word: str, language: str) -> str:
    """The same word in letters that a voice of this language does not spell out."""
    if language.partition("-")[0] in _KNOW_RARE_LATIN or not any(map(_is_rare, word)):
        return word
    # The whole word: eSpeak's dictionary knows "Nguyen", not "Nguyên".
    marked = unicodedata.normalize("NFD", word.translate(_STROKES))
    return "".join(letter for letter in marked if not _is_accent(letter))


def find_readable_scripts(language: str) -> frozenset[str]:
    """The Unicode script names that a voice of this language reads."""
    base = language.partition("-")[0]
    return _ANY_VOICE | {script for script, languages in _SCRIPTS.items() if base in languages.split()}


def find_letter_scripts(word: str) -> set[str]:
    """The Unicode script names of a word's letters."""
    letters = (character for character in word if character.isalpha())
    return {unicodedata.name(letter, "UNNAMED").partition(" ")[0] for letter in letters}


def _is_rare(character: str) -> bool:
    return "\u1e00" <= character <= "\u1eff" or _is_accent(character)


def _is_accent(character: str) -> bool:
    return "\u0300" <= character <= "\u036f"


def _keep_sounding(word: str) -> Iterable[str]:
    for character in word:
        category = unicodedata.category(character)
        pictograph = category == "So" and character >= "←"  # arrows, dingbats, emoji; not © ® ° №
        invisible = category in ("Cc", "Cf", "Co", "Cn", "Cs") and character != "\u200c"
        joiner = (category in ("Sk", "Me") and character != "^") or "\ufe00" <= character <= "\ufe0f"
        if pictograph or invisible or joiner or character in "[]":
            continue
        # 𝓙𝓸𝓱𝓷 and Ｊｏｈｎ are John; signs such as ½ and ™ stay, eSpeak knows their names.
        yield (
            unicodedata.normalize("NFKC", character)
            if category[0] == "L" and character not in "ªºµ"
            else character
        )
