from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from renderer.errors import RenderError
from renderer.video.decode import TakeReader, read_sound
from renderer.video.recorded_sound import read_own_sound
from tests.renderer.video.clips import number_of, numbered, write_clip, write_sound


@pytest.mark.parametrize(
    "order",
    [
        list(range(60)),
        list(range(59, -1, -1)),
        [7, 7, 7, 8, 8, 40, 41, 3, 59, 0],
        [10, 45, 11, 46, 12, 47, 13, 48],
        np.random.default_rng(3).integers(0, 60, 50).tolist(),
    ],
    ids=["forward", "backward", "repeated", "two runs at once", "random"],
)
def test_frames_come_in_the_order_asked_for(tmp_path: Path, order: list[int]) -> None:
    with TakeReader(write_clip(tmp_path / "take.mp4", 60)) as reader:
        assert [number_of(frame) for frame in reader.frames(order)] == order


def test_each_frame_is_an_array_of_its_own(tmp_path: Path) -> None:
    with TakeReader(write_clip(tmp_path / "take.mp4")) as reader:
        first, second = reader.frames([4, 4])
    first[:] = 0
    assert number_of(second) == 4


def test_an_index_outside_the_clip_is_an_error_of_the_caller(tmp_path: Path) -> None:
    with TakeReader(write_clip(tmp_path / "take.mp4", 30)) as reader, pytest.raises(IndexError, match="30"):
        reader.frame(30)


def test_colours_come_back_as_they_went_in(tmp_path: Path) -> None:
    with TakeReader(write_clip(tmp_path / "take.mp4")) as reader:
        below = reader.frame(0)[20:].astype(int)
    error = below - numbered(0)[20:]
    assert abs(error.mean(axis=(0, 1))).max() < 0.7
    assert abs(error).max() < 12


