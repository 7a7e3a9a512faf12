"""Stills and seconds of a finished video, by the numbers in its frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from renderer.errors import RenderError
from renderer.video.moments import read_moment, write_moment
from tests.renderer.video.clips import number_of, write_clip


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("moments") / "clip.mp4", 60)


@pytest.mark.parametrize(("at_s", "number"), [(0.0, 0), (0.52, 13), (0.555, 13), (0.56, 14), (99.0, 59)])
def test_the_still_is_the_frame_that_a_player_shows(
    clip: Path, tmp_path: Path, at_s: float, number: int
) -> None:
    write_moment(clip, at_s, tmp_path / "still.jpg")
    with Image.open(tmp_path / "still.jpg") as still:
        assert number_of(np.asarray(still)) == number


def test_seconds_are_read_at_the_asked_rate_and_size(clip: Path) -> None:
    frames = read_moment(clip, 0.8, 1.8, 5.0, (160, 96))
    assert [number_of(frame) for frame in frames] == [20, 25, 30, 35, 40]
    assert read_moment(clip, 0.8, 1.8, 5.0, (80, 48))[0].shape == (48, 80, 3)


def test_what_is_no_video_is_told(tmp_path: Path) -> None:
    (tmp_path / "none.mp4").write_bytes(b"not a video")
    with pytest.raises(RenderError, match="cannot be read"):
        read_moment(tmp_path / "none.mp4", 0, 1, 5.0, (80, 48))
