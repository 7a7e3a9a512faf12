from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from renderer.config import VideoConfig
from renderer.errors import RenderError
from renderer.timeline import sample_at
from renderer.video.encode import encode_segment
from renderer.video.mux import join_segments
from renderer.video.recorded_sound import read_own_sound
from renderer.video.sound import SoundFormat
from tests.renderer.video.clips import number_of, numbered
from tests.renderer.video.test_encode import room_for

CONFIG = VideoConfig()
LENGTHS = (1, 2, 9, 40, 3, 25)
TOTAL = sum(LENGTHS)
RATES = [Fraction(25), Fraction(30000, 1001), Fraction(24000, 1001), Fraction(60)]


def segments(folder: Path, fps: Fraction) -> list[Path]:
    paths, first = [], 0
    for length in LENGTHS:
        paths.append(folder / f"segment-{first}.mp4")
        encode_segment((numbered(first + i) for i in range(length)), fps, CONFIG, paths[-1])
        first += length
    return paths


def clicks(fps: Fraction, at_frames: list[int]) -> npt.NDArray[np.float32]:
    samples = np.zeros(sample_at(TOTAL, fps), np.float32)
    samples[[sample_at(frame, fps) for frame in at_frames]] = 0.9
    return samples


def strictly_decoded(path: Path) -> list[av.VideoFrame]:
    with av.open(str(path)) as container:
        container.streams.video[0].codec_context.options = {"err_detect": "explode"}
        return list(container.decode(video=0))


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


@pytest.mark.parametrize("fps", RATES, ids=str)
def test_every_frame_is_there_at_even_times(tmp_path: Path, fps: Fraction) -> None:
    join_segments(segments(tmp_path, fps), clicks(fps, []), tmp_path / "out.mp4", fps, CONFIG)
    frames = strictly_decoded(tmp_path / "out.mp4")
    shown = [number_of(frame.to_ndarray(format="rgb24")) for frame in frames]
    assert shown == list(range(TOTAL))
    assert [frame.pts * frame.time_base for frame in frames] == [i / fps for i in range(TOTAL)]


def test_video_packets_are_the_segments_own(tmp_path: Path) -> None:
    parts = segments(tmp_path, RATES[0])
    join_segments(parts, clicks(RATES[0], []), tmp_path / "out.mp4", RATES[0], CONFIG)
    assert packets(tmp_path / "out.mp4") == [packet for part in parts for packet in packets(part)]


@pytest.mark.parametrize("fps", RATES, ids=str)
def test_a_click_is_heard_at_the_frame_it_belongs_to(tmp_path: Path, fps: Fraction) -> None:
    at_frames = [2, 40, 70]
    join_segments(segments(tmp_path, fps), clicks(fps, at_frames), tmp_path / "out.mp4", fps, CONFIG)
    with av.open(str(tmp_path / "out.mp4")) as container:
        blocks = list(container.decode(audio=0))
    assert blocks[0].pts == 0
    heard = np.concatenate([block.to_ndarray()[0] for block in blocks])
    for frame in at_frames:
        expected = sample_at(frame, fps)
        around = np.abs(heard[expected - 1200 : expected + 1200])
        assert abs(int(around.argmax()) - 1200) < 5 * 48  # 5 ms


@pytest.mark.parametrize("factor", [0.0, 0.5, 1.5], ids=["no sound", "short sound", "long sound"])
@pytest.mark.parametrize("fps", RATES, ids=str)
def test_sound_and_picture_are_equally_long(tmp_path: Path, fps: Fraction, factor: float) -> None:
    samples = np.zeros(round(sample_at(TOTAL, fps) * factor), np.float32)
    join_segments(segments(tmp_path, fps), samples, tmp_path / "out.mp4", fps, CONFIG)
    with av.open(str(tmp_path / "out.mp4")) as container:
        picture_s, sound_s = (float(s.duration * s.time_base) for s in container.streams)
    assert picture_s == pytest.approx(TOTAL / fps)
    assert sound_s == pytest.approx(picture_s, abs=0.002)


def test_equal_parts_give_an_equal_file(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, sample_at(TOTAL, RATES[1])).astype(np.float32)
    for name in ("a.mp4", "b.mp4"):
        join_segments(segments(tmp_path, RATES[1]), noise, tmp_path / name, RATES[1], CONFIG)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_the_index_comes_before_the_media_so_that_playing_starts_at_once(tmp_path: Path) -> None:
    join_segments(segments(tmp_path, RATES[0]), clicks(RATES[0], []), tmp_path / "out.mp4", RATES[0], CONFIG)
    data = (tmp_path / "out.mp4").read_bytes()
    assert data.find(b"moov") < data.find(b"mdat")


def test_segments_with_other_settings_are_refused(tmp_path: Path) -> None:
    encode_segment([numbered(0)], RATES[0], CONFIG, tmp_path / "a.mp4")
    encode_segment([numbered(0, 192, 96)], RATES[0], CONFIG, tmp_path / "b.mp4")
    with pytest.raises(RenderError, match=r"b\.mp4 was encoded with other settings than a\.mp4"):
        join_segments(
            [tmp_path / "a.mp4", tmp_path / "b.mp4"],
            np.zeros(10, np.float32),
            tmp_path / "o.mp4",
            RATES[0],
            CONFIG,
        )
    assert not (tmp_path / "o.mp4").exists()


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    parts = segments(tmp_path, RATES[0])
    with pytest.raises(RenderError, match="no room left") as caught, room_for(6_000):
        join_segments(parts, clicks(RATES[0], [40]), tmp_path / "videos" / "out.mp4", RATES[0], CONFIG)
    assert not caught.value.permanent
    assert list((tmp_path / "videos").iterdir()) == []


@pytest.mark.parametrize("fps", RATES, ids=str)
def test_sound_may_keep_the_rate_and_channels_of_a_clip(tmp_path: Path, fps: Fraction) -> None:
    form = SoundFormat(44_100, "stereo")
    length = sample_at(TOTAL, fps, form.rate_hz)
    samples = np.zeros((2, length - 700), np.float32)
    samples[0, sample_at(20, fps, form.rate_hz)] = samples[1, sample_at(60, fps, form.rate_hz)] = 0.9
    join_segments(segments(tmp_path, fps), samples, tmp_path / "out.mp4", fps, CONFIG, form)
    own = read_own_sound(tmp_path / "out.mp4")
    assert own is not None
    heard, read = own
    assert read == form
    assert abs(heard.shape[1] - length) <= 1024
    for channel, frame in zip(heard, (20, 60), strict=True):
        assert abs(int(np.abs(channel).argmax()) - sample_at(frame, fps, form.rate_hz)) < 200


def test_a_film_without_sound_gets_no_track(tmp_path: Path) -> None:
    join_segments(segments(tmp_path, RATES[0]), None, tmp_path / "out.mp4", RATES[0], CONFIG)
    with av.open(str(tmp_path / "out.mp4")) as container:
        assert len(container.streams.audio) == 0
    assert len(strictly_decoded(tmp_path / "out.mp4")) == TOTAL
