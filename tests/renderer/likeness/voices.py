"""Voices for the tests of likeness: Kokoro's stock voices, which say a few lines."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from renderer.likeness.fit import build_stock, read_signs
from renderer.likeness.lines import FITTED_ON
from renderer.likeness.voice_space import load_voice_space
from renderer.voices.fitted_style import say_fitted
from renderer.voices.styles import Style

Floats = npt.NDArray[np.float32]

PAUSE = np.zeros(9_600, np.float32)


def stock(name: str) -> Style:
    space = load_voice_space()
    return build_stock(space, space.names.index(name))


def say(name: str, lines: int = 1, first: int = 0) -> Floats:
    """Some lines by a stock voice, at 24 kHz, with pauses of 0.4 s."""
    said = [_say_line(name, line) for line in FITTED_ON[first : first + lines]]
    return np.concatenate([part for sound in said for part in (PAUSE, sound)])


@cache
def _say_line(name: str, line: str) -> Floats:
    """A line takes ten seconds of a core."""
    style = stock(name)
    sounds = [say_fitted(style, signs, 1.0)[0] for signs in read_signs(style, line)]
    return np.concatenate([part for sound in sounds for part in (sound, PAUSE)][:-1])
