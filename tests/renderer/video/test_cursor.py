"""Every picture of every kind of file is found, from any place, and every search for it ends."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import av
import numpy as np
import pytest

from renderer.video.decode import TakeReader
from tests.renderer.video.clips import copy_packets, number_of, write_clip, write_stream

OPEN_GOP = "open-gop=1:keyint=20:bframes=3:log-level=0"


def check_reads(path: Path, expected: list[int]) -> None:
    """The clip shows ``expected`` when read in order, and the same from any place by a new reader."""
    with TakeReader(path) as reader:
        count = reader.facts.frames
        assert [number_of(frame) for frame in reader.frames(range(count))] == expected
    for index in (count - 1, 0, count // 2, 1, *np.random.default_rng(2).integers(0, count, 6).tolist()):
        with TakeReader(path) as reader:
            assert number_of(reader.frame(index)) == expected[index], index
            assert number_of(reader.picture(0).rgb()) == expected[0]


@pytest.mark.parametrize("ending", ["mp4", "mov"])
@pytest.mark.parametrize("hidden", [1, 7, 13])
def test_a_clip_trimmed_without_encoding_again_begins_where_it_was_trimmed(
    tmp_path: Path, ending: str, hidden: int
) -> None:
    whole = write_clip(tmp_path / "whole.mp4", 60)
    check_reads(copy_packets(whole, tmp_path / f"t.{ending}", shift_frames=hidden), list(range(hidden, 60)))


def test_a_trimmed_hevc_clip_begins_where_it_was_trimmed(tmp_path: Path) -> None:
    whole = write_stream(tmp_path / "whole.mov", "libx265", {"x265-params": OPEN_GOP})
    check_reads(copy_packets(whole, tmp_path / "trimmed.mov", shift_frames=9), list(range(9, 60)))


@pytest.mark.parametrize("ending", ["ts", "mkv", "mp4"])
def test_a_clip_cut_anywhere_begins_at_its_first_key_frame(tmp_path: Path, ending: str) -> None:
    """Streams that are cut as bytes begin between key frames: what comes before the first one is lost."""
    whole = write_stream(tmp_path / f"whole.{ending}", options={"x264-params": OPEN_GOP})
    cut = copy_packets(whole, tmp_path / f"cut.{ending}", keep=lambda number: number > 24)
    check_reads(cut, list(range(40, 60)))


KINDS: Mapping[str, tuple[str, str, dict[str, str]]] = {
    "no key frames after the first": ("a.mp4", "libx264", {"x264-params": "intra-refresh=1:keyint=20"}),
    "one key frame": ("a.webm", "libvpx", {"g": "999", "deadline": "realtime"}),
    "open groups": ("a.mkv", "libx264", {"x264-params": OPEN_GOP}),
    "open groups in a transport stream": ("a.ts", "libx265", {"x265-params": OPEN_GOP}),
    "a program stream": ("a.mpg", "mpeg2video", {"g": "12", "bf": "2"}),
    "times that go back": ("a.avi", "libx264", {}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_clip_shows_every_picture(tmp_path: Path, kind: str) -> None:
    name, codec, options = KINDS[kind]
    check_reads(write_stream(tmp_path / name, codec, options), list(range(60)))


def test_two_pictures_of_one_time_are_one(tmp_path: Path) -> None:
    whole = write_stream(tmp_path / "whole.mkv", options={"bf": "0"})
    with av.open(str(whole)) as clip, av.open(str(tmp_path / "twice.mkv"), "w") as out:
        copied = out.add_stream_from_template(clip.streams.video[0])
        for number, packet in enumerate(clip.demux(video=0)):
            if packet.pts is not None:
                packet.pts = packet.dts = packet.pts - 40 * (number % 10 == 9)
                packet.stream = copied
                out.mux(packet)
    with TakeReader(tmp_path / "twice.mkv") as reader:
        count = reader.facts.frames
        in_order = [number_of(frame) for frame in reader.frames(range(count))]
    assert count == 59 and in_order == sorted(in_order)
    with TakeReader(tmp_path / "twice.mkv") as reader:
        assert [number_of(reader.frame(at)) for at in reversed(range(count))] == in_order[::-1]
