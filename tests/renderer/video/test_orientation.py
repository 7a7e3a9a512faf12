"""Players turn and mirror pictures as the file's display matrix says; so does the engine."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from renderer.video.decode import TakeReader
from renderer.video.orientation import Orientation
from tests.renderer.video.clips import write_clip

Image = npt.NDArray[np.uint8]

# The matrix's a, b, c, d, and what a player makes of the stored picture.
SHOWN: Mapping[tuple[int, int, int, int], Callable[[Image], Image]] = {
    (1, 0, 0, 1): lambda image: image,
    (-1, 0, 0, 1): lambda image: image[:, ::-1],
    (1, 0, 0, -1): lambda image: image[::-1],
    (0, 1, 1, 0): lambda image: image.swapaxes(0, 1),
    (0, -1, -1, 0): lambda image: image[::-1, ::-1].swapaxes(0, 1),
    (-1, 0, 0, -1): lambda image: image[::-1, ::-1],
    (0, 1, -1, 0): lambda image: np.rot90(image, -1),
    (0, -1, 1, 0): lambda image: np.rot90(image, 1),
}


def state_matrix(clip: Path, a: int, b: int, c: int, d: int) -> Path:
    """Write a matrix into the picture track's header (`tkhd`) of an MP4."""
    data, one = bytearray(clip.read_bytes()), 1 << 16
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + 36] = struct.pack(">9i", a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30)
    clip.write_bytes(data)
    return clip


@pytest.mark.parametrize("matrix", SHOWN)
def test_a_clip_is_read_as_players_show_it(tmp_path: Path, matrix: tuple[int, int, int, int]) -> None:
    plain = write_clip(tmp_path / "plain.mp4", 5)
    stated = state_matrix(write_clip(tmp_path / "stated.mp4", 5), *matrix)
    with TakeReader(plain) as stored, TakeReader(stated) as reader:
        expected, frame = SHOWN[matrix](stored.frame(3)), reader.frame(3)
        assert (reader.facts.height, reader.facts.width) == expected.shape[:2] == frame.shape[:2]
        assert np.array_equal(frame, reader.picture(3).rgb())
    # Colour samples of a mirrored picture lie half a pixel aside.
    assert np.abs(frame.astype(int) - expected).mean() < 1


def test_a_slant_counts_as_the_nearest_quarter_turn() -> None:
    stored = np.array([[5, 65000, 0], [-65000, 5, 0], [0, 0, 1 << 30]], "=i4").tobytes()
    assert Orientation._of_matrix(stored) == Orientation(turns=3)
