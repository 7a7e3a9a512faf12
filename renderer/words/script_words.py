"""A line's words as written (for captions) beside what a voice is asked to say.

The two differ where a voice would stumble: emoji and invisible characters are not read aloud, decorated
letters become plain ones, curly apostrophes straight ones, and a full stop after a title or an initial
("Dr. Smith", "John F. Kennedy") is dropped because eSpeak would end the sentence there. A word with Latin
letters that eSpeak would spell out ("Nguyễn" took two seconds: "letter one E C five") loses its accents.

A word in a script that the voice's language does not use would come out as the names of its characters
("Chinese letter Chinese letter"). That is an error here, not a surprise in the recipient's video.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from renderer.errors import RenderError
from renderer.words.pronunciations import Pronunciations

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
_APOSTROPHES = {ord(mark): "'" for mark in "’‘ʼʻ`´＇"}
# The languages whose voices know the letters of the block Latin Extended Additional, such as ễ and ẁ.
_KNOW_RARE_LATIN = frozenset({"vi", "cy"})
_STROKES = {ord("Đ"): "D", ord("đ"): "d"}
_TITLES = {"dr": "Dr", "mr": "Mr", "mrs": "Mrs", "ms": "Ms", "prof": "Professor", "st": "Saint"}


@dataclass(frozen=True)
class ScriptWord:
    """``spoken``, one word or several, is what a voice reads; "" for what is only seen (an emoji).

    ``ipa``, where it is not "", says how the word sounds, for voices that read phones.
    """

    written: str
    spoken: str
    ipa: str = ""


def parse_script_words(
    text: str, language: str, locale: str = "", known: Pronunciations = ()
) -> tuple[ScriptWord, ...]:
    """The words of a line between white space. ``language`` is the voice's, such as "en-us"; ``locale`` is
    how numbers and dates are read, "" as in ``language``.

    Raises RenderError, naming the text, when nothing can be said or a word is in a script that the
    voice cannot read.
    """
    written = text.split()
    spoken = [_make_speakable(word, language) for word in written]
    _refuse_foreign_scripts(text, written, spoken, language)
    if not any(character.isalnum() for word in spoken for character in word):
        raise build_unspeakable_error(text)
    if language.partition("-")[0] == "en":
        spoken = [_drop_stop(word) for word in spoken[:-1]] + spoken[-1:]
    return tuple(ScriptWord(w, s) for w, s in zip(written, spoken, strict=True))


def build_unspeakable_error(text: str) -> RenderError:
    return RenderError(
        f"No voice can say “{text.strip()}”: nothing in it is a letter or a number that sounds. "
        "Write the words as they should be heard, for example with Latin letters."
    )


def find_readable_scripts(language: str) -> frozenset[str]:
    """The Unicode script names that a voice of this language reads."""
    base = language.partition("-")[0]
    return _ANY_VOICE | {script for script, languages in _SCRIPTS.items() if base in languages.split()}


def _make_speakable(word: str, language: str) -> str:
    composed = unicodedata.normalize("NFC", word).translate(_APOSTROPHES)
    plain = "".join(_keep_sounding(composed))
    if language.partition("-")[0] not in _KNOW_RARE_LATIN and any(map(_is_rare, plain)):
        # The whole word: eSpeak's dictionary knows "Nguyen", not "Nguyên".
        marked = unicodedata.normalize("NFD", plain.translate(_STROKES))
        plain = "".join(letter for letter in marked if not _is_accent(letter))
    return plain


def _is_rare(character: str) -> bool:
    return "\u1e00" <= character <= "\u1eff" or _is_accent(character)


def _is_accent(character: str) -> bool:
    return "\u0300" <= character <= "\u036f"


def _keep_sounding(word: str) -> Iterable[str]:
    for character in word:
        category = unicodedata.category(character)
        pictograph = category == "So" and character >= "←"  # arrows, dingbats, emoji; not © ® ° №
        invisible = category in ("Cc", "Cf", "Co", "Cn", "Cs") and character != "\u200c"
        joiner = category in ("Sk", "Me") or "\ufe00" <= character <= "\ufe0f"
        if pictograph or invisible or joiner or character in "[]":
            continue
        # 𝓙𝓸𝓱𝓷 and Ｊｏｈｎ are John; signs such as ½ and ™ stay, eSpeak knows their names.
        yield unicodedata.normalize("NFKC", character) if category[0] == "L" else character


def _drop_stop(word: str) -> str:
    stem = word[:-1]
    if not word.endswith("."):
        return word
    if len(stem) == 1 and stem.isupper():
        return stem
    return _TITLES.get(stem.lower(), word)


def _refuse_foreign_scripts(text: str, written: list[str], spoken: list[str], language: str) -> None:
    readable = find_readable_scripts(language)
    foreign = [w for w, s in zip(written, spoken, strict=True) if not _find_letter_scripts(s) <= readable]
    if not foreign:
        return
    names = ", ".join(f"“{word.strip('.,;:!?')}”" for word in foreign)
    raise RenderError(
        f"This voice ({language}) cannot say {names} in “{text.strip()}”: it does not read those letters. "
        "Write the name as it should be heard with letters of the voice's language, or choose a voice "
        "that speaks that language."
    )


def _find_letter_scripts(word: str) -> set[str]:
    letters = (character for character in word if character.isalpha())
    return {unicodedata.name(letter, "UNNAMED").partition(" ")[0] for letter in letters}
