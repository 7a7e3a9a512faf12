from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from renderer.config import VideoConfig
from renderer.render.message_sound import PlacedSound, encode_message_sound
from renderer.render.sound_bed import SoundBed
from renderer.render.sound_levels import SoundLevels
from renderer.runtime.store import Store
from renderer.speech.loudness import measure_lufs
from renderer.take.room_tone import RoomTone, measure_levels_db
from renderer.timeline import sample_at
from renderer.video.encode import encode_segment
from renderer.video.mux import join_segments
from tests.renderer.video.clips import numbered

Samples = npt.NDArray[np.float32]
FPS, FRAMES, BIT_RATE = Fraction(25), 75, VideoConfig().audio_bit_rate
LENGTH = sample_at(FRAMES, FPS)
TONE = RoomTone(np.geomspace(1e-5, 1e-9, 513))  # about -58 dB, and dark
ROOM = SoundLevels(SoundBed(TONE, 1.0, "a room"))


def voice(seconds: float, key: str, start: int) -> PlacedSound:
    time_s = np.arange(int(seconds * 48_000)) / 48_000
    pitch = 2 * np.pi * np.cumsum(120 + 20 * np.sin(7 * time_s)) / 48_000
    wave = sum(np.sin(harmonic * pitch) / harmonic**1.5 for harmonic in range(1, 30))
    return PlacedSound(start, (0.2 * np.hanning(len(time_s)) * wave).astype(np.float32), key)


LINES = [voice(0.7, "one", 19_000), voice(0.8, "two", 75_000)]


def played(folder: Path, sounds: list[PlacedSound], levels: SoundLevels = ROOM) -> Samples:
    video = folder / "segment.mp4"
    encode_segment((numbered(i) for i in range(FRAMES)), FPS, VideoConfig(), video)
    pieces = encode_message_sound(sounds, LENGTH, BIT_RATE, Store(folder / "store"), levels)
    join_segments([video], pieces, folder / "out.mp4", FPS, VideoConfig())
    with av.open(str(folder / "out.mp4")) as container:
        return np.concatenate([block.to_ndarray()[0] for block in container.decode(audio=0)])[:LENGTH]


def test_the_room_is_heard_from_the_first_sample_to_the_last_and_nowhere_louder(tmp_path: Path) -> None:
    heard = played(tmp_path, LINES)
    levels_db = measure_levels_db(heard)
    spoken = measure_levels_db(sum_of(LINES)) > -70
    quiet = ~np.convolve(spoken, np.ones(5), "same").astype(bool)
    assert levels_db[quiet].min() > TONE.level_db - 7
    assert levels_db[quiet].max() < TONE.level_db + 7


def test_no_click_where_parts_that_were_encoded_apart_follow_each_other(tmp_path: Path) -> None:
    heard, silent = played(tmp_path, LINES), np.abs(sum_of(LINES)) == 0
    beside = np.convolve(~silent, np.ones(2 * 2048 + 1), "same") > 0.5  # the codec spreads a line that far
    bends = np.diff(heard, 2)[2048:][~beside[2048:-2]]
    assert np.abs(bends).max() < 6 * np.sqrt(np.mean(bends**2))


def test_the_lines_keep_their_samples(tmp_path: Path) -> None:
    heard, wanted = played(tmp_path, LINES), sum_of(LINES)
    place = slice(18_944, 18_944 + len(LINES[0].samples))  # on the grid
    lost = heard[place] - wanted[place]
    assert 20 * np.log10(np.std(lost)) == pytest.approx(TONE.level_db, abs=3)


def test_a_pause_of_the_same_length_and_a_line_at_the_same_place_are_encoded_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    encode_message_sound(LINES, LENGTH, BIT_RATE, store, ROOM)
    before = store.stats().files
    later = [PlacedSound(one.start + 1024, one.samples, one.key) for one in LINES]
    encode_message_sound(later, LENGTH + 1024, BIT_RATE, store, ROOM)
    assert store.stats().files == before + 1  # the pause before the first line


def test_filmed_sound_is_heard_as_it_was_filmed_and_has_no_second_room_under_it(tmp_path: Path) -> None:
    said = voice(1.0, "take", 24_960)
    filmed = replace(said, samples=np.pad(said.samples, (0, 20_000)), filmed=True)
    heard = played(tmp_path, [filmed])
    spoken = slice(24_960 + 2048, 24_960 + len(said.samples))
    assert np.std(heard[spoken] - sum_of([filmed])[spoken]) < 0.01 * np.std(said.samples)
    pause = heard[spoken.stop + 2048 : spoken.stop + 20_000 - 4096]
    assert measure_levels_db(pause).max() < TONE.level_db - 20


def test_a_take_without_a_room_leaves_silence_between_the_lines(tmp_path: Path) -> None:
    heard = played(tmp_path, LINES, SoundLevels())
    assert np.abs(heard[:17_000]).max() == 0
    assert np.abs(heard[-17_000:]).max() == 0


def test_spoken_lines_are_as_loud_as_the_take_where_filmed_ones_are_beside_them() -> None:
    levels = SoundLevels(spoken_lufs=-23.0, bands_db=np.linspace(0, -20, 14))
    quieter = levels.apply(LINES[0].samples, filmed=False)
    assert measure_lufs(quieter, 48_000) == pytest.approx(-23, abs=0.5)
    assert np.array_equal(levels.apply(LINES[0].samples, filmed=True), LINES[0].samples)


def sum_of(sounds: list[PlacedSound]) -> Samples:
    whole = np.zeros(LENGTH, np.float32)
    for one in sounds:
        start = round(one.start / 128) * 128
        whole[start : start + len(one.samples)] += one.samples
    return whole
