"""ONNX networks that say signs, opened so that they also tell how long each sign lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import onnxruntime

from renderer.speech.phones import is_vowel, join_silence
from renderer.speech.speech import Phone
from renderer.speech.utterance import Utterance
from renderer.voices.signs import time_signs

Floats = npt.NDArray[np.float32]

RATE_HZ = 24_000
FRAME_S = 0.025
# Both networks sound a sign before the time that their lengths give: at this shift the level of stops and
# vowels differs most, in four voices within 15 ms.
_SHIFT_S = -0.065
_STEP_S, _INAUDIBLE_DB, _SHORTEST_S = 0.010, -55.0, 0.040
_FLOAT32 = 1
_GRAPH, _OUTPUT, _NAME, _TYPE, _TENSOR_TYPE, _ELEMENT = 7, 12, 1, 2, 1, 1


@dataclass(frozen=True)
class Signs:
    """What a network reads at once: signs, and the word of each, None for what is no word's."""

    signs: str
    owners: tuple[int | None, ...]


def open_network(model: bytes, lengths: str) -> onnxruntime.InferenceSession:
    """A session of one thread that has the tensor ``lengths`` (float32) among its outputs.

    One thread adds in the same order on every machine, and workers do not fight for cores.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model + _encode_output(lengths), options, providers=["CPUExecutionProvider"]
    )


def build_utterance(sound: Floats, said: Signs, lengths: Floats, pitch: float = 1.0) -> Utterance:
    """A network's sound with the time of each phone.

    ``pitch`` plays it so many times faster, which raises the voice and shortens its vocal tract.
    """
    frame_s = FRAME_S / pitch
    lengths_s = [float(length) * frame_s for length in np.ravel(lengths)]
    shift_s = max(_SHIFT_S / pitch, -lengths_s[0])
    around = [lengths_s[0] + shift_s, *lengths_s[1:-1], lengths_s[-1] - shift_s]
    phones, words = time_signs(said.signs, around, said.owners)
    samples = np.asarray(np.ravel(sound), np.float32)
    said_at = Utterance(samples, round(RATE_HZ * pitch), tuple(phones), tuple(words))
    return _end_with_sound(_join_pauses(said_at))


def join_utterances(said: Sequence[Utterance], rate_hz: int, pause_s: float) -> Utterance:
    """Sentences one after another; between two of them lies ``pause_s``, whatever each has at its ends."""
    sounds: list[Floats] = []
    phones: list[Phone] = []
    words: list[int | None] = []
    clock_s = 0.0
    for at, one in enumerate(said):
        first, last = _find_cuts(one, pause_s / 2, at == 0, at == len(said) - 1)
        sounds.append(one.samples[first:last])
        shift_s = clock_s - first / rate_hz
        end_s = clock_s + (last - first) / rate_hz
        for phone, word in zip(one.phones, one.word_of, strict=True):
            begin, end = max(phone.start_s + shift_s, clock_s), min(phone.end_s + shift_s, end_s)
            if end > begin:
                phones.append(Phone(phone.symbol, begin, end, phone.stress))
                words.append(word)
        clock_s = end_s
    return _join_pauses(Utterance(np.concatenate(sounds), rate_hz, tuple(phones), tuple(words)))


def _find_cuts(one: Utterance, half_s: float, first: bool, last: bool) -> tuple[int, int]:
    """The samples of a sentence that are kept: outer ends as they are, inner ones half a pause."""
    sounded = [phone for phone in one.phones if phone.symbol]
    if not sounded:
        return 0, 0
    start = 0 if first else max(0, round((sounded[0].start_s - half_s) * one.rate_hz))
    end = len(one.samples)
    return start, end if last else min(end, round((sounded[-1].end_s + half_s) * one.rate_hz))


def _join_pauses(one: Utterance) -> Utterance:
    pairs = zip(one.phones, one.word_of, strict=True)
    owners = iter([word for phone, word in pairs if phone.symbol and phone.end_s > phone.start_s])
    phones = join_silence(one.phones)
    return Utterance(
        one.samples, one.rate_hz, phones, tuple(next(owners) if phone.symbol else None for phone in phones)
    )


def _end_with_sound(one: Utterance) -> Utterance:
    """The last phone before a pause ends where its sound does.

    Both networks count up to 0.4 s of the silence after a word to its last sign; a mouth would stay open.
    """
    step = int(_STEP_S * one.rate_hz)
    blocks = one.samples[: len(one.samples) // step * step].reshape(-1, step)
    level = np.sqrt((blocks.astype(np.float64) ** 2).mean(axis=1))
    loud = np.flatnonzero(level > level.max(initial=0.0) * 10 ** (_INAUDIBLE_DB / 20))
    phones = list(one.phones)
    for at in range(len(phones) - 1):
        phone, after = phones[at], phones[at + 1]
        if phone.symbol and not after.symbol:
            heard = loud[loud * step < phone.end_s * one.rate_hz]
            ends_s = (heard[-1] + 1) * step / one.rate_hz if len(heard) else phone.end_s
            ends_s = min(phone.end_s, max(ends_s, phone.start_s + _SHORTEST_S))
            phones[at] = replace(phone, end_s=ends_s)
            phones[at + 1] = replace(after, start_s=ends_s)
            before = phones[at - 1]
            if at and is_vowel(phone.symbol) and is_vowel(before.symbol):  # a diphthong shares its time
                middle_s = (before.start_s + ends_s) / 2
                phones[at - 1] = replace(before, end_s=middle_s)
                phones[at] = replace(phones[at], start_s=middle_s)
    return replace(one, phones=tuple(phones))


def _encode_output(name: str) -> bytes:
    """An ONNX model that holds nothing but one more output of its graph.

    Written behind a model's bytes it is merged into it: protobuf joins a message that comes twice. So no
    package that edits graphs is needed.
    """
    tensor = bytes([_ELEMENT << 3, _FLOAT32])
    value = _encode(_NAME, name.encode()) + _encode(_TYPE, _encode(_TENSOR_TYPE, tensor))
    return _encode(_GRAPH, _encode(_OUTPUT, value))


def _encode(field: int, content: bytes) -> bytes:
    """A length-delimited field of protobuf; ``content`` is shorter than 128 bytes."""
    return bytes([field << 3 | 2, len(content)]) + content
