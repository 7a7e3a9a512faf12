"""Cut the silence at both ends of an utterance, and keep every time in step with the sound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from renderer.speech.phones import join_silence
from renderer.speech.speech import Phone
from renderer.speech.utterance import Utterance

_KEPT_S = 0.020
_FADE_S = 0.004
_QUIET_DB = -42.0  # under the loudest 10 ms
_INAUDIBLE_DB = -55.0  # under the loudest 10 ms: softer than the softest consonant of any voice
_STEP_S = 0.010
_REACH_S = 0.25


def trim_silence(utterance: Utterance) -> Utterance:
    """The utterance with at most 20 ms around the first and last sound, faded at the cuts.

    A voice's times can miss the onset or the decay of a sound by some hundredths of a second, so the cut
    also waits for the energy to fall, and the outer phones grow to the sound that is really there, or
    shrink to it where a voice goes on in silence.
    """
    sounded = [phone for phone in utterance.phones if phone.symbol]
    if not sounded:
        return utterance
    audible_s = _find_audible_span(utterance.samples, utterance.rate_hz, _QUIET_DB)
    start_s = min(sounded[0].start_s, max(audible_s[0], sounded[0].start_s - _REACH_S))
    end_s = max(sounded[-1].end_s, min(audible_s[1], sounded[-1].end_s + _REACH_S))
    heard_s = _find_audible_span(utterance.samples, utterance.rate_hz, _INAUDIBLE_DB)
    if heard_s[1] > heard_s[0]:
        start_s = max(start_s, min(heard_s[0], sounded[0].end_s - _STEP_S))
        end_s = min(end_s, max(heard_s[1], sounded[-1].start_s + _STEP_S))
    first = max(0, round((start_s - _KEPT_S) * utterance.rate_hz))
    last = min(len(utterance.samples), round((end_s + _KEPT_S) * utterance.rate_hz))
    phones, word_of = _shift_times(
        utterance, first / utterance.rate_hz, start_s, end_s, (last - first) / utterance.rate_hz
    )
    return Utterance(
        _fade_ends(utterance.samples[first:last], utterance.rate_hz), utterance.rate_hz, phones, word_of
    )


def _shift_times(
    utterance: Utterance, cut_s: float, start_s: float, end_s: float, length_s: float
) -> tuple[tuple[Phone, ...], tuple[int | None, ...]]:
    pairs = list(zip(utterance.phones, utterance.word_of, strict=True))
    sounded = [n for n, (phone, _) in enumerate(pairs) if phone.symbol]
    pairs = pairs[sounded[0] : sounded[-1] + 1]
    pairs[0] = (replace(pairs[0][0], start_s=start_s), pairs[0][1])
    pairs[-1] = (replace(pairs[-1][0], end_s=end_s), pairs[-1][1])
    inner = [(replace(p, start_s=p.start_s - cut_s, end_s=p.end_s - cut_s), word) for p, word in pairs]
    edges = [
        (Phone("", 0.0, inner[0][0].start_s), None),
        *inner,
        (Phone("", inner[-1][0].end_s, length_s), None),
    ]
    kept = join_silence(phone for phone, _ in edges)
    owners = iter(word for phone, word in edges if phone.symbol and phone.end_s > phone.start_s)
    return kept, tuple(next(owners) if phone.symbol else None for phone in kept)


def _find_audible_span(
    samples: npt.NDArray[np.float32], rate_hz: int, quiet_db: float
) -> tuple[float, float]:
    """Seconds between which the sound is louder than ``quiet_db`` under its loudest part."""
    step = int(_STEP_S * rate_hz)
    blocks = samples[: len(samples) // step * step].reshape(-1, step)  # [blocks, step]
    level = np.sqrt((blocks.astype(np.float64) ** 2).mean(axis=1))
    loud = np.flatnonzero(level > level.max(initial=0.0) * 10 ** (quiet_db / 20))
    if not len(loud):
        return 0.0, 0.0
    return loud[0] * step / rate_hz, (loud[-1] + 1) * step / rate_hz


def _fade_ends(samples: npt.NDArray[np.float32], rate_hz: int) -> npt.NDArray[np.float32]:
    count = min(int(_FADE_S * rate_hz), len(samples) // 2)
    ramp = np.linspace(0.0, 1.0, count, dtype=np.float32)
    out = samples.copy()
    out[:count] *= ramp
    out[len(out) - count :] *= ramp[::-1]
    return out
