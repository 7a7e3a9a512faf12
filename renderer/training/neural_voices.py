"""Voices for training: the neural voices of the product in any style or throat, saying IPA of any language.

They tell how long each phone lasts, so their speech has exact times in many languages. Nothing of what they
say while a network is trained is shipped. Fifty styles come from the npm package `kokoro-js` (Apache-2.0); a
folder of teachers is filled by

    npm pack kokoro-js     # unpacked as FOLDER/kokoro-js, for its folder of voices
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.errors import RenderError
from renderer.speech.utterance import Utterance
from renderer.voices.hibari_voice import OWN_THROAT, HibariSpeaker, Throat
from renderer.voices.kokoro_voice import KokoroSpeaker
from renderer.voices.phoneme_network import Signs
from renderer.voices.signs import write_signs
from renderer.voices.styles import Style

Floats = npt.NDArray[np.float32]

# Beyond, the networks were not taught; a line is a sentence.
_SIGNS_MAX = 400


@dataclass(frozen=True, eq=False)
class KokoroTeacher:
    """Kokoro with a ``style`` [510, 256]: one of its voices, or a mixture of some."""

    style: Floats

    def say(self, ipa: str, rate: float) -> Utterance:
        """Speak IPA with spaces and punctuation; ``rate`` 1 is the voice's own pace."""
        return KokoroSpeaker(Style(self.style)).say_signs(_read_line(ipa), rate)


@dataclass(frozen=True)
class HibariTeacher:
    """Hibari through a throat; ``seed`` draws its breath."""

    throat: Throat = OWN_THROAT
    seed: int = 0

    def say(self, ipa: str, rate: float) -> Utterance:
        """As `KokoroTeacher.say`."""
        return HibariSpeaker(self.throat, self.seed).say_signs(_read_line(ipa), rate)


def list_styles(teachers: Path) -> list[Path]:
    """Kokoro's voices. Raises RenderError where there are none."""
    found = sorted((teachers / "kokoro-js" / "voices").glob("*.bin"))
    if not found:
        raise RenderError(f"{teachers} has no folder kokoro-js/voices. {__doc__}")
    return found


def load_style(path: Path) -> Floats:
    """One of `list_styles` [510, 256]."""
    return np.fromfile(path, np.float32).reshape(-1, 256)


def _read_line(ipa: str) -> Signs:
    signs = write_signs(ipa)[:_SIGNS_MAX]
    return Signs(signs, (None,) * len(signs))
