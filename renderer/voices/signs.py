"""The alphabet of the neural voices, one sign for each sound, and when each sign of a line is heard.

It is IPA in which a diphthong or an affricate is one sign ("A" is eɪ, "ʤ" is dʒ); the package that brings the
English lexicon writes it, and two networks were taught to read it. Signs that none of them knows are refused
or written as the nearest that is known, never dropped in silence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import cast

from renderer.errors import RenderError
from renderer.speech.phones import STRESS_MARKS, parse_phones, spread_phones
from renderer.speech.speech import Phone

# One sign for a diphthong or an affricate, as the networks were taught to read English.
SIGNS = {
    "aɪ": "I",
    "aʊ": "W",
    "eɪ": "A",
    "oʊ": "O",
    "əʊ": "Q",
    "ɔɪ": "Y",
    "dʒ": "ʤ",
    "tʃ": "ʧ",
    "ts": "ʦ",
    "tɕ": "ʨ",
}
_SPELT = {sign: spelt for spelt, sign in SIGNS.items()} | {"ᵊ": "ə", "ᵻ": "ɪ", "T": "ɾ", "S": "s"}
_SPELT |= {"ʣ": "dz", "ʥ": "dʑ"}
PAUSES = frozenset(";:,.!?—…")
# The networks' numbers of signs; both packages carry the same list. 0 is silence.
SIGN_NUMBERS = {
    ";": 1, ":": 2, ",": 3, ".": 4, "!": 5, "?": 6, "—": 9, "…": 10, '"': 11, "(": 12, ")": 13, "“": 14,
    "”": 15, " ": 16, "\u0303": 17, "ʣ": 18, "ʥ": 19, "ʦ": 20, "ʨ": 21, "ᵝ": 22, "ꭧ": 23, "A": 24, "I": 25,
    "O": 31, "Q": 33, "S": 35, "T": 36, "W": 39, "Y": 41, "ᵊ": 42, "a": 43, "b": 44, "c": 45, "d": 46,
    "e": 47, "f": 48, "h": 50, "i": 51, "j": 52, "k": 53, "l": 54, "m": 55, "n": 56, "o": 57, "p": 58,
    "q": 59, "r": 60, "s": 61, "t": 62, "u": 63, "v": 64, "w": 65, "x": 66, "y": 67, "z": 68, "ɑ": 69,
    "ɐ": 70, "ɒ": 71, "æ": 72, "β": 75, "ɔ": 76, "ɕ": 77, "ç": 78, "ɖ": 80, "ð": 81, "ʤ": 82, "ə": 83,
    "ɚ": 85, "ɛ": 86, "ɜ": 87, "ɟ": 90, "ɡ": 92, "ɥ": 99, "ɨ": 101, "ɪ": 102, "ʝ": 103, "ɯ": 110, "ɰ": 111,
    "ŋ": 112, "ɳ": 113, "ɲ": 114, "ɴ": 115, "ø": 116, "ɸ": 118, "θ": 119, "œ": 120, "ɹ": 123, "ɾ": 125,
    "ɻ": 126, "ʁ": 128, "ɽ": 129, "ʂ": 130, "ʃ": 131, "ʈ": 132, "ʧ": 133, "ʊ": 135, "ʋ": 136, "ʌ": 138,
    "ɣ": 139, "ɤ": 140, "χ": 142, "ʎ": 143, "ʒ": 147, "ʔ": 148, "ˈ": 156, "ˌ": 157, "ː": 158, "ʰ": 162,
    "ʲ": 164, "↓": 169, "→": 171, "↗": 172, "↘": 173, "ᵻ": 177,
}  # fmt: skip
# Sounds of other languages in the nearest of English, for networks that heard English alone, and signs that
# write an English sound in another way.
_NEAREST_ENGLISH = {
    "ɝ": "ɜɹ", "ɚ": "əɹ", "r": "ɹ", "ʁ": "ɹ", "ɻ": "ɹ", "ɾ": "T", "ɽ": "T", "x": "h", "χ": "h", "ç": "h",
    "ħ": "h", "ɣ": "ɡ", "β": "v", "ɸ": "f", "ɲ": "nj", "ʎ": "lj", "ɬ": "l", "ɫ": "l", "ʍ": "w", "ʋ": "v",
    "y": "u", "ʏ": "ʊ", "ø": "ɜɹ", "œ": "ɜɹ", "ɥ": "w", "ɨ": "ɪ", "ʉ": "u", "ɯ": "u", "ɤ": "ʌ", "ɐ": "ʌ",
    "a": "ɑ", "o": "O", "c": "k", "ɟ": "ɡ", "q": "k", "ʂ": "ʃ", "ʐ": "ʒ", "ɕ": "ʃ", "ʑ": "ʒ", "ʈ": "t",
    "ɖ": "d", "ɳ": "n", "ɴ": "ŋ", "ʝ": "j", "ʔ": "t", "ʦ": "ts", "ʨ": "ʧ", "\u0303": "n", "ɓ": "b", "ɗ": "d",
    "ʕ": "",
}  # fmt: skip
_VOWELS = frozenset("AIOQWYiuæɑɒɔəɛɜɪʊʌᵊᵻ")
_ENGLISH = _VOWELS | frozenset("bdfhjklmnpstvwzðŋɡɹʃʒʤʧθTˈˌː ")
_IGNORED = frozenset(".|‿\u0361-/[]()ˑ·,;")
_HOW = "Write it in IPA, such as ʃɪˈvɔːn, or as a respelling, such as “shiv-AWN”."


def write_signs(ipa: str) -> str:
    """A line in IPA with spaces and punctuation as the networks read it, without signs they do not know."""
    return "".join(sign for sign in _join_sounds(ipa) if sign in SIGN_NUMBERS)


def write_english_signs(ipa: str) -> str:
    """A word in IPA with English sounds alone: others become the nearest ones.

    Raises RenderError, naming the sign, for what is no sound of speech.
    """
    joined = _join_sounds("".join(_drop_ignored(ipa)).replace("ɔʏ", "ɔɪ").replace("oː", "oʊ"))
    nearest = "".join(_NEAREST_ENGLISH.get(sign, sign) for sign in joined.replace("eː", "A"))
    signs = _move_stress("".join(_open_vowels(nearest)))
    if not any(sign in _VOWELS for sign in signs) and len(signs.strip()) < 2:
        raise RenderError(f"The pronunciation “{ipa.strip()}” has no sound that a voice can say. {_HOW}")
    return signs


def write_ipa_of(signs: str) -> str:
    """Signs as ordinary IPA: "həlˈO" → "həlˈoʊ"."""
    return "".join(_SPELT.get(sign, sign) for sign in signs)


def number_signs(signs: str) -> list[int]:
    """The networks' numbers, with the silence before and after."""
    return [0, *(SIGN_NUMBERS[sign] for sign in signs), 0]


