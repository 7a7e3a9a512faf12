"""Words of other languages → signs, each word's own, by the rules of eSpeak NG in the extra “piper”."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from renderer.errors import RenderError
from renderer.voices.phoneme_network import Signs
from renderer.voices.signs import PAUSES, write_signs

# A style's language → the voice of eSpeak NG whose rules read it. Japanese and Chinese are read by other
# means, which are not here, so no style of theirs speaks.
_RULES = {"es": "es", "fr": "fr", "hi": "hi", "it": "it", "pt-br": "pt-br"}
SPEAKABLE = frozenset({"en-us", "en-gb", *_RULES})
_ENDS = ".!?…"


def read_foreign(words: Sequence[str], ipa: Mapping[int, str], language: str) -> list[Signs]:
    """The sentences of a line. Raises RenderError where the extra is missing."""
    try:
        from renderer.voices.piper_voice import write_ipa
    except ImportError as error:
        raise RenderError(
            f"The sounds of “{language}” need the extra “piper”, which is not installed. Install it, or "
            "choose an English voice."
        ) from error
    spoken = [(at, word) for at, word in enumerate(words) if word]
    together = write_ipa(" ".join(word for _, word in spoken), _RULES[language]).split()
    apart = [write_ipa(word, _RULES[language]) for _, word in spoken]
    # Read together, words change each other (French liaison); where eSpeak joins two, each is read alone.
    counts = [len(one.split()) for one in apart]
    joined = together if len(together) == sum(counts) else [part for one in apart for part in one.split()]
    line: list[tuple[str, int]] = []
    parts = iter(joined)
    for (at, _), count in zip(spoken, counts, strict=True):
        own = " ".join(next(parts) for _ in range(count))
        line += [(sign, at) for sign in write_signs(_replace(own, ipa.get(at, ""))) + " "]
    return _split_sentences(line)


def _replace(own: str, told: str) -> str:
    """A word's sounds as told, with the punctuation that it had."""
    return told + own[len(own.rstrip("".join(PAUSES))) :] if told else own


def _split_sentences(line: Sequence[tuple[str, int]]) -> list[Signs]:
    pieces: list[list[tuple[str, int]]] = [[]]
    for at, (sign, word) in enumerate(line):
        if sign == " " and at and line[at - 1][0] in _ENDS:
            pieces.append([])
        elif sign != " " or pieces[-1]:
            pieces[-1].append((sign, word))
    return [Signs("".join(sign for sign, _ in one), tuple(word for _, word in one)) for one in pieces if one]
