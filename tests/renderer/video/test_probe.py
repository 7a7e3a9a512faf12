from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from renderer.errors import RenderError
from renderer.video.probe import check_take, probe
from tests.renderer.video.clips import write_clip, write_sound


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


def test_a_standing_picture_is_refused_with_its_time(tmp_path: Path) -> None:
    times_ms = [index * 40 + (900 if index > 20 else 0) for index in range(60)]
    with pytest.raises(RenderError, match=r"stands still for 0\.9 s at 0\.8 s.*constant frame rate"):
        probe(write_clip(tmp_path / "take.mkv", 60, times_ms=times_ms))


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