def time_signs(
    signs: str, lengths_s: Sequence[float], owners: Sequence[int | None] = ()
) -> tuple[list[Phone], list[int | None]]:
    """Phones of signs that follow each other, and the word of each, None in pauses.

    ``lengths_s`` [len(signs) + 2] begins and ends with the silence around them; ``owners`` [len(signs)] is
    the word of each sign. The time of a stress mark belongs to the sound that it stands before, that of a
    length mark or a gap between words to the sound before it.
    """
    phones, words = [Phone("", 0.0, lengths_s[0])], cast(list[int | None], [None])
    word_of = list(owners) or [None] * len(signs)
    clock_s, stress, pending_s = lengths_s[0], 0, 0.0
    for sign, length_s, word in zip(signs, lengths_s[1:-1], word_of, strict=True):
        begin_s, clock_s = clock_s, clock_s + length_s
        symbols = parse_phones(_SPELT.get(sign, sign))
        if sign in STRESS_MARKS:
            stress, pending_s = STRESS_MARKS[sign], pending_s + length_s
        elif symbols:
            own = spread_phones(symbols, begin_s - pending_s, clock_s, stress)
            phones += own
            words += [word] * len(own)
            stress, pending_s = (0, 0.0) if any(one.stress for one in own) else (stress, 0.0)
        elif sign in PAUSES:
            phones.append(Phone("", begin_s, clock_s))
            words.append(None)
        else:
            phones[-1] = Phone(phones[-1].symbol, phones[-1].start_s, clock_s, phones[-1].stress)
    return [*phones, Phone("", clock_s, clock_s + lengths_s[-1])], [*words, None]


def _join_sounds(ipa: str) -> str:
    """One sign for each sound."""
    plain = unicodedata.normalize("NFD", ipa).replace("g", "ɡ").replace("c\u0327", "ç").replace("\u0361", "")
    for spelt, sign in SIGNS.items():
        plain = plain.replace(spelt, sign)
    return plain


def _drop_ignored(ipa: str) -> Iterable[str]:
    """What stands for a sound. Raises RenderError for a letter that is none of IPA's."""
    known = SIGN_NUMBERS.keys() | _NEAREST_ENGLISH.keys() | {"g", "\u0327"}
    for sign in unicodedata.normalize("NFD", ipa).replace(":", "ː").replace("'", "ˈ"):
        if sign in _IGNORED or (sign not in known and unicodedata.category(sign) in ("Mn", "Lm", "Sk", "Zs")):
            continue
        if sign not in known or sign.isupper():
            raise RenderError(
                f"The pronunciation “{ipa.strip()}” has “{sign}”, which is no sound of speech. {_HOW}"
            )
        yield sign


def _open_vowels(signs: str) -> Iterable[str]:
    """English has no plain e: it is ɛ before a consonant of its word, and eɪ at the word's end."""
    for at, sign in enumerate(signs):
        following = signs[at + 1 :].lstrip("ː")[:1]
        if sign == "e":
            yield "ɛ" if following not in ("", " ", "ˈ", "ˌ") else "A"
        elif sign in _ENGLISH:
            yield sign


def _move_stress(signs: str) -> str:
    """Stress stands before the vowel in the networks' English: "ʃɪˈvɔn" → "ʃɪvˈɔn"."""
    consonants = "".join(_ENGLISH - _VOWELS - {"ˈ", "ˌ", " "})
    return re.sub(rf"([ˈˌ])([{consonants}]+)(?=[{''.join(_VOWELS)}])", r"\2\1", signs)
