"""Whether other words than a known text's fit its sound better.

An aligned word that is nearly the one that was said fits well enough: "pick a time" lies well on "choose a
time". So the sound is heard once without knowing the text, and wherever other words come out, both wordings
compete for the same sound. What the decoder hears freely is often wrong, but then the text wins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
import numpy.typing as npt

from renderer.speech.arpabet import Pronounce, pronounce_english
from renderer.speech.forced_path import (
    Token,
    activate_grammar,
    compute_time_s,
    create_grammar_decoder,
    list_segments,
    list_tokens,
    prepare_sound,
)
from renderer.speech.phone_decoder import create_decoder, run_decoder
from renderer.words.script_words import ScriptWord

Samples = npt.NDArray[np.float32]

_BEAM, _WORD_BEAM = 1e-200, 1e-150
# Of the text's own words, which are right unless the sound says otherwise. On the demo's take 1e-8 keeps six
# right lines and finds all 13 wrong words that alignment alone lets pass; 1e-6 loses a right line for an "a".
_RIVAL_SHARE = 1e-8
# Wordings whose phones differ by less are the same to the ear: "this take", "the stake".
_SAME_SHARE = 0.2
_MARKS = ".,;:!?…\"'“”‘’()"
_VARIANT = re.compile(r"\(\d+\)$")


@dataclass(frozen=True)
class HeardWord:
    """A word as the decoder heard it, knowing no text; times in seconds."""

    text: str
    start_s: float
    end_s: float


def hear_words(samples: Samples, rate_hz: int) -> list[HeardWord]:
    """The words of mono samples [n], by the decoder's own language model."""
    decoder = create_decoder(lm="en-us.lm.bin", dict="cmudict-en-us.dict", maxhmmpf=3000)
    run_decoder(decoder, prepare_sound(samples, rate_hz))
    return [
        HeardWord(_VARIANT.sub("", name), compute_time_s(first), compute_time_s(stop))
        for name, first, stop, _ in list_segments(decoder)
        if name[0].isalpha()
    ]


def find_rivals(
    samples: Samples,
    rate_hz: int,
    words: Sequence[ScriptWord],
    heard: Sequence[str],
    pronounce: Pronounce = pronounce_english,
) -> list[str]:
    """Wordings of what was ``heard`` in samples [n] that fit them better than those of the text; [] where the
    text stands."""
    text = list_tokens(words, pronounce)
    spoken = [part.lower().strip(_MARKS) for word in words for part in word.spoken.split()]
    if len(spoken) != len(text):  # a word that makes no sound
        return []
    rivals = [one for one in _list_rivals(spoken, heard) if _can_be_said(one, pronounce)]
    won = _compete(samples, rate_hz, text, rivals, pronounce) if rivals else []
    return [" ".join(one.wording) for one in won if _differs(text, one, pronounce)]


@dataclass(frozen=True)
class _Rival:
    """Another wording of the text's tokens from ``first`` to ``end``."""

    first: int
    end: int
    wording: tuple[str, ...]


def _can_be_said(rival: _Rival, pronounce: Pronounce) -> bool:
    return all(pronounce(word, "") for word in rival.wording)


def _compete(
    samples: Samples, rate_hz: int, text: Sequence[Token], rivals: Sequence[_Rival], pronounce: Pronounce
) -> list[_Rival]:
    """The rivals on the best path through the sound, which may take each or the text's own words."""
    tokens, owners = list(text), dict[int, _Rival]()
    moves = [(at, at + 1, 1.0, f"w{at}") for at in range(len(text))]
    state = len(text)
    for rival in rivals:
        before, share = rival.first, _RIVAL_SHARE
        for at, word in enumerate(rival.wording, start=1):
            after = rival.end if at == len(rival.wording) else (state := state + 1)
            owners[len(tokens)] = rival
            moves.append((before, after, share, f"w{len(tokens)}"))
            tokens.append(Token(-1, (word, ""), pronounce(word, "")))
            before, share = after, 1.0
    decoder = create_grammar_decoder(tokens, _BEAM, _WORD_BEAM)
    activate_grammar(decoder, len(text), moves)
    run_decoder(decoder, prepare_sound(samples, rate_hz))
    taken = {name for name, *_ in list_segments(decoder)}
    names = {_VARIANT.sub("", name) for name in taken}
    return list(dict.fromkeys(rival for at, rival in owners.items() if f"w{at}" in names))


def _differs(text: Sequence[Token], rival: _Rival, pronounce: Pronounce) -> bool:
    own = [phone for token in text[rival.first : rival.end] for phone in token.ways[0]]
    other = [phone for word in rival.wording for phone in pronounce(word, "")[0]]
    return 1 - SequenceMatcher(None, own, other, autojunk=False).ratio() >= _SAME_SHARE


def _list_rivals(spoken: Sequence[str], heard: Sequence[str]) -> list[_Rival]:
    found = []
    for kind, first, end, from_, to in SequenceMatcher(None, spoken, heard, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        if kind != "replace":  # a word that was not heard, or one too many: beside its neighbour
            if first > 0 and from_ > 0:
                first, from_ = first - 1, from_ - 1
            elif end < len(spoken) and to < len(heard):
                end, to = end + 1, to + 1
        if first < end and from_ < to:
            found.append(_Rival(first, end, tuple(heard[from_:to])))
    return found
