"""Sound as AAC packets: encoded once between silence, then laid into any message without encoding again.

An AAC packet covers two blocks of 1024 samples and overlaps the next one by half. Where at least one whole
block of digital silence lies between two sounds, their packets can follow each other: both halves that
overlap there are zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from av import CodecContext
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame

from renderer.stopwatch import stage
from renderer.timeline import SOUND_RATE_HZ

BLOCK_SAMPLES = 1024
Samples = npt.NDArray[np.float32]
Packets = tuple[bytes, ...]


def block_of(sample: int) -> int:
    """The block in which a sample lies."""
    return sample // BLOCK_SAMPLES


@stage("sound")
def encode_sound(samples: Samples, bit_rate: int) -> Packets:
    """Mono float32 [n] at 48 kHz → n / 1024 + 1 AAC packets, as if silence came before and after.

    Packet k covers blocks k - 1 and k of the samples. Equal input gives equal bytes.
    """
    blocks = -(-len(samples) // BLOCK_SAMPLES)
    padded = np.zeros((blocks + 2) * BLOCK_SAMPLES, np.float32)
    padded[BLOCK_SAMPLES : BLOCK_SAMPLES + len(samples)] = np.clip(samples, -1.0, 1.0)
    encoder = _encoder(bit_rate)
    packets = [bytes(packet) for frame in _frames(padded) for packet in encoder.encode(frame)]
    packets += [bytes(packet) for packet in encoder.encode(None)]
    return tuple(packets[1 : blocks + 2])  # the first one is the encoder's own start


def laid(pieces: Sequence[tuple[int, Packets]], samples: int, bit_rate: int) -> Packets:
    """The packets of a sound of this many samples: (first block, packets) each, silence between them.

    What sticks out at the end is cut off. Raises ValueError when two pieces overlap.
    """
    packets = [_silence(bit_rate)] * (-(-samples // BLOCK_SAMPLES) + 1)
    free_from = 0
    for first, piece in sorted(pieces, key=lambda placed: placed[0]):
        if first < free_from:
            raise ValueError("two sounds without a block of silence between them need one piece")
        free_from = first + len(piece)
        packets[first:free_from] = piece[: max(len(packets) - first, 0)]
    return tuple(packets)


@lru_cache(maxsize=4)
def _silence(bit_rate: int) -> bytes:
    return encode_sound(np.zeros(2 * BLOCK_SAMPLES, np.float32), bit_rate)[1]


def _encoder(bit_rate: int) -> AudioCodecContext:
    encoder = CodecContext.create("aac", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = SOUND_RATE_HZ, "mono", "fltp"
    encoder.bit_rate, encoder.time_base, encoder.thread_count = bit_rate, Fraction(1, SOUND_RATE_HZ), 1
    # At a voice's rates the quick search comes nearer to the sound than the long one, which shifts noise to
    # where it hopes that nobody hears it.
    encoder.options = {"aac_coder": "fast"}
    return encoder


def _frames(samples: Samples) -> Iterator[AudioFrame]:
    for start in range(0, len(samples), BLOCK_SAMPLES):
        frame = AudioFrame.from_ndarray(
            samples[None, start : start + BLOCK_SAMPLES], format="fltp", layout="mono"
        )
        frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE_HZ, start, Fraction(1, SOUND_RATE_HZ)
        yield frame
