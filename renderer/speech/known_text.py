"""Sound whose text is known → when each of its words and phones is heard, and whether it is said at all.

pocketsphinx finds the best path through the text's words, in their order, each with all the ways to say it,
with silence wherever there is some; then the phones inside of each word. Nothing is recognised, so the words
are the script's own, names included.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from renderer.speech.alignment import time_words
from renderer.speech.arpabet import Pronounce, list_stress, pronounce_english
from renderer.speech.forced_path import (
    DIFFERENT_FIT,
    FreePath,
    PathSpan,
    Token,
    compute_time_s,
    find_free_path,
    find_path,
    list_tokens,
    prepare_sound,
)
from renderer.speech.phone_decoder import (
    FRAME_S,
    IPA_OF,
    find_quiet_frames,
    measure_levels_db,
    resample_to_16k,
)
from renderer.speech.phones import is_vowel, join_silence, spread_phones
from renderer.speech.speech import Phone, Word
from renderer.speech.text_mismatch import TextMismatch
from renderer.words.script_words import ScriptWord

Samples = npt.NDArray[np.float32]

# A word this much worse than the line's usual word was not said: in 12 synthetic voices that finds 3 of 4
# exchanged words and doubts no right one of 1,100.
_WORSE_FIT = 3.0
# Short words fit by chance: each is weighed with so many frames of the line's usual fit.
_USUAL_FRAMES = 8
_SLOPE = 1.5  # of confidence over fit: 0.9 at 1.5 better than the limit, 0.1 at 1.5 worse
# Of a line's letters that were not heard: beyond it is another text, below a slip or an unusual name.
_UNHEARD_SHARE = 1 / 3
# The most of a pause's loud edge that is a word's decay or onset, each 10 ms.
_EDGE_FRAMES = 12
_NOISE_PERCENT = 5  # of all frames are as quiet as the room
# Speech that belongs to no word: about three words. Right lines had up to 0.14 s, a breath or an "um" more.
_EXTRA_S = 0.7


@dataclass(frozen=True)
class KnownText:
    """``phones`` of the sound from 0 to its end without a gap, "" in pauses, and ``words`` as written.

    ``word_of`` gives each phone's word, None in pauses. ``confidences``, one for each word, are 0 to 1: under
    0.5 something else was said, or nothing; ``confidence`` is that of the whole text. ``extra_s`` is how long
    somebody speaks outside of all words.
    """

    phones: tuple[Phone, ...]
    word_of: tuple[int | None, ...]
    words: tuple[Word, ...]
    confidences: tuple[float, ...]
    confidence: float
    extra_s: float

    @property
    def unheard(self) -> tuple[str, ...]:
        """The words that were not heard, as written."""
        return tuple(word.text for word, sure in zip(self.words, self.confidences, strict=True) if sure < 0.5)


def align_known_text(
    samples: Samples, rate_hz: int, words: Sequence[ScriptWord], pronounce: Pronounce = pronounce_english
) -> KnownText:
    """When each word and phone of a known text is heard in mono samples [n].

    A wrong text is aligned as well as it can be: see `KnownText.confidence`, or call `check_said`. Raises
    TextMismatch where the text cannot be in the sound at all, because it is too short for so many words.
    """
    tokens = list_tokens(words, pronounce)
    plain = resample_to_16k(samples, rate_hz)
    quiet = find_quiet_frames(plain) if len(samples) else np.zeros(0, bool)
    sound = prepare_sound(samples, rate_hz)
    free = find_free_path(sound)
    spans = find_path(sound, tokens, free) if tokens and not quiet.all() else None
    if spans is None:
        written = [word.written for word in words]
        raise _build_mismatch(" ".join(written), "it is too short, or nobody speaks in it", written)
    phones, word_of = _lay_phones(spans, tokens, quiet, len(samples) / rate_hz)
    confidences, confidence = _weigh_words(spans, tokens, len(words))
    return KnownText(
        phones,
        word_of,
        time_words([word.written for word in words], phones, word_of),
        confidences,
        confidence,
        _measure_extra_s(spans, free, measure_levels_db(plain)),
    )


def check_said(known: KnownText) -> None:
    """Raise TextMismatch, naming the words, where a sound says another text than the one it was aligned to.

    Single words that were not heard are no reason: a name may be said in its own way. They are
    `KnownText.unheard`.
    """
    text = " ".join(word.text for word in known.words)
    letters = sum(len(word.text) for word in known.words)
    unheard = known.unheard
    if known.confidence < 0.5:
        raise _build_mismatch(text, "another text is said", [word.text for word in known.words])
    if sum(map(len, unheard)) > _UNHEARD_SHARE * letters:
        raise _build_mismatch(text, f"{_quote(unheard)} cannot be heard", unheard)
    if known.extra_s > _EXTRA_S:
        raise _build_mismatch(text, f"more is said: {known.extra_s:.1f} s belong to none of its words", ())


def _build_mismatch(text: str, why: str, words: Sequence[str]) -> TextMismatch:
    return TextMismatch(
        f"The recording does not say “{text}”: {why}. Record this text, or choose the file that belongs to "
        "it.",
        words,
    )


def _quote(words: Sequence[str]) -> str:
    return ", ".join(f"“{word.strip('.,;:!?…')}”" for word in words)


def _weigh_words(
    spans: Sequence[PathSpan], tokens: Sequence[Token], count: int
) -> tuple[tuple[float, ...], float]:
    """How sure it is that each of ``count`` words, and that the text was said. What has no sound is sure."""
    said = [span for span in spans if span.token is not None]
    means = [span.fit / span.frames for span in said]
    whole = sum(span.fit for span in said) / sum(span.frames for span in said)
    usual = float(np.clip(np.median(means), DIFFERENT_FIT, 0.0))
    sure = [1.0] * count
    for span in said:
        weighed = (span.fit + _USUAL_FRAMES * usual) / (span.frames + _USUAL_FRAMES)
        word = tokens[span.token or 0].word
        sure[word] = min(sure[word], _squash(weighed - (usual - _WORSE_FIT)))
    return tuple(sure), _squash(whole - DIFFERENT_FIT)


def _squash(fit: float) -> float:
    return 1 / (1 + math.exp(-_SLOPE * max(fit, -100.0)))


def _measure_extra_s(spans: Sequence[PathSpan], free: FreePath, levels_db: npt.NDArray[np.float64]) -> float:
    """How long somebody speaks in the path's pauses: phones that are nearer to the words' level than to the
    noise. ``levels_db`` [10 ms each] are those of the sound without its room."""
    owners = np.full(len(free.spoken), -1)
    for at, span in enumerate(spans):
        owners[span.first : span.first + span.frames] = -1 if span.token is None else at
    first = round(-compute_time_s(0) / FRAME_S)
    spoken, said = (one[first : first + len(levels_db)] for one in (free.spoken, owners >= 0))
    if not said.any():
        return 0.0
    between_db = (np.median(levels_db[said]) + np.percentile(levels_db, _NOISE_PERCENT)) / 2
    return float(FRAME_S * (spoken & ~said & (levels_db > between_db)).sum())


def _lay_phones(
    spans: Sequence[PathSpan], tokens: Sequence[Token], quiet: npt.NDArray[np.bool_], length_s: float
) -> tuple[tuple[Phone, ...], tuple[int | None, ...]]:
    """Phones on the sound's own clock, silent where the sound is ``quiet`` [10 ms each], and their words."""
    found = [pair for span in spans for pair in _spread_span(span, tokens)]
    owners = _own_frames([phone for phone, _ in found], quiet)
    edges = [0, *(np.flatnonzero(np.diff(owners)) + 1).tolist(), len(owners)]
    laid = [
        (found[owners[a]] if owners[a] >= 0 else (Phone("", 0.0, 0.0), None), a * FRAME_S, b * FRAME_S)
        for a, b in pairwise(edges)
    ]
    phones = join_silence(Phone(one.symbol, a, min(b, length_s), one.stress) for (one, _), a, b in laid)
    sounding = iter(word for (one, word), *_ in laid if one.symbol)
    return phones, tuple(next(sounding) if phone.symbol else None for phone in phones)


