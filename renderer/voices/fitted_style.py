"""Speech in a style that was fitted to a person: with its own pitch, liveliness and colour."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from renderer.voices.kokoro_decoder import RATE_HZ
from renderer.voices.kokoro_plan import load_decoder, plan_signs
from renderer.voices.styles import Style
from renderer.voices.tone import apply_tone

Floats = npt.NDArray[np.float32]

TIMBRE = 128  # the first half of a style's row; the second one says how a sentence is spoken


def say_fitted(style: Style, signs: str, rate: float) -> tuple[Floats, Floats]:
    """A sentence in the network's alphabet → sound [s] at 24 kHz, and the length of each sign in frames."""
    plan = plan_signs(signs, style.style, rate)
    if style.curve_hz:
        plan = plan.with_pitch(style.curve_pitch, style.curve_spread, style.curve_hz)
    row = style.style[min(len(signs), len(style.style)) - 1]
    timbre = torch.from_numpy(np.ascontiguousarray(row[:TIMBRE]))[None]
    with torch.inference_mode():
        sound = load_decoder().decode(plan.phones, plan.pitch_hz, plan.energy, timbre)
        if style.tone_db:
            sound = apply_tone(sound, RATE_HZ, torch.tensor(style.tone_db))
    return np.asarray(sound.numpy(), np.float32), plan.lengths
