"""Sound whose text is known → when each of its words and phones is heard.

pocketsphinx finds the best path through the text's words, in their order, each with all the ways to say it,
with silence wherever there is some; then the phones inside of each word. Nothing is recognised, so the words
are the script's own, names included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from pocketsphinx import Decoder

from renderer.errors import RenderError
from renderer.speech.alignment import time_words
from renderer.speech.arpabet import Pronounce, pronounce_english
from renderer.speech.phone_decoder import (
    FRAME_S,
    IPA_OF,
    RATE_HZ,
    WINDOW_MIDDLE_S,
    create_decoder,
    find_quiet_frames,
    resample_to_16k,
    run_decoder,
)
from renderer.speech.phones import join_silence, spread_phones
from renderer.speech.speech import Phone, Word
from renderer.words.script_words import ScriptWord

Samples = npt.NDArray[np.float32]

# Silence around the sound, so that its first and last phones have room; and a faint noise, because digital
# silence is nothing that the models have ever heard.
_ROOM_S = 0.30
_NOISE = 1e-4
_NOISE_SEED = 1
# The path must survive a wrong word and a cough: the default beams (1e-48) lose the end of
# one line in fifteen.
_BEAM, _WORD_BEAM = 1e-200, 1e-150


class TextMismatch(RenderError):
    """The sound does not say the text. ``words`` are those that were not heard, as written."""

    def __init__(self, message: str, words: Sequence[str]) -> None:
        super().__init__(message)
        self.words = tuple(words)


@dataclass(frozen=True)
class KnownText:
    """``phones`` of the sound from 0 to its end without a gap, "" in pauses, and ``words`` as written.

    ``word_of`` gives each phone's word, None in pauses.
    """

    phones: tuple[Phone, ...]
    word_of: tuple[int | None, ...]
    words: tuple[Word, ...]


@dataclass(frozen=True)
class _Token:
    """One word that is heard: its place among the words as written, and the ways to say it."""

    word: int
    ways: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class _Span:
    """ARPAbet phones of one token, or of silence (None): (name, first frame, frames)."""

    token: int | None
    phones: tuple[tuple[str, int, int], ...]


def align_known_text(
    samples: Samples, rate_hz: int, words: Sequence[ScriptWord], pronounce: Pronounce = pronounce_english
) -> KnownText:
    """When each word and phone of a known text is heard in mono samples [n].

    Raises TextMismatch where the sound is too short, or too different, for the text to be in it at all.
    """
    tokens = list_tokens(words, pronounce)
    plain = resample_to_16k(samples, rate_hz)
    spans = _find_path(_add_room(plain), tokens) if tokens and len(plain) else None
    if spans is None:
        text = " ".join(word.written for word in words)
        raise TextMismatch(
            f"The recording does not say “{text}”. Record this text, or choose the file that belongs to it.",
            [word.written for word in words],
        )
    phones, word_of = _lay_phones(spans, tokens, find_quiet_frames(plain), len(samples) / rate_hz)
    return KnownText(phones, word_of, time_words([word.written for word in words], phones, word_of))


def list_tokens(words: Sequence[ScriptWord], pronounce: Pronounce) -> list[_Token]:
    """What is heard of the words; emoji and punctuation make no sound."""
    tokens = []
    for at, word in enumerate(words):
        parts = [(word.spoken, word.ipa)] if word.ipa else [(part, "") for part in word.spoken.split()]
        tokens += [_Token(at, ways) for part in parts if (ways := pronounce(*part))]
    return tokens


def _add_room(sound: Samples) -> Samples:
    room = np.pad(sound, round(_ROOM_S * RATE_HZ))
    noise = np.random.default_rng(_NOISE_SEED).normal(0.0, _NOISE, len(room))
    return (room + noise).astype(np.float32)


def _find_path(sound: Samples, tokens: Sequence[_Token]) -> list[_Span] | None:
    """Every token in order with its phones' frames, and the pauses between; None where no path fits."""
    decoder = _create_forced_decoder(tokens)
    run_decoder(decoder, sound)
    if decoder.hyp() is None:
        return None
    try:
        decoder.set_alignment()
    except RuntimeError:  # the sound is shorter than the shortest way to say the words
        return None
    run_decoder(decoder, sound)
    spans = [
        _Span(_read_token(word.name), tuple((phone.name, phone.start, phone.duration) for phone in word))
        for word in decoder.get_alignment() or ()
    ]
    return (
        spans
        if [span.token for span in spans if span.token is not None] == list(range(len(tokens)))
        else None
    )


def _create_forced_decoder(tokens: Sequence[_Token]) -> Decoder:
    decoder = create_decoder(lm=None, dict=None, beam=_BEAM, pbeam=_BEAM, wbeam=_WORD_BEAM, bestpath=False)
    for at, token in enumerate(tokens):
        for way, phones in enumerate(token.ways):
            decoder.add_word(f"w{at}({way + 1})" if way else f"w{at}", " ".join(phones), False)
    moves = [(at, at + 1, 1.0, f"w{at}") for at in range(len(tokens))]
    decoder.add_fsg("text", decoder.create_fsg("text", 0, len(tokens), moves))
    decoder.activate_search("text")
    return decoder


def _read_token(name: str) -> int | None:
    return int(name[1:].partition("(")[0]) if name.startswith("w") else None


def _lay_phones(
    spans: Sequence[_Span], tokens: Sequence[_Token], quiet: npt.NDArray[np.bool_], length_s: float
) -> tuple[tuple[Phone, ...], tuple[int | None, ...]]:
    """Phones on the sound's own clock, silent where the sound is ``quiet`` [10 ms each], and their words."""
    found: list[tuple[Phone, int | None]] = []
    for span in spans:
        word = None if span.token is None else tokens[span.token].word
        for name, start, frames in span.phones:
            start_s = start * FRAME_S + WINDOW_MIDDLE_S - _ROOM_S
            symbols = list(IPA_OF.get(name, "")) or [""]
            found += [(phone, word) for phone in spread_phones(symbols, start_s, start_s + frames * FRAME_S)]
    owners = _own_frames([phone for phone, _ in found], quiet)
    edges = [0, *(np.flatnonzero(np.diff(owners)) + 1).tolist(), len(owners)]
    laid = [
        (found[owners[a]] if owners[a] >= 0 else (Phone("", 0.0, 0.0), None), a * FRAME_S, b * FRAME_S)
        for a, b in pairwise(edges)
    ]
    phones = join_silence(Phone(one.symbol, a, min(b, length_s)) for (one, _), a, b in laid)
    sounding = iter(word for (one, word), *_ in laid if one.symbol)
    return phones, tuple(next(sounding) if phone.symbol else None for phone in phones)


def _own_frames(phones: Sequence[Phone], quiet: npt.NDArray[np.bool_]) -> npt.NDArray[np.int_]:
    """The index of the phone of each 10 ms, -1 in silence. A phone that is quiet from end to end keeps its
    frames: a closure makes no sound."""
    owners = np.full(len(quiet), -1)
    for at, phone in enumerate(phones):
        first, last = (
            min(max(round(time / FRAME_S), 0), len(quiet)) for time in (phone.start_s, phone.end_s)
        )
        if phone.symbol:
            owners[first:last] = at
            if not quiet[first:last].all():
                owners[first:last][quiet[first:last]] = -1
    return owners