def _spread_span(span: PathSpan, tokens: Sequence[Token]) -> Iterator[tuple[Phone, int | None]]:
    """The single phones of a word or a pause, and the word as written that they belong to."""
    token = None if span.token is None else tokens[span.token]
    stress = iter(_fit_stress(span, list_stress(*token.said)) if token else ())
    for name, start, frames in span.phones:
        start_s = compute_time_s(start)
        symbols = list(IPA_OF.get(name, "")) or [""]
        stressed = next(stress, 0) if is_vowel(symbols[0]) else 0
        for phone in spread_phones(symbols, start_s, start_s + frames * FRAME_S, stressed):
            yield phone, token.word if token else None


def _fit_stress(span: PathSpan, stress: Sequence[int]) -> Sequence[int]:
    """Stress for as many vowels as were heard: where a vowel was dropped or added, the nearest one's."""
    vowels = sum(is_vowel(IPA_OF.get(name, " ")[0]) for name, _, _ in span.phones)
    if not stress or not vowels:
        return [0] * vowels
    if len(stress) == vowels:
        return stress
    strongest = list(stress).index(1) if 1 in stress else 0
    at = min(round(strongest * vowels / len(stress)), vowels - 1)
    return [int(one == at) for one in range(vowels)]


def _own_frames(phones: Sequence[Phone], quiet: npt.NDArray[np.bool_]) -> npt.NDArray[np.int_]:
    """The index of the phone of each 10 ms, -1 in silence. A phone that is quiet from end to end keeps its
    frames, because a closure makes no sound; sound at the edge of a pause belongs to the phone beside it."""
    owners = np.full(len(quiet), -1)
    for at, phone in enumerate(phones):
        first, last = (max(round(time / FRAME_S), 0) for time in (phone.start_s, phone.end_s))
        if phone.symbol:
            owners[first:last] = at
            if not quiet[first:last].all():
                owners[first:last][quiet[first:last]] = -1
    edges = [0, *(np.flatnonzero(np.diff(owners)) + 1).tolist(), len(owners)]
    for first, last in pairwise(edges):
        hushed = np.flatnonzero(quiet[first:last])
        if owners[first] >= 0 or not len(hushed):
            continue
        before, after = (
            min(int(hushed[0]), _EDGE_FRAMES),
            min(last - first - 1 - int(hushed[-1]), _EDGE_FRAMES),
        )
        owners[first : first + before] = owners[first - 1] if first else -1
        owners[last - after : last] = owners[last] if last < len(owners) else -1
    return owners
