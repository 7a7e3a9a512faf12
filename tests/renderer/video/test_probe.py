from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition

from renderer.errors import RenderError
from renderer.video.decode import TakeReader
from renderer.video.probe import check_take, probe, probe_clip
from tests.renderer.video.clips import numbered, write_clip, write_sound


def test_a_clip_tells_its_size_rate_length_and_sound(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "take.mp4", 30, samples=np.zeros(57_600, np.float32))
    facts = probe(clip)
    assert (facts.width, facts.height, facts.fps, facts.frames) == (160, 96, Fraction(25), 30)
    assert facts.duration_s == pytest.approx(1.2)
    assert facts.has_sound
    assert facts.sha256 == hashlib.sha256(clip.read_bytes()).hexdigest()


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(30), Fraction(30000, 1001), Fraction(60)])
def test_usual_rates_are_exact_fractions(tmp_path: Path, rate: Fraction) -> None:
    assert probe(write_clip(tmp_path / "take.mp4", 40, rate)).fps == rate


def test_times_rounded_to_milliseconds_still_give_the_exact_rate(tmp_path: Path) -> None:
    times_ms = [round(index * 1001 / 30) for index in range(60)]
    facts = probe(write_clip(tmp_path / "take.mkv", 60, Fraction(30), times_ms=times_ms))
    assert (facts.fps, facts.frames) == (Fraction(30000, 1001), 60)


def test_a_clip_filmed_sideways_has_the_size_it_is_seen_in(tmp_path: Path) -> None:
    facts = probe(write_clip(tmp_path / "take.mp4", rotation=90))
    assert (facts.width, facts.height) == (96, 160)


def test_an_odd_size_is_cut_to_even(tmp_path: Path) -> None:
    facts = probe(write_clip(tmp_path / "take.mp4", size=(161, 97)))
    assert (facts.width, facts.height) == (160, 96)


def test_a_phone_clip_with_uneven_times_is_laid_on_an_even_grid(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    times_ms = np.cumsum(rng.integers(30, 60, 80)).tolist()
    facts = probe(write_clip(tmp_path / "take.mkv", 80, times_ms=times_ms))
    assert facts.duration_s == pytest.approx((times_ms[-1] - times_ms[0]) / 1000, abs=0.1)
    assert facts.fps in (Fraction(20), Fraction(24000, 1001), Fraction(24), Fraction(25))


def test_pictures_that_a_phone_left_out_do_not_change_its_rate(tmp_path: Path) -> None:
    there = [at for at in range(300) if at % 4 != 2]
    times_ms = [round(at * 1000 / 30) + (at % 3) * 4 for at in there]
    facts = probe(write_clip(tmp_path / "phone.mp4", len(there), times_ms=times_ms))
    assert float(facts.fps) == pytest.approx(30, rel=0.002)
    assert abs(facts.frames - 300) <= 1


def test_a_gap_in_a_recording_is_told_with_its_time_and_the_rest_is_used(tmp_path: Path) -> None:
    times_ms = [index * 40 + (900 if index > 20 else 0) for index in range(60)]
    clip = probe_clip(write_clip(tmp_path / "take.mkv", 60, times_ms=times_ms))
    assert clip.facts.duration_s == pytest.approx(3.3, abs=0.1)
    (note,) = clip.notes
    assert "stands still for 0.9 s at 0.8 s" in note and "neither learned from nor shown" in note


def test_a_recording_that_stands_still_most_of_the_time_is_refused(tmp_path: Path) -> None:
    times_ms = [index * 40 + (4000 if index > 20 else 0) for index in range(60)]
    with pytest.raises(RenderError, match="stands still for more than half of the time"):
        probe(write_clip(tmp_path / "take.mkv", 60, times_ms=times_ms))


@pytest.mark.parametrize(("rate", "told"), [(8, True), (15, True), (24, False), (30, False)])
def test_too_few_pictures_a_second_are_told(tmp_path: Path, rate: int, told: bool) -> None:
    notes = probe_clip(write_clip(tmp_path / "take.mp4", 60, Fraction(rate))).notes
    assert [f"only {rate} pictures a second" in note for note in notes] == [True] * told


def test_pictures_that_a_camera_drops_in_the_dark_count_as_too_few(tmp_path: Path) -> None:
    times_ms = [round(number * 1000 / 30) for number in range(180) if number % 30 < 8 or number % 2]
    times_ms = [time for at, time in enumerate(times_ms) if at % 3]
    (note,) = probe_clip(write_clip(tmp_path / "take.mkv", len(times_ms), times_ms=times_ms)).notes
    assert "pictures a second: closed lips and quick sounds are missing" in note


def test_two_picture_tracks_are_told_and_the_default_one_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "take.mkv"
    with av.open(str(path), "w") as out:
        screen, person = (out.add_stream("libx264", rate=25) for _ in range(2))
        for stream, size in ((screen, (128, 96)), (person, (160, 96))):
            stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        screen.disposition, person.disposition = Disposition(0), Disposition.default
        for stream in (screen, person):
            for number in range(30):
                picture = numbered(number, stream.width, stream.height)
                out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
            out.mux(stream.encode(None))
    clip = probe_clip(path)
    assert (clip.facts.width, clip.facts.frames) == (160, 30)
    assert "2 picture tracks; number 2, the default one, is shown" in clip.notes[0]


def test_a_cover_is_no_picture_track(tmp_path: Path) -> None:
    path = tmp_path / "take.mp4"
    with av.open(str(path), "w") as out:
        cover = out.add_stream("png")
        cover.width, cover.height, cover.pix_fmt = 64, 64, "rgb24"
        cover.disposition = Disposition.attached_pic
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        out.mux(cover.encode(av.VideoFrame.from_ndarray(numbered(1, 64, 64), "rgb24")))
        for number in range(30):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(numbered(number), "rgb24")))
        out.mux(stream.encode(None))
    clip = probe_clip(path)
    assert (clip.facts.width, clip.facts.frames, clip.notes) == (160, 30, ())


