from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from renderer.config import VideoConfig
from renderer.errors import RenderError
from renderer.video.decode import TakeReader
from renderer.video.encode import encode_segment
from renderer.video.poster import write_poster
from tests.renderer.video.clips import number_of, numbered

CONFIG = VideoConfig()
PAL = Fraction(25)


@contextmanager
def room_for(size_bytes: int) -> Iterator[None]:
    """The system refuses to let any file grow further, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_every_frame_is_in_the_segment_in_order(tmp_path: Path) -> None:
    path = tmp_path / "segment.mp4"
    assert encode_segment((numbered(i) for i in range(30)), PAL, CONFIG, path) == 30
    with TakeReader(path) as reader:
        assert [number_of(frame) for frame in reader.frames(range(30))] == list(range(30))


def test_a_segment_is_one_closed_group_with_one_key_frame(tmp_path: Path) -> None:
    path = tmp_path / "segment.mp4"
    encode_segment((numbered(i if i < 150 else 999 - i) for i in range(300)), PAL, CONFIG, path)
    with av.open(str(path)) as container:
        keys = [packet.is_keyframe for packet in container.demux(video=0) if packet.size]
    assert keys == [True] + [False] * 299


def test_equal_frames_give_equal_bytes_whatever_lay_in_memory(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    made = set()
    for _ in range(6):
        for _ in range(40):  # leave other bytes behind where the encoder will work
            rng.integers(0, 255, int(rng.integers(1_000, 400_000)), np.uint8)
        frames = (np.roll(numbered(i, 320, 240), 3 * i, axis=1) for i in range(40))
        encode_segment(frames, Fraction(30000, 1001), CONFIG, tmp_path / "segment.mp4")
        made.add((tmp_path / "segment.mp4").read_bytes())
    assert len(made) == 1


def test_the_segment_says_which_colours_it_means(tmp_path: Path) -> None:
    encode_segment([numbered(0)], PAL, CONFIG, tmp_path / "segment.mp4")
    with av.open(str(tmp_path / "segment.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.color_primaries, context.color_trc, context.colorspace) == (1, 1, 1)
        assert (context.color_range, context.pix_fmt) == (1, "yuv420p")


def test_colours_survive(tmp_path: Path) -> None:
    patch = np.full((64, 64, 3), (200, 150, 120), np.uint8)
    encode_segment([patch] * 3, PAL, CONFIG, tmp_path / "segment.mp4")
    with TakeReader(tmp_path / "segment.mp4") as reader:
        assert abs(reader.frame(1).astype(int) - patch).max() <= 2


def test_an_odd_size_is_cut_to_even(tmp_path: Path) -> None:
    encode_segment([numbered(3, 161, 97)], PAL, CONFIG, tmp_path / "segment.mp4")
    with TakeReader(tmp_path / "segment.mp4") as reader:
        assert (reader.facts.width, reader.facts.height) == (160, 96)


def test_a_segment_without_frames_is_an_error_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        encode_segment([], PAL, CONFIG, tmp_path / "segment.mp4")


def test_frames_that_fail_leave_no_file(tmp_path: Path) -> None:
    def failing() -> Iterator[np.ndarray]:
        yield numbered(0)
        raise RenderError("the face was lost")

    with pytest.raises(RenderError, match="the face was lost"):
        encode_segment(failing(), PAL, CONFIG, tmp_path / "segment.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_names_the_folder_and_can_be_tried_again(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (10, 240, 320, 3), np.uint8)
    with pytest.raises(RenderError, match="no room left") as caught, room_for(20_000):
        encode_segment(noise, PAL, CONFIG, tmp_path / "segment.mp4")
    assert str(tmp_path) in caught.value.message
    assert not caught.value.permanent
    assert list(tmp_path.iterdir()) == []


def test_a_poster_is_a_jpeg_of_at_most_the_size_asked_for(tmp_path: Path) -> None:
    write_poster(numbered(5, 320, 240), tmp_path / "poster.jpg", max_px=160)
    assert (tmp_path / "poster.jpg").read_bytes()[:2] == b"\xff\xd8"
    with av.open(str(tmp_path / "poster.jpg")) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (160, 120)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system cannot lend a single core")
def test_one_core_gives_the_same_bytes_as_several(tmp_path: Path) -> None:
    frames = [np.roll(numbered(number, 320, 240), 3 * number, axis=1) for number in range(40)]
    cores = os.sched_getaffinity(0)
    encode_segment(frames, PAL, CONFIG, tmp_path / "several.mp4")
    try:
        os.sched_setaffinity(0, {min(cores)})
        encode_segment(frames, PAL, CONFIG, tmp_path / "one.mp4")
    finally:
        os.sched_setaffinity(0, cores)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "several.mp4").read_bytes()
