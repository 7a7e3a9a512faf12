"""Which of the shipped Noto fonts draw a text, and whether it needs more than one letter beside the other.

The fonts are two packages: letters of two dozen scripts, and Chinese, Japanese and Korean. Without the
second, words in those scripts are left out of pictures.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

LATIN = "NotoSans[wght].ttf"
# Faces of the collection, as its file orders them.
_JAPANESE, _KOREAN, _CHINESE, _TRADITIONAL = 0, 1, 2, 3
_TRADITIONAL_LOCALES = ("zh-tw", "zh-hk", "zh-hant")
_RIGHT_TO_LEFT = ("R", "AL", "AN")
_JOINERS = "\u200c\u200d"
_NOT_WRITTEN = ("Cc", "Cf", "Co", "Cs", "Sk", "So", "Zl", "Zp")  # controls, emoji, private signs
_MARKS = ("Mn", "Mc", "Me")


@dataclass(frozen=True)
class Lettering:
    """The fonts that a text is drawn with, the first that has a letter. ``is_plain``: each letter stands
    beside the one before it, left to right."""

    paths: tuple[Path, ...]
    face: int = 0
    is_plain: bool = True


def clean_words(text: str) -> str:
    """A text on one line without what no font of letters draws: emoji, controls, marks of direction."""
    kept = (" " if one.isspace() else one for one in unicodedata.normalize("NFC", text) if _is_written(one))
    return " ".join("".join(kept).split())


def choose_lettering(words: str, locale: str = "") -> Lettering | None:
    """Fonts for `clean_words`; None where a letter is in none of them, so that no empty box is drawn.

    ``locale`` (as “zh-TW”) tells which form a Chinese character has; without it, its neighbours do.
    """
    letters = {one for one in words if one not in _JOINERS}
    plain = not any(_is_shaped(one) for one in words)
    if plain and letters <= _read_letters(_find_fonts() / LATIN):
        return Lettering((_find_fonts() / LATIN,))
    if plain and (collection := _find_collection()) is not None:
        face = _choose_face(letters, locale)
        if letters <= _read_letters(collection, face):
            return Lettering((collection,), face)
    return _choose_shaped(letters)


def _choose_shaped(letters: set[str]) -> Lettering | None:
    """The scripts' own fonts before the Latin one: joiners, digits and spaces stay with the script."""
    missing = letters - _read_letters(_find_fonts() / LATIN)
    chosen = []
    for path in _list_scripts():
        if missing & _read_letters(path):
            chosen.append(path)
            missing -= _read_letters(path)
    return None if missing else Lettering((*chosen, _find_fonts() / LATIN), is_plain=False)


def _is_written(one: str) -> bool:
    return one in _JOINERS or one.isspace() or unicodedata.category(one) not in _NOT_WRITTEN


def _is_shaped(one: str) -> bool:
    """Whether a sign depends on those beside it, or runs from right to left."""
    if one in _JOINERS or unicodedata.category(one) in _MARKS:
        return True
    if unicodedata.bidirectional(one) in _RIGHT_TO_LEFT:
        return True
    return any(first <= one <= last for first, last in _SHAPED)


# Arabic to Georgian's neighbours: Hebrew … Myanmar, Khmer to Mongolian, Tai and other scripts of marks.
_SHAPED = (("\u0590", "\u109f"), ("\u1700", "\u18af"), ("\u1900", "\u1cff"), ("\ua800", "\uabff"))


def _choose_face(letters: Iterable[str], locale: str) -> int:
    names = {unicodedata.name(one, "").split(" ", 1)[0] for one in letters}
    language = locale.replace("_", "-").lower()
    if "HANGUL" in names or language.startswith("ko"):
        return _KOREAN
    if names & {"HIRAGANA", "KATAKANA"} or language.startswith("ja"):
        return _JAPANESE
    return _TRADITIONAL if language.startswith(_TRADITIONAL_LOCALES) else _CHINESE


@lru_cache(maxsize=64)
def _read_letters(path: Path, face: int = 0) -> frozenset[str]:
    from matplotlib.ft2font import FT2Font  # half a second, and only pictures need it

    return frozenset(map(chr, FT2Font(str(path), face_index=face).get_charmap()))


@lru_cache(maxsize=1)
def _list_scripts() -> tuple[Path, ...]:
    others = ("Italic", "Symbols", "Emoji")
    return tuple(
        path
        for path in sorted(_find_fonts().glob("NotoSans*.ttf"))
        if path.name != LATIN and not any(other in path.name for other in others)
    )


@lru_cache(maxsize=1)
def _find_fonts() -> Path:
    import manimgx_fonts

    return Path(manimgx_fonts.__file__).parent


@lru_cache(maxsize=1)
def _find_collection() -> Path | None:
    spec = find_spec("manimgx_fonts_cjk")
    if spec is None or spec.origin is None:
        return None
    return next(Path(spec.origin).parent.glob("*.ttc"), None)
