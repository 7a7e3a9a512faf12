"""How a word is said, where that is known from, and whether two readers agree.

Three lexica know words: the two of the package `hibari` (misaki's, US and British) and the one that
pocketsphinx carries (CMU's, US, many names). Names of other languages have a table and rules of their own
(`name_sounds`). What none of them knows is guessed by a small network; the network of the other accent is a
second opinion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from hibari.g2p import G2P
from hibari.g2p.oov import OOV
from hibari.tts import ASSETS
from pocketsphinx import get_model_path

from renderer.speech.phone_decoder import IPA_OF
from renderer.voices.name_sounds import find_name_ipa, read_by_letters, strip_accents
from renderer.voices.signs import write_english_signs, write_ipa_of

Source = Literal["lexicon", "rule", "guess"]

# Of all signs, how many two readings may differ in and still be one; what only the accent changes is alike.
_ALIKE_SHARE = 0.15
_SAME = str.maketrans(
    {"ᵊ": "ə", "ʌ": "ə", "ɜ": "ə", "T": "t", "ᵻ": "ɪ", "ɑ": "ɔ", "ɒ": "ɔ", "Q": "O", "a": "æ", "ː": ""}
)


@dataclass(frozen=True)
class WordSounds:
    """``ipa`` of a word; ``source`` is what knows it, ``agreed`` whether a second reader says the same (true
    where nothing contradicts a lexicon or a rule)."""

    ipa: str
    source: Source
    agreed: bool


def assess_word(word: str, language: str = "en-us") -> WordSounds:
    """How an English voice says one word without help. ``language`` is the voice's, "en-us" or "en-gb"; of
    other languages their own rules know more, and what is told here is what an English voice would say."""
    british = language == "en-gb"
    bare = word.strip(".,;:!?…—\"“”‘’'()")
    known = _ask_lexicon(bare, british)
    if known:
        return WordSounds(write_ipa_of(known), "lexicon", True)
    named = _ask_names(bare, british)
    if named:
        return WordSounds(write_ipa_of(named), "rule", True)
    guessed = guess(bare, british=british)
    for ask, source in _SOURCES:
        found = ask(bare, british)
        if found:
            return WordSounds(write_ipa_of(found), source, source == "rule" or _agree(found, guessed))
    second = guess(bare, british=not british)
    return WordSounds(write_ipa_of(guessed), "guess", _agree(guessed, second))


def find_signs(word: str, *, british: bool = False) -> str:
    """The signs of a word that the reader of lines does not know itself: by names, lexica, rules, a guess."""
    stem, owned = (word[:-2], True) if word.lower().endswith(("'s", "’s")) else (word, False)
    asks = (_ask_names, *(ask for ask, _ in _SOURCES))
    found = next((signs for ask in asks if (signs := ask(stem, british))), "")
    if not found:
        return guess(word, british=british)
    return str(load_g2p(british=british).lexicon._s(found)) if owned else found


def guess(word: str, *, british: bool = False) -> str:
    """The signs that a network makes of letters; "" where it knows none of them."""
    return "".join(_load_guesser(british)(word) or "")


@lru_cache(maxsize=2)
def load_g2p(*, british: bool = False) -> G2P:
    """The package's reader of lines, which asks here for words that it does not know; 0.4 s and 60 MB."""
    return G2P(oov=lambda word: find_signs(word, british=british), british=british)


def _ask_lexicon(word: str, british: bool) -> str:
    """As the line's reader would find it: as it is written, or in small letters."""
    lexicon = load_g2p(british=british).lexicon
    for form in dict.fromkeys((word, word.lower(), word.capitalize())):
        found = lexicon.golds.get(form) or lexicon.silvers.get(form)
        if found:
            return str(found if isinstance(found, str) else found["DEFAULT"])
    return ""


def _ask_names(word: str, british: bool) -> str:
    ipa = find_name_ipa(word)
    return _write_accent(write_english_signs(ipa), british) if ipa else ""


def _ask_without_accents(word: str, british: bool) -> str:
    plain = strip_accents(word)
    return _ask_lexicon(plain, british) if plain != word else ""


def _ask_letters(word: str, british: bool) -> str:
    ipa = read_by_letters(word)
    return _write_accent(write_english_signs(ipa), british) if ipa else ""


def _ask_cmu(word: str, british: bool) -> str:
    """CMU's sounds have no stress here: it is put on the first vowel that is not the weak one."""
    names = _load_cmu().get(strip_accents(word).lower())
    if not names:
        return ""
    sounds = names.split()
    vowels = [at for at, name in enumerate(sounds) if name[0] in "AEIOU"]
    stressed = next((at for at in vowels if sounds[at] != "AH"), vowels[0] if vowels else -1)
    sounds = ["AX" if name == "AH" and at != stressed else name for at, name in enumerate(sounds)]
    ipa = ["ə" if name == "AX" else IPA_OF.get(name, "") for name in sounds]
    written = "".join("ˈ" + one if at == stressed else one for at, one in enumerate(ipa))
    return _write_accent(write_english_signs(written), british)


_SOURCES: tuple[tuple[Callable[[str, bool], str], Source], ...] = (
    (_ask_without_accents, "lexicon"),
    (_ask_letters, "rule"),
    (_ask_cmu, "lexicon"),
)


def _write_accent(signs: str, british: bool) -> str:
    return signs.replace("O", "Q") if british else signs


def _agree(one: str, other: str) -> bool:
    first, second = (signs.translate(_SAME).replace("ˈ", "").replace("ˌ", "") for signs in (one, other))
    row = list(range(len(second) + 1))
    for i, sign in enumerate(first, start=1):
        above, row = row, [i]
        for j, heard in enumerate(second, start=1):
            row.append(min(above[j - 1] + (sign != heard), above[j] + 1, row[-1] + 1))
    return row[-1] <= _ALIKE_SHARE * max(len(first), len(second), 1)


@lru_cache(maxsize=2)
def _load_guesser(british: bool) -> OOV:
    return OOV(str(Path(ASSETS) / ("oov_gb.onnx" if british else "oov.onnx")))


@lru_cache(maxsize=1)
def _load_cmu() -> dict[str, str]:
    """Word in small letters → ARPAbet; 134,000 words, of which the first way is taken."""
    path = Path(get_model_path()) / "en-us" / "cmudict-en-us.dict"
    entries = (line.split(maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines())
    return {
        word: sounds for word, sounds in (entry for entry in entries if len(entry) == 2) if "(" not in word
    }