@pytest.mark.parametrize("rotation", [90, 180, -90])
def test_a_clip_filmed_sideways_is_read_upright(tmp_path: Path, rotation: int) -> None:
    with TakeReader(write_clip(tmp_path / "take.mp4", rotation=rotation)) as reader:
        frame = reader.frame(21)
        assert frame.shape[:2] == (reader.facts.height, reader.facts.width)
    assert number_of(np.ascontiguousarray(np.rot90(frame, -rotation // 90))) == 21


def test_an_odd_size_loses_its_last_row_and_column(tmp_path: Path) -> None:
    with TakeReader(write_clip(tmp_path / "take.mp4", size=(161, 97))) as reader:
        assert reader.frame(5).shape == (96, 160, 3)
        assert number_of(reader.frame(5)) == 5


def test_an_uneven_clip_shows_at_each_time_what_was_filmed_then(tmp_path: Path) -> None:
    times_ms = np.cumsum(np.random.default_rng(5).integers(25, 70, 80)).tolist()
    with TakeReader(write_clip(tmp_path / "take.mkv", 80, times_ms=times_ms)) as reader:
        shown = [number_of(frame) for frame in reader.frames(range(reader.facts.frames))]
        fps = reader.facts.fps
    shown_at_ms = [times_ms[0] + 1000 * (index + 0.5) / float(fps) for index in range(len(shown))]
    expected = np.searchsorted(times_ms, shown_at_ms, side="right") - 1
    assert shown == expected.tolist()


def test_a_hole_in_the_file_is_an_error_that_says_when(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "me.mp4", 60, container_options={"movflags": "+faststart"})
    data = bytearray(clip.read_bytes())
    data[-400:] = bytes(400)
    clip.write_bytes(data)
    with TakeReader(clip) as reader, pytest.raises(RenderError, match=r"me\.mp4 is damaged at 2\.\d s"):
        reader.frame(59)


def test_sound_starts_with_the_first_picture(tmp_path: Path) -> None:
    samples = np.zeros(57_600, np.float32)
    samples[24_000] = 0.9
    heard = read_sound(write_clip(tmp_path / "take.mp4", 30, samples=samples))
    assert heard is not None and heard.dtype == np.float32
    assert abs(int(np.abs(heard).argmax()) - 24_000) <= 1


def test_sound_of_a_picture_that_starts_later_is_cut_to_it(tmp_path: Path) -> None:
    samples = np.zeros(57_600, np.float32)
    samples[24_000] = 0.9
    times_ms = [200 + 40 * index for index in range(30)]
    heard = read_sound(write_clip(tmp_path / "take.mkv", 30, times_ms=times_ms, samples=samples))
    assert heard is not None
    assert abs(int(np.abs(heard).argmax()) - (24_000 - 9_600)) <= 48


def test_a_silent_clip_has_no_sound(tmp_path: Path) -> None:
    assert read_sound(write_clip(tmp_path / "take.mp4")) is None


def test_a_recording_without_picture_can_be_read(tmp_path: Path) -> None:
    tone = np.sin(np.arange(48_000) / 20).astype(np.float32) * 0.5
    heard = read_sound(write_sound(tmp_path / "line.m4a", tone))
    assert heard is not None
    assert len(heard) == pytest.approx(48_000, abs=1024)
    assert np.corrcoef(heard[4000:40_000], tone[4000:40_000])[0, 1] > 0.99


def test_a_ntsc_clip_keeps_every_frame(tmp_path: Path) -> None:
    with TakeReader(write_clip(tmp_path / "take.mp4", 40, Fraction(30000, 1001))) as reader:
        assert [number_of(frame) for frame in reader.frames(range(40))] == list(range(40))


def test_pictures_show_what_frames_show_in_any_order_from_any_thread(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "take.mp4", 60)
    wanted = [[30, 31, 32, 2, 58], [0, 1, 2, 3, 40], [59, 58, 57, 10, 11]]
    with TakeReader(path) as reader, ThreadPoolExecutor(3) as pool:
        seen = list(pool.map(lambda order: [p.rgb() for p in reader.pictures(order)], wanted))
    assert [[number_of(frame) for frame in frames] for frames in seen] == wanted


def test_a_picture_outlives_its_reader(tmp_path: Path) -> None:
    with TakeReader(write_clip(tmp_path / "take.mp4")) as reader:
        picture = reader.picture(7)
    assert number_of(picture.rgb()) == 7


def test_a_clip_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "take.mp4", 30)
    with TakeReader(path) as reader:
        before = reader.facts
    write_clip(path, 20)
    with TakeReader(path) as reader:
        assert reader.facts.frames == 20
        assert reader.facts.sha256 != before.sha256


def test_the_last_picture_of_a_transport_stream_can_be_read_first(tmp_path: Path) -> None:
    """There, a jump may land behind the last key frame, where nothing more can be decoded."""
    path = tmp_path / "take.ts"
    with av.open(str(path), "w") as out:
        options = {"x264-params": "open-gop=1:keyint=40:bframes=3:scenecut=0"}
        stream = out.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for number in range(375):
            frame = av.VideoFrame.from_ndarray(numbered(number), "rgb24")
            frame.pts = number + 33
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    for index in (374, 0, 361, 120, 39):
        with TakeReader(path) as reader:
            assert number_of(reader.frame(index)) == index


@pytest.mark.parametrize(("rate_hz", "layout"), [(44_100, "stereo"), (48_000, "mono"), (22_050, "stereo")])
def test_sound_can_be_read_as_the_clip_has_it(tmp_path: Path, rate_hz: int, layout: str) -> None:
    channels = 1 if layout == "mono" else 2
    times = np.arange(rate_hz) / rate_hz
    tones = np.stack([np.sin(2 * np.pi * 440 * (1 + at) * times) for at in range(channels)]) * 0.4
    path = tmp_path / "line.m4a"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=rate_hz, layout=layout)
        for start in range(0, rate_hz, 1024):
            block = np.ascontiguousarray(tones[:, start : start + 1024], np.float32)
            frame = av.AudioFrame.from_ndarray(block, "fltp", layout)
            frame.sample_rate, frame.pts, frame.time_base = rate_hz, start, Fraction(1, rate_hz)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    own = read_own_sound(path)
    assert own is not None
    samples, form = own
    assert (form.rate_hz, form.layout, samples.shape[0]) == (rate_hz, layout, channels)
    for heard, tone in zip(samples, tones, strict=True):
        assert np.corrcoef(heard[2048 : rate_hz // 2], tone[2048 : rate_hz // 2])[0, 1] > 0.99


def test_a_clip_without_sound_has_none_of_its_own(tmp_path: Path) -> None:
    assert read_own_sound(write_clip(tmp_path / "take.mp4")) is None


@pytest.mark.parametrize("part", ["its tables", "its pictures and sound"])
def test_wrong_bytes_anywhere_end_in_words_and_never_in_a_library_s_own_error(
    tmp_path: Path, part: str
) -> None:
    rng = np.random.default_rng(6)
    noise = rng.normal(0, 0.1, 57_600).astype(np.float32)
    good = write_clip(tmp_path / "good.mp4", 30, samples=noise).read_bytes()
    clip, refused = tmp_path / "me.mp4", 0
    tables = good.index(b"moov")
    for place in rng.integers(*((tables, len(good)) if part == "its tables" else (40, tables)), 120):
        data = bytearray(good)
        data[place] ^= int(rng.integers(1, 256))
        clip.write_bytes(data)
        try:
            with TakeReader(clip) as reader:
                for index in (0, reader.facts.frames // 2, reader.facts.frames - 1):
                    reader.frame(index)
            read_sound(clip)
            read_own_sound(clip)
        except RenderError as error:
            refused += 1
            assert "me.mp4" in error.message
    assert 5 < refused < 115
