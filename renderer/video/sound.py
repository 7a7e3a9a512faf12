"""Sound as AAC packets: encoded once between silence, then laid into any message without encoding again.

An AAC packet covers two blocks of 1024 samples and overlaps the next one by half. Where at least one whole
block of digital silence lies between two sounds, their packets can follow each other: both halves that
overlap there are zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from av import CodecContext
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame

from renderer.runtime.profiling import span
from renderer.timeline import SOUND_RATE_HZ

BLOCK_SAMPLES = 1024
Samples = npt.NDArray[np.float32]
Packets = tuple[bytes, ...]


@dataclass(frozen=True)
class SoundFormat:
    """Samples in a second and the ``layout`` of channels, "mono" or "stereo"; messages have the default."""

    rate_hz: int = SOUND_RATE_HZ
    layout: str = "mono"


VOICE = SoundFormat()


def block_of(sample: int) -> int:
    """The block in which a sample lies."""
    return sample // BLOCK_SAMPLES


@span("sound")
def encode_sound(samples: Samples, bit_rate: int, form: SoundFormat = VOICE) -> Packets:
    """Float32 [n], or [channels, n], → n / 1024 + 1 AAC packets, as if silence came before and after.

    Packet k covers blocks k - 1 and k of the samples. Equal input gives equal bytes.
    """
    channels = np.atleast_2d(samples)
    blocks = -(-channels.shape[1] // BLOCK_SAMPLES)
    padded = np.zeros((len(channels), (blocks + 2) * BLOCK_SAMPLES), np.float32)
    padded[:, BLOCK_SAMPLES : BLOCK_SAMPLES + channels.shape[1]] = np.clip(channels, -1.0, 1.0)
    encoder = _open_encoder(bit_rate, form)
    packets = [bytes(packet) for frame in _frames(padded, form) for packet in encoder.encode(frame)]
    packets += [bytes(packet) for packet in encoder.encode(None)]
    return tuple(packets[1 : blocks + 2])  # the first one is the encoder's own start


def lay_packets(pieces: Sequence[tuple[int, Packets]], samples: int, bit_rate: int) -> Packets:
    """The packets of a sound of this many samples: (first block, packets) each, silence between them.

    What sticks out at the end is cut off. Raises ValueError when two pieces overlap.
    """
    packets = [_encode_silence(bit_rate)] * (-(-samples // BLOCK_SAMPLES) + 1)
    free_from = 0
    for first, piece in sorted(pieces, key=lambda placed: placed[0]):
        if first < free_from:
            raise ValueError("two sounds without a block of silence between them need one piece")
        free_from = first + len(piece)
        packets[first:free_from] = piece[: max(len(packets) - first, 0)]
    return tuple(packets)


@lru_cache(maxsize=4)
def _encode_silence(bit_rate: int) -> bytes:
    return encode_sound(np.zeros(2 * BLOCK_SAMPLES, np.float32), bit_rate)[1]


def _open_encoder(bit_rate: int, form: SoundFormat) -> AudioCodecContext:
    encoder = CodecContext.create("aac", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = form.rate_hz, form.layout, "fltp"
    encoder.bit_rate, encoder.time_base, encoder.thread_count = bit_rate, Fraction(1, form.rate_hz), 1
    # At a voice's rates the quick search comes nearer to the sound than the long one, which shifts noise to
    # where it hopes that nobody hears it.
    encoder.options = {"aac_coder": "fast"}
    return encoder


def _frames(channels: Samples, form: SoundFormat) -> Iterator[AudioFrame]:
    for start in range(0, channels.shape[1], BLOCK_SAMPLES):
        block = np.ascontiguousarray(channels[:, start : start + BLOCK_SAMPLES])
        frame = AudioFrame.from_ndarray(block, format="fltp", layout=form.layout)
        frame.sample_rate, frame.pts, frame.time_base = form.rate_hz, start, Fraction(1, form.rate_hz)
        yield frame