@pytest.mark.parametrize(("shape", "width"), [(Fraction(4, 3), 212), (Fraction(10, 11), 144)])
def test_pixels_that_are_not_square_keep_their_shape(tmp_path: Path, shape: Fraction, width: int) -> None:
    path = tmp_path / "take.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        stream.codec_context.sample_aspect_ratio = shape
        for number in range(30):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(numbered(number), "rgb24")))
        out.mux(stream.encode(None))
    with TakeReader(path) as reader:
        assert (reader.facts.width, reader.facts.height) == (width, 96)
        assert reader.picture(3).width == width and reader.frame(3).shape == (96, width, 3)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"There is no file .*me\.mp4"):
        probe(tmp_path / "me.mp4")


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "me.mp4").touch()
    with pytest.raises(RenderError, match=r"me\.mp4 is empty"):
        probe(tmp_path / "me.mp4")


@pytest.mark.parametrize("name", ["notes.txt", "me.mp4", "list.m3u8"])
def test_a_file_that_is_no_video_is_refused(tmp_path: Path, name: str) -> None:
    clip = write_clip(tmp_path / "real.mp4")
    (tmp_path / name).write_text(f"#EXTM3U\n#EXTINF:1,\n{clip}\n#EXT-X-ENDLIST\n")
    with pytest.raises(RenderError, match="is not a video that can be read"):
        probe(tmp_path / name)


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    song = write_sound(tmp_path / "song.m4a", np.zeros(48_000, np.float32))
    with pytest.raises(RenderError, match=r"song\.m4a has sound but no picture"):
        probe(song)


@pytest.mark.parametrize("options", [{}, {"movflags": "+faststart"}])
@pytest.mark.parametrize("kept", [0.3, 0.95])
def test_a_truncated_file_is_said_to_be_incomplete(
    tmp_path: Path, options: dict[str, str], kept: float
) -> None:
    clip = write_clip(tmp_path / "me.mp4", 60, container_options=options)
    data = clip.read_bytes()
    clip.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(RenderError, match=r"me\.mp4 is incomplete"):
        probe(clip)


def test_a_take_needs_five_seconds(tmp_path: Path) -> None:
    short = write_clip(tmp_path / "short.mp4", 124)
    with pytest.raises(RenderError, match=r"short\.mp4 is 5\.0 s long.*at least 5 s"):
        check_take(probe(short), short)
    enough = write_clip(tmp_path / "enough.mp4", 125)
    check_take(probe(enough), enough)
