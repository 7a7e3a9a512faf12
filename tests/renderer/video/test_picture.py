"""Pictures keep their stored samples; what becomes RGB is what a whole conversion gives."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.video.reformatter import VideoReformatter

from renderer.config import VideoConfig
from renderer.video.colour import to_rgb
from renderer.video.decode import TakeReader
from renderer.video.encode import encode_segment
from renderer.video.orientation import Orientation
from renderer.video.picture import Box, Picture
from tests import takes
from tests.renderer.video.clips import numbered, write_clip


def coloured(width: int = 160, height: int = 96) -> npt.NDArray[np.uint8]:
    """A picture whose colours change softly."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    waves = [128 + 90 * np.sin(x / 17 + shift) * np.cos(y / 13 - shift) for shift in (0.0, 1.1, 2.3)]
    return np.stack(waves, axis=-1).astype(np.uint8)


def off(left: npt.NDArray[np.uint8], right: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    return np.abs(left.astype(np.int64) - right)


def test_colours_survive_the_way_there_and_back() -> None:
    rgb = coloured()
    back = Picture.of_rgb(rgb).rgb()
    assert off(rgb, back).mean() < 0.6
    assert off(rgb, back).max() <= 5


def test_grey_is_grey_and_black_and_white_are_kept() -> None:
    for level in (0, 1, 127, 254, 255):
        grey = np.full((8, 8, 3), level, np.uint8)
        assert off(Picture.of_rgb(grey).rgb(), grey).max() <= 1


def test_the_conversion_is_that_of_the_exact_scaler() -> None:
    """The decoder's frames say where their colour samples lie, which the scaler then respects."""
    with av.open(str(takes.DEMO_TAKE)) as clip:
        frame = next(clip.decode(video=0))
    exact = to_rgb(frame, frame.width, frame.height, VideoReformatter())
    ours = Picture.of_frame(frame).rgb()
    assert off(exact, ours).mean() < 0.05
    assert off(exact, ours).max() <= 2


@pytest.mark.parametrize("box", [Box(3, 5, 80, 77), Box(0, 0, 31, 96), Box(101, 61, 160, 96)])
def test_a_box_shows_what_the_whole_picture_shows_there(box: Box) -> None:
    picture = Picture.of_rgb(coloured())
    assert np.array_equal(picture.rgb(box), picture.rgb()[box.slices])


def test_turning_turns_what_is_seen() -> None:
    picture = Picture.of_rgb(np.repeat(np.repeat(coloured(20, 12), 8, axis=0), 8, axis=1))
    for turns in (1, 2, 3):
        turned, expected = picture.orient(Orientation(turns)).rgb(), np.rot90(picture.rgb(), turns)
        assert turned.shape == expected.shape
        assert off(turned, expected).mean() < 3  # colour samples lie beside their pixels, also when turned


def test_an_encoder_gets_the_stored_samples(tmp_path: Path) -> None:
    with TakeReader(write_clip(tmp_path / "take.mp4")) as reader:
        picture = reader.picture(3)
    again = Picture.of_frame(picture.to_frame())
    for name in ("y", "u", "v"):
        assert np.array_equal(getattr(again, name), getattr(picture, name))


def test_pictures_and_their_rgb_give_nearly_the_same_segment(tmp_path: Path) -> None:
    frames = [numbered(number) for number in range(4)]
    encode_segment(frames, Fraction(25), VideoConfig(), tmp_path / "rgb.mp4")
    encode_segment(map(Picture.of_rgb, frames), Fraction(25), VideoConfig(), tmp_path / "yuv.mp4")
    assert (tmp_path / "rgb.mp4").read_bytes() == (tmp_path / "yuv.mp4").read_bytes()


def test_a_box_is_grown_to_whole_colour_samples_and_cut_at_the_edges() -> None:
    assert Box(3, 4, 9, 10).expand_to_even() == Box(2, 4, 10, 10)
    assert Box(-5, 2, 300, 60).clip_to(160, 96) == Box(0, 2, 160, 60)
    outside = Box(200, 10, 260, 20).clip_to(160, 96)
    assert outside.width == 0


SAID_NOTHING, SD_NTSC = 2, 6


@pytest.mark.parametrize("stated", [1, 5, SD_NTSC, SAID_NOTHING])
def test_a_take_keeps_its_samples_and_what_it_states_of_their_colours(tmp_path: Path, stated: int) -> None:
    """Programs that ignore what a file states then see the take's own colours in the made video."""
    take = tmp_path / "take.mp4"
    _write_stating(take, Picture.of_rgb(coloured()), stated)
    with TakeReader(take) as reader:
        taken = list(reader.pictures(range(reader.facts.frames)))
    encode_segment(taken, Fraction(25), replace(VideoConfig(), crf=0), tmp_path / "made.mp4")
    with av.open(str(tmp_path / "made.mp4")) as clip:
        context = clip.streams.video[0].codec_context
        frame = next(clip.decode(video=0))
    assert {context.color_primaries, context.color_trc, context.colorspace} == {stated}
    for was, now in ((taken[0].y, "y"), (taken[0].u, "u"), (taken[0].v, "v")):
        assert np.array_equal(was, getattr(Picture.of_frame(frame), now)), now


def test_samples_mean_what_the_scaler_says_they_mean(tmp_path: Path) -> None:
    """A small clip that states nothing is BT.601, as players assume."""
    _write_stating(tmp_path / "take.mp4", Picture.of_rgb(coloured()), SAID_NOTHING)
    with av.open(str(tmp_path / "take.mp4")) as clip:
        frame = next(clip.decode(video=0))
    exact = to_rgb(frame, frame.width, frame.height, VideoReformatter())
    assert off(exact, Picture.of_frame(frame).rgb()).mean() < 1.5  # it states no place of its samples either
    there_and_back = Picture.of_rgb(exact, Picture.of_frame(frame).colours).rgb()
    assert off(exact, there_and_back).mean() < 0.6


def _write_stating(path: Path, picture: Picture, stated: int) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"crf": "0"})
        stream.width, stream.height, stream.pix_fmt = picture.width, picture.height, "yuv420p"
        context = stream.codec_context
        context.color_primaries = context.color_trc = context.colorspace = stated
        for number in range(4):
            frame = picture.to_frame()
            frame.pts, frame.time_base, frame.colorspace = number, Fraction(1, 25), stated
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
