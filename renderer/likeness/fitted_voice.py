"""A voice like a take's, as a file that the engine speaks, and as a sample to listen to."""

from __future__ import annotations

import hashlib
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np

from renderer.likeness.fit import FittedVoice, fit_voice, read_signs
from renderer.likeness.lines import CHECKED_ON
from renderer.likeness.take_voice import hear_take
from renderer.progress import Progress
from renderer.runtime.atomic_files import atomic_write
from renderer.speech.loudness import normalise
from renderer.voices.fitted_style import say_fitted
from renderer.voices.kokoro_decoder import RATE_HZ
from renderer.voices.styles import Style, write_style


def fit_take(take: Path, out: Path, progress: Progress) -> FittedVoice:
    """Fits a voice to a take and writes it. Raises RenderError for a take that cannot be fitted to."""
    fitted = fit_voice(hear_take(take), progress)
    named = replace(fitted.style, name=out.stem)
    write_style(
        named,
        out,
        base=fitted.base,
        take_sha256=hashlib.sha256(take.read_bytes()).hexdigest(),
        likeness=round(fitted.likeness, 3),
        stock_likeness=round(fitted.stock_likeness, 3),
    )
    return replace(fitted, style=named)


def write_sample(style: Style, out: Path) -> None:
    """A sentence in a fitted voice, as WAV."""
    sounds = [say_fitted(style, signs, style.rate)[0] for signs in read_signs(style, CHECKED_ON[0])]
    samples = normalise(np.concatenate(sounds), RATE_HZ)
    with atomic_write(out) as part, wave.open(str(part), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((np.clip(samples, -1, 1) * 32_767).astype("<i2").tobytes())
