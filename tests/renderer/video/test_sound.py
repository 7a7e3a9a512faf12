from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from renderer.config import VideoConfig
from renderer.timeline import sample_at
from renderer.video.encode import encode_segment
from renderer.video.mux import join_segments
from renderer.video.sound import BLOCK_SAMPLES, Packets, encode_sound, lay_packets
from tests.renderer.video.clips import numbered

FPS = Fraction(25)
BIT_RATE = VideoConfig().audio_bit_rate
FRAMES = 60
Samples = npt.NDArray[np.float32]


def hiss(samples: int, seed: int) -> Samples:
    """Low noise that begins and ends loud: the worst case for a cut."""
    rough = np.random.default_rng(seed).normal(0, 1, samples + 63)
    return np.convolve(rough, np.hanning(64) / 20, "valid").astype(np.float32)


def played(folder: Path, pieces: list[tuple[int, Packets]]) -> Samples:
    video = folder / "segment.mp4"
    encode_segment((numbered(i) for i in range(FRAMES)), FPS, VideoConfig(), video)
    join_segments([video], pieces, folder / "out.mp4", FPS, VideoConfig())
    with av.open(str(folder / "out.mp4")) as container:
        blocks = list(container.decode(audio=0))
    assert [block.pts for block in blocks[:2]] == [0, BLOCK_SAMPLES]
    return np.concatenate([block.to_ndarray()[0] for block in blocks])


def test_a_packet_more_than_blocks_and_the_same_bytes_each_time() -> None:
    sound = hiss(5 * BLOCK_SAMPLES - 10, 1)
    assert len(encode_sound(sound, BIT_RATE)) == 6
    assert encode_sound(sound, BIT_RATE) == encode_sound(sound, BIT_RATE)


def test_pieces_sound_as_if_all_had_been_encoded_at_once(tmp_path: Path) -> None:
    """Two sounds that were encoded apart, with little more than a block of silence between them."""
    length = sample_at(FRAMES, FPS)
    first, second = hiss(20_000, 1), hiss(30_000, 2)
    wanted = np.zeros(length, np.float32)
    wanted[3 * BLOCK_SAMPLES :][: len(first)] = first
    wanted[25 * BLOCK_SAMPLES :][: len(second)] = second
    heard = played(tmp_path, [(3, encode_sound(first, BIT_RATE)), (25, encode_sound(second, BIT_RATE))])
    at_once = played(tmp_path, [(0, encode_sound(wanted, BIT_RATE))])
    assert len(heard) >= length
    assert np.abs(heard[:length] - wanted).max() < 1.5 * np.abs(at_once[:length] - wanted).max()
    silent = np.ones(length, bool)
    for start, sound in ((3, first), (25, second)):
        silent[(start - 1) * BLOCK_SAMPLES : (start + 1) * BLOCK_SAMPLES + len(sound)] = False
    assert np.abs(heard[:length][silent]).max() == 0


def test_a_click_keeps_its_place_to_the_sample(tmp_path: Path) -> None:
    click = np.zeros(4000, np.float32)
    click[1500] = 0.9
    heard = played(tmp_path, [(10, encode_sound(click, BIT_RATE))])
    assert abs(int(np.abs(heard).argmax()) - (10 * BLOCK_SAMPLES + 1500)) <= 1


def test_a_voice_keeps_its_waveform(tmp_path: Path) -> None:
    time_s = np.arange(20 * BLOCK_SAMPLES) / 48_000
    pitch = 2 * np.pi * np.cumsum(120 + 20 * np.sin(7 * time_s)) / 48_000
    voice = sum(np.sin(harmonic * pitch) / harmonic**1.5 for harmonic in range(1, 40))
    loud = (0.2 * np.hanning(len(time_s)) * voice).astype(np.float32) + 0.01 * hiss(len(time_s), 4)
    start = 10 * BLOCK_SAMPLES
    lost = played(tmp_path, [(10, encode_sound(loud, BIT_RATE))])[start : start + len(loud)] - loud
    assert 20 * np.log10(np.std(loud) / np.std(lost)) > 45


def test_what_lies_behind_the_end_is_not_heard() -> None:
    packets = encode_sound(hiss(10 * BLOCK_SAMPLES, 3), BIT_RATE)
    assert lay_packets([(2, packets)], 5 * BLOCK_SAMPLES, BIT_RATE)[2:] == packets[:4]
    assert len(lay_packets([(9, packets)], 5 * BLOCK_SAMPLES, BIT_RATE)) == 6


def test_sounds_without_silence_between_them_cannot_be_laid() -> None:
    packets = encode_sound(hiss(BLOCK_SAMPLES, 3), BIT_RATE)
    with pytest.raises(ValueError, match="without a block of silence"):
        lay_packets([(0, packets), (1, packets)], 9 * BLOCK_SAMPLES, BIT_RATE)
