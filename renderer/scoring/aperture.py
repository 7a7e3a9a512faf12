"""How far the lips open, and whether they do so with the speech: aperture, closure, contrast, silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import CHEEKS, INNER_MIDDLES
from renderer.speech.speech import Phone

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

OPEN_APERTURE = 0.022  # inner-lip gap over face width from which a viewer reads an open mouth
CLOSED_APERTURE = 0.016
CLOSURES = frozenset("pbm")
OPEN_VOWELS = frozenset("aæɑɒɐʌɔɛ")
CLOSURE_MARGIN_S = 0.04
_SILENCE_MARGIN_S = 0.12
_NOISE = 0.004  # aperture below which a tracker tells nothing


def aperture(points: Floats) -> Floats:
    """Inner-lip gap over face width [n], from points [n, 478, 2]."""
    (upper, lower), (left, right) = INNER_MIDDLES, CHEEKS
    gap = np.linalg.norm(points[:, upper] - points[:, lower], axis=-1)
    width = np.linalg.norm(points[:, left] - points[:, right], axis=-1)
    return np.asarray(gap / np.maximum(width, 1e-6), np.float32)


def gain(seen: Floats, real: Floats) -> float:
    """How much of the real movement is made: std ÷ std of two apertures; below 1 is mumbled."""
    return float(seen.std()) / max(float(real.std()), 1e-9)


def articulation(seen: Floats, real: Floats) -> float:
    """How often the mouth is open ÷ how often the real one is."""
    return float((seen > OPEN_APERTURE).mean() / max(float((real > OPEN_APERTURE).mean()), 1e-9))


def closure_rate(
    seen: Floats, phones: Sequence[Phone], fps: Fraction, start_s: float, limit: float = CLOSED_APERTURE
) -> float | None:
    """Share of /p b m/ (±40 ms) in which the lips come as near as ``limit``; None where there are none."""
    nearest = closures(seen, phones, fps, start_s)
    return float(np.mean(nearest <= limit)) if len(nearest) else None


def closures(seen: Floats, phones: Sequence[Phone], fps: Fraction, start_s: float = 0.0) -> Floats:
    """The least aperture during each /p b m/ (±40 ms); [0] where the line has none in the picture."""
    spans = _find_spans(len(seen), phones, CLOSURES, fps, start_s, CLOSURE_MARGIN_S)
    return np.array([seen[span].min() for span in spans], np.float32)


def closure_limit(real: Floats, phones: Sequence[Phone], fps: Fraction) -> float | None:
    """What counts as closed for this person: 95 % of the real /p b m/ come at least as near."""
    nearest = closures(real, phones, fps)
    return float(np.quantile(nearest, 0.95, method="higher")) if len(nearest) else None


def contrast(seen: Floats, phones: Sequence[Phone], fps: Fraction) -> float | None:
    """Median aperture in open vowels ÷ in /p b m/; None where either is not spoken."""
    vowels = _find_spans(len(seen), phones, OPEN_VOWELS, fps, 0.0, 0.0)
    opened = [float(seen[span].max()) for span in vowels]
    nearest = closures(seen, phones, fps)
    if not opened or not len(nearest):
        return None
    return float(np.median(opened) / max(float(np.median(nearest)), _NOISE))


def silent_frames(count: int, phones: Sequence[Phone], fps: Fraction, start_s: float) -> Flags:
    """Frames [count] at least 120 ms away from every sounded phone."""
    silent = np.ones(count, dtype=bool)
    for phone in phones:
        if phone.symbol:
            first = int((start_s + phone.start_s - _SILENCE_MARGIN_S) * fps)
            silent[max(first, 0) : int((start_s + phone.end_s + _SILENCE_MARGIN_S) * fps) + 1] = False
    return silent


def open_in_silence(seen: Floats, silent: Flags) -> float:
    """Share of silent frames whose mouth is open."""
    return float((seen[silent] > OPEN_APERTURE).mean()) if silent.any() else 0.0


def _find_spans(
    count: int,
    phones: Sequence[Phone],
    symbols: frozenset[str],
    fps: Fraction,
    start_s: float,
    margin_s: float,
) -> Iterator[slice]:
    for phone in phones:
        if phone.symbol in symbols:
            first = int((start_s + phone.start_s - margin_s) * fps)
            last = int((start_s + phone.end_s + margin_s) * fps) + 1
            if max(first, 0) < min(last, count):
                yield slice(max(first, 0), min(last, count))
