"""The moving picture as a file: small, repeated for ever, and true to what it was made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from renderer.errors import RenderError
from renderer.video.gif import write_gif
from tests.renderer.video.clips import number_of, numbered


def list_shown(path: Path) -> list[npt.NDArray[np.uint8]]:
    with Image.open(path) as opened:
        shown = []
        for at in range(getattr(opened, "n_frames", 1)):
            opened.seek(at)
            shown.append(np.asarray(opened.convert("RGB")))
    return shown


def test_every_frame_shows_what_it_was_made_from_and_the_first_one_stays(tmp_path: Path) -> None:
    path = tmp_path / "moving.gif"
    write_gif([numbered(at) for at in range(8)], 8.0, path, 100_000, 0.8)
    assert [number_of(frame) for frame in list_shown(path)] == list(range(8))
    assert max(np.abs(frame.astype(int) - numbered(7)).mean() for frame in list_shown(path)[7:]) < 8
    with Image.open(path) as opened:
        assert opened.info["loop"] == 0 and opened.info["duration"] == 800
        opened.seek(1)
        assert opened.info["duration"] == 120  # hundredths of a second are all that a GIF knows


def test_what_stands_still_costs_next_to_nothing(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    noisy = rng.integers(0, 255, (96, 160, 3), np.uint8)
    sizes = []
    for count in (1, 20):
        write_gif([noisy] * count, 8.0, tmp_path / "still.gif", 10**6, 0.8)
        sizes.append((tmp_path / "still.gif").stat().st_size)
    assert sizes[1] < 1.2 * sizes[0]


def test_it_gives_colours_and_frames_away_to_be_small_enough_or_says_so(tmp_path: Path) -> None:
    frames = [np.roll(numbered(at), 9 * at, axis=1) for at in range(8)]
    path = tmp_path / "moving.gif"
    write_gif(frames, 8.0, path, 10**7, 0.8)
    largest = path.stat().st_size
    write_gif(frames, 8.0, path, largest // 2, 0.8)
    assert path.stat().st_size <= largest // 2
    with pytest.raises(RenderError, match="too large"):
        write_gif(frames, 8.0, tmp_path / "none.gif", 100, 0.8)
    assert not (tmp_path / "none.gif").exists()
