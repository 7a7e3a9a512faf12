from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from renderer.take.base_track import PathFrame
from renderer.take.path_pictures import morph, read_path_pictures
from renderer.video.decode import TakeReader
from tests.renderer.video.clips import number_of, write_clip


def disc_at(x: float, y: float) -> npt.NDArray[np.uint8]:
    """A textured disc on a textured ground, drawn soft at a place between pixels."""
    rows, columns = np.mgrid[:160, :200].astype(np.float32)
    ground = 90 + 20 * np.sin(columns / 9) * np.cos(rows / 7)
    inside = np.clip(30 - np.hypot(columns - x, rows - y), 0, 1)
    face = 190 + 30 * np.sin((columns - x) / 4) * np.cos((rows - y) / 5)
    picture = ground * (1 - inside) + face * inside
    return np.repeat(picture[..., None], 3, axis=2).astype(np.uint8)


def error(picture: npt.NDArray[np.uint8], truth: npt.NDArray[np.uint8]) -> float:
    return float(np.abs(picture.astype(float) - truth).mean())


def test_frames_that_are_not_mixed_are_the_takes_own(tmp_path: Path) -> None:
    path = [PathFrame(4, 4, 0.0), PathFrame(7, 7, 0.5), PathFrame(5, 21, 0.0), PathFrame(23, 23, 0.0)]
    with TakeReader(write_clip(tmp_path / "take.mp4")) as reader:
        shown = [picture.rgb() for picture in read_path_pictures(reader, path)]
        own = [picture.rgb() for picture in reader.pictures([4, 7, 5, 23])]
    assert [number_of(frame) for frame in shown] == [4, 7, 5, 23]
    assert all(np.array_equal(frame, take) for frame, take in zip(shown, own, strict=True))


def test_a_jump_starts_near_the_one_run_and_ends_near_the_other(tmp_path: Path) -> None:
    path = [PathFrame(5 + k, 21 + k, (k + 1) / 6) for k in range(5)]
    with TakeReader(write_clip(tmp_path / "take.mp4")) as reader:
        shown = [picture.rgb() for picture in read_path_pictures(reader, path)]
        leaving, arriving = list(reader.frames(range(5, 10))), list(reader.frames(range(21, 26)))
    nearer = [error(s, b) < error(s, a) for s, a, b in zip(shown, leaving, arriving, strict=True)]
    assert (nearer[0], nearer[-1]) == (False, True)
    assert [frame.shape for frame in shown] == [frame.shape for frame in leaving]


@pytest.mark.parametrize("mix", [0.25, 0.5, 0.75])
def test_what_moved_is_shown_on_its_way_and_not_twice(mix: float) -> None:
    first, second, truth = disc_at(90, 80), disc_at(98, 75), disc_at(90 + 8 * mix, 80 - 5 * mix)
    blend = cv2.addWeighted(first, 1 - mix, second, mix, 0)
    assert error(morph(first, second, mix), truth) < 0.5 * error(blend, truth)


def test_equal_pictures_stay_as_they_are() -> None:
    picture = disc_at(90, 80)
    assert np.abs(morph(picture, picture, 0.5).astype(int) - picture).max() <= 1


def test_a_morph_does_not_depend_on_the_number_of_threads() -> None:
    threads = cv2.getNumThreads()
    try:
        pictures = []
        for count in (1, 4):
            cv2.setNumThreads(count)
            pictures.append(morph(disc_at(90, 80), disc_at(98, 75), 0.5))
    finally:
        cv2.setNumThreads(threads)
    assert np.array_equal(*pictures)
