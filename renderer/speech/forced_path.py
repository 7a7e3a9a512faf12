"""The best path of a sound through words that are known: which frames are whose, and how well they fit.

A path's fit is measured beside the best that any phones could do with the same frames: 0 is as well, and at
`DIFFERENT_FIT` something else was said. It does not depend on the voice's loudness or on noise, which spoil
both.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pocketsphinx import Decoder

from renderer.speech.arpabet import Pronounce
from renderer.speech.phone_decoder import (
    FRAME_S,
    IPA_OF,
    RATE_HZ,
    WINDOW_MIDDLE_S,
    create_decoder,
    resample_to_16k,
    run_decoder,
)
from renderer.words.script_words import ScriptWord

Samples = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

# Mean of a line's frames. In 10 natural synthetic voices right lines fit at -1.3 and better (-1.8 in a hall),
# most other texts at -4 and worse; short ones can fit by chance, and are told by what else is said. eSpeak's
# voices, which the models do not know, say right lines at -2 to -3.9.
DIFFERENT_FIT = -3.0
# Silence around the sound, so that its first and last phones have room; and a faint noise, because digital
# silence is nothing that the models have ever heard.
ROOM_S = 0.30
_NOISE = 1e-4
_NOISE_SEED = 1
# The path must survive a wrong word and a cough: the default beams (1e-48) lose the end of one line in
# fifteen.
_BEAM, _WORD_BEAM = 1e-200, 1e-150
_FIT_SCALE = 1_000  # the decoder's scores are logarithms of about 0.999 a frame


@dataclass(frozen=True)
class Token:
    """One word that is heard: its place among the words as written, itself with its IPA, and the ways to say
    it."""

    word: int
    said: tuple[str, str]
    ways: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class FreePath:
    """The best path of any phones through a prepared sound: each frame's score [n], and whether it is a phone
    rather than silence or noise [n]."""

    scores: Doubles
    spoken: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PathSpan:
    """One token on the path, or a pause (None): its ARPAbet ``phones`` (name, first frame, frames), and how
    well it fits, as a sum over its frames."""

    token: int | None
    phones: tuple[tuple[str, int, int], ...]
    fit: float

    @property
    def first(self) -> int:
        return self.phones[0][1]

    @property
    def frames(self) -> int:
        return sum(frames for _, _, frames in self.phones)


def list_tokens(words: Sequence[ScriptWord], pronounce: Pronounce) -> list[Token]:
    """What is heard of the words; emoji and punctuation make no sound."""
    tokens = []
    for at, word in enumerate(words):
        parts = [(word.spoken, word.ipa)] if word.ipa else [(part, "") for part in word.spoken.split()]
        tokens += [Token(at, part, ways) for part in parts if (ways := pronounce(*part))]
    return tokens


def prepare_sound(samples: Samples, rate_hz: int) -> Samples:
    """Samples at 16 kHz with `ROOM_S` of silence at both ends."""
    room = np.pad(resample_to_16k(samples, rate_hz), round(ROOM_S * RATE_HZ))
    noise = np.random.default_rng(_NOISE_SEED).normal(0.0, _NOISE, len(room))
    return (room + noise).astype(np.float32)


def compute_time_s(frame: int) -> float:
    """When a frame of a prepared sound begins in the sound that it was made of."""
    return frame * FRAME_S + WINDOW_MIDDLE_S - ROOM_S


def find_free_path(sound: Samples) -> FreePath:
    """What a prepared sound says if it may say anything."""
    decoder = create_decoder(allphone="en-us-phone.lm.bin", lw=2.0)
    run_decoder(decoder, sound)
    frames = len(sound) // round(FRAME_S * RATE_HZ) + 8
    path = FreePath(np.zeros(frames), np.zeros(frames, bool))
    for name, first, stop, score in list_segments(decoder):
        path.scores[first:stop] = score / (stop - first)
        path.spoken[first:stop] = name in IPA_OF
    return path


def find_path(sound: Samples, tokens: Sequence[Token], free: FreePath) -> list[PathSpan] | None:
    """Every token in order and the pauses between; None where no path fits. ``free`` is the
    free path of the same prepared sound."""
    decoder = create_grammar_decoder(tokens, _BEAM, _WORD_BEAM)
    moves = [(at, at + 1, 1.0, f"w{at}") for at in range(len(tokens))]
    activate_grammar(decoder, len(tokens), moves)
    run_decoder(decoder, sound)
    fits = [score - float(free.scores[first:stop].sum()) for _, first, stop, score in list_segments(decoder)]
    if not fits:
        return None
    try:
        decoder.set_alignment()
    except RuntimeError:  # the sound is shorter than the shortest way to say the words
        return None
    run_decoder(decoder, sound)
    alignment = decoder.get_alignment() or ()  # its words and phones live as long as it does
    found = [(word.name, tuple((one.name, one.start, one.duration) for one in word)) for word in alignment]
    if len(found) != len(fits):
        return None
    spans = [
        PathSpan(_read_token(name), phones, fit) for (name, phones), fit in zip(found, fits, strict=True)
    ]
    said = [span.token for span in spans if span.token is not None]
    return spans if said == list(range(len(tokens))) else None


def create_grammar_decoder(tokens: Sequence[Token], beam: float, word_beam: float) -> Decoder:
    """A decoder that knows "w0", "w1", … and no other word; see `activate_grammar`."""
    decoder = create_decoder(lm=None, dict=None, beam=beam, pbeam=beam, wbeam=word_beam, bestpath=False)
    for at, token in enumerate(tokens):
        for way, phones in enumerate(token.ways):
            decoder.add_word(f"w{at}({way + 1})" if way else f"w{at}", " ".join(phones), False)
    return decoder


def activate_grammar(decoder: Decoder, last: int, moves: Sequence[tuple[int, int, float, str]]) -> None:
    """From state 0 to ``last`` by moves (state, next state, probability, word)."""
    decoder.add_fsg("text", decoder.create_fsg("text", 0, last, moves))
    decoder.activate_search("text")


def list_segments(decoder: Decoder) -> Iterator[tuple[str, int, int, float]]:
    """(word, first frame, frame after the last, score) of what was heard; nothing where no path fits."""
    if decoder.hyp() is None:
        return
    for one in decoder.seg() or ():
        score = _FIT_SCALE * math.log(max(one.ascore, 1e-300))
        yield one.word, one.start_frame, one.end_frame + 1, score


def _read_token(name: str) -> int | None:
    return int(name[1:].partition("(")[0]) if name.startswith("w") else None
