"""Kokoro: one network of 82 million weights that speaks in many styles and, given their sounds, languages.

Its weights come in four packages of the Python index and are checked before they are opened. The network
gives the length of each sign, so phones have exact times. English is read as by `english_sounds`; other
languages need the rules of eSpeak NG, which the extra “piper” brings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime

from renderer.errors import RenderError
from renderer.speech.utterance import NO_IPA, Utterance
from renderer.voices.english_sounds import read_english
from renderer.voices.foreign_sounds import SPEAKABLE, read_foreign
from renderer.voices.kokoro_network import read_network
from renderer.voices.phoneme_network import RATE_HZ, Signs, build_utterance, join_utterances, open_network
from renderer.voices.signs import number_signs
from renderer.voices.styles import Style, find_style_files, list_style_files, read_style

_LENGTHS = "/encoder/Clip_output_0"
_SENTENCE_PAUSE_S = 0.35
# A rate of sound that resamples to 48 kHz by small numbers; the pitch is exact to a quarter of a percent.
_RATE_STEP_HZ = 120


@dataclass(frozen=True, eq=False)
class KokoroSpeaker:
    """The network in a style: one that was given with it, added, fitted, or a mixture."""

    style: Style

    @property
    def language(self) -> str:
        return self.style.language

    def say(self, words: Sequence[str], rate: float, ipa: Mapping[int, str] = NO_IPA) -> Utterance:
        said = [self.say_signs(one, rate) for one in self._read(words, ipa)]
        if not said:
            return Utterance(np.zeros(0, np.float32), RATE_HZ, (), ())
        return join_utterances(said, said[0].rate_hz, _SENTENCE_PAUSE_S / rate)

    def say_signs(self, said: Signs, rate: float) -> Utterance:
        """One sentence in the network's own alphabet."""
        if self.style.tone_db:
            from renderer.voices.fitted_style import say_fitted  # loads torch

            sound, lengths = say_fitted(self.style, said.signs, rate * self.style.rate)
            return build_utterance(sound, said, lengths)
        vectors = self.style.style
        pitch = round(self.style.pitch * RATE_HZ / _RATE_STEP_HZ) * _RATE_STEP_HZ / RATE_HZ
        inputs = {
            "tokens": np.array([number_signs(said.signs)], np.int64),
            "style": vectors[min(len(said.signs), len(vectors)) - 1].reshape(1, -1),
            # What is played faster to be higher is said slower first.
            "speed": np.array([rate * self.style.rate / pitch], np.float32),
        }
        sound, lengths = load_network().run(["audio", _LENGTHS], inputs)
        return build_utterance(sound, said, lengths, pitch)

    def _read(self, words: Sequence[str], ipa: Mapping[int, str]) -> list[Signs]:
        if self.language.startswith("en"):
            return read_english(words, ipa, british=self.language == "en-gb")
        return read_foreign(words, ipa, self.language)


def load_kokoro(voice: str) -> KokoroSpeaker:
    """The style of a file, of a name, or of "" the first one. Raises RenderError where it is missing."""
    found = find_style_files(voice)
    if not found:
        known = ", ".join(path.stem for path in list_style_files())
        raise RenderError(
            f"There is no style “{voice}”. Choose one of: {known}; or give the path of a style file."
        )
    return _load_speaker(found[0], found[0].stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _load_speaker(path: Path, changed_ns: int) -> KokoroSpeaker:
    style = read_style(path)
    if style.language not in SPEAKABLE:
        raise RenderError(
            f"The style {path.stem} speaks “{style.language}”, whose words nothing here turns into sounds. "
            "Choose a style of another language."
        )
    return KokoroSpeaker(style)


@lru_cache(maxsize=1)
def load_network() -> onnxruntime.InferenceSession:
    """The network, opened once for every style; it takes about a second and 250 MB."""
    return open_network(read_network(), _LENGTHS)
