"""How near a voice comes to a take's, on lines that no fit has heard, and how well it is understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from renderer.likeness.fit import build_stock, read_signs
from renderer.likeness.heard import hear_back
from renderer.likeness.lines import JUDGED_ON
from renderer.likeness.speaker import embed_voice
from renderer.likeness.vocal_tract import measure_formants, measure_spectrum_gap_db
from renderer.likeness.voice_space import load_voice_space
from renderer.speech.pitch import measure_pitch_hz
from renderer.voices.fitted_style import say_fitted
from renderer.voices.kokoro_decoder import RATE_HZ
from renderer.voices.styles import Style

Floats = npt.NDArray[np.float32]

# How many of the stock voices that the encoder finds nearest are spoken to find the best.
_NEAREST = 3


@dataclass(frozen=True)
class VoiceMeasures:
    """``likeness`` is a cosine of the speaker encoder; ``pitch`` and ``formants`` are relative to the take's
    (median pitch; mean distance of three formants); ``spectrum_db`` is a mel-cepstral distance of mean
    spectra; ``heard`` the share of phones that pocketsphinx hears back."""

    likeness: float
    pitch: float
    formants: float
    spectrum_db: float
    heard: float


@dataclass(frozen=True)
class LikenessMeasures:
    """A fitted voice beside the likest English stock voice, named ``base``; ``halves`` is the likeness of the
    take's two halves, which no voice can be expected to pass."""

    fitted: VoiceMeasures
    stock: VoiceMeasures
    base: str
    halves: float


def measure_fit(style: Style, take: Floats, rate_hz: int) -> LikenessMeasures:
    """A fitted style beside the stock voices, for the sound [n] of the take it was fitted to."""
    space = load_voice_space()
    speaker = embed_voice(take, rate_hz)
    nearest = [build_stock(space, voice) for voice in space.rank(speaker)[:_NEAREST]]
    measured = [(measure_voice(stock, take, rate_hz), stock.name) for stock in nearest]
    stock, base = max(measured, key=lambda one: one[0].likeness)
    middle = len(take) // 2
    halves = float(embed_voice(take[:middle], rate_hz) @ embed_voice(take[middle:], rate_hz))
    return LikenessMeasures(measure_voice(style, take, rate_hz), stock, base, halves)


def measure_voice(
    style: Style, take: Floats, rate_hz: int, lines: Sequence[str] = JUDGED_ON
) -> VoiceMeasures:
    """A style that says some lines, beside the sound [n] of a take."""
    said = [
        (signs, say_fitted(style, signs, style.rate)[0])
        for line in lines
        for signs in read_signs(style, line)
    ]
    speaker = embed_voice(take, rate_hz)
    voice = np.concatenate([sound for _, sound in said])
    own, theirs = measure_formants(take, rate_hz), measure_formants(voice, RATE_HZ)
    return VoiceMeasures(
        likeness=float(np.mean([embed_voice(sound, RATE_HZ) @ speaker for _, sound in said])),
        pitch=measure_pitch_hz(voice, RATE_HZ) / measure_pitch_hz(take, rate_hz),
        formants=float(np.abs(theirs / own - 1).mean()),
        spectrum_db=measure_spectrum_gap_db(take, rate_hz, voice, RATE_HZ),
        heard=hear_back(said, RATE_HZ).share,
    )
