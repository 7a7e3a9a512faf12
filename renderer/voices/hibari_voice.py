"""Hibari: a small English voice, a hundred times faster than real time, that needs no eSpeak.

The package `hibari-tts` carries one voice, reads English by lexica and rules of its own, and gives its sound
as spectra with a pitch; so the same voice can be raised or lowered, and its vocal tract lengthened, before
any sound is made. Its noise comes from a fixed seed: the same words give the same samples. Other voices of
the package would be fetched from the network; they are never asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import hibari.dsp
import numpy as np
import onnxruntime
from hibari.tts import ASSETS

from renderer.errors import RenderError
from renderer.speech.utterance import NO_IPA, Utterance
from renderer.voices.english_sounds import read_english
from renderer.voices.phoneme_network import (
    RATE_HZ,
    Floats,
    Signs,
    build_utterance,
    join_utterances,
    open_network,
)
from renderer.voices.signs import number_signs

MODEL = Path(ASSETS) / "hibari.onnx"
_LENGTHS = "/Clip_output_0"
_SENTENCE_PAUSE_S = 0.35
_PLANES = ("lh", "theta", "ln", "lr", "phi")


@dataclass(frozen=True)
class Throat:
    """How the packaged voice is changed; 1 is as it is. ``tract`` above 1 is a shorter vocal tract."""

    pitch: float = 1.0
    tract: float = 1.0


OWN_THROAT = Throat()
THROATS = {"heart": OWN_THROAT, "heart-lower": Throat(0.9, 0.95), "heart-low": Throat(0.5, 0.84)}


@dataclass(frozen=True)
class HibariSpeaker:
    """The packaged voice through a throat; ``seed`` draws its breath."""

    throat: Throat = OWN_THROAT
    seed: int = 0
    language: str = "en-us"

    def say(self, words: Sequence[str], rate: float, ipa: Mapping[int, str] = NO_IPA) -> Utterance:
        said = [self.say_signs(one, rate) for one in read_english(words, ipa)]
        if not said:
            return Utterance(np.zeros(0, np.float32), RATE_HZ, (), ())
        return join_utterances(said, RATE_HZ, _SENTENCE_PAUSE_S / rate)

    def say_signs(self, said: Signs, rate: float) -> Utterance:
        """One sentence in the network's own alphabet."""
        inputs = {
            "ids": np.array([number_signs(said.signs)], np.int64),
            "speed": np.array([rate], np.float32),
        }
        *spectra, f0, lengths = _load_network().run([*_PLANES, "f0", _LENGTHS], inputs)
        planes = [self._stretch_spectrum(plane[0]) for plane in spectra]
        sound = hibari.dsp.synth(*planes, self.throat.pitch * f0[0], np.random.default_rng(self.seed))
        return build_utterance(sound, said, lengths)

    def _stretch_spectrum(self, plane: Floats) -> Floats:
        """A plane [bins, n] with its resonances moved: a shorter tract has higher ones."""
        if self.throat.tract == 1.0:
            return plane
        place = np.clip(np.arange(len(plane)) / self.throat.tract, 0, len(plane) - 1.001)
        below = place.astype(int)
        share = (place - below)[:, None].astype(np.float32)
        return np.asarray(plane[below] * (1 - share) + plane[below + 1] * share, np.float32)


def load_hibari(voice: str) -> HibariSpeaker:
    """A voice of the table by its name, or the packaged one as it is for ""."""
    throat = THROATS.get(voice or next(iter(THROATS)))
    if throat is None:
        raise RenderError(f"There is no voice “{voice}” here. Choose one of: {', '.join(THROATS)}.")
    return HibariSpeaker(throat)


def find_hibari_files(voice: str) -> list[Path]:
    """The packaged network: another release of the package is another voice."""
    return [MODEL]


@lru_cache(maxsize=1)
def _load_network() -> onnxruntime.InferenceSession:
    return open_network(MODEL.read_bytes(), _LENGTHS)
