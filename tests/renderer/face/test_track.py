"""The presenter's face is found in real footage, and what cannot be used is said plainly."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from renderer.errors import Cancelled, RenderError
from renderer.face.landmarks import CHEEKS, CHIN, NOSE_TIP
from renderer.face.track import track
from renderer.progress import Step
from renderer.video.decode import TakeReader
from tests import takes

Picture = npt.NDArray[np.uint8]


def pictures(count: int) -> list[Picture]:
    with TakeReader(takes.DEMO_TAKE) as reader:
        return list(reader.frames(range(count)))


@pytest.fixture(scope="module")
def filmed() -> list[Picture]:
    return pictures(12)


def from_file(path: Path, count: int) -> Iterator[Picture]:
    with TakeReader(path) as reader:
        yield from islice(reader.frames(range(count)), count)


def test_a_face_is_found_where_it_is(filmed: list[Picture]) -> None:
    found = track(filmed, len(filmed))
    assert found.points.shape == (12, 478, 2)
    assert found.points.dtype == np.float32
    assert found.ok.all()
    assert found.problems == ()
    face = found.points[0]
    assert 0.35 * 1280 < face[NOSE_TIP, 0] < 0.65 * 1280
    assert face[NOSE_TIP, 1] < face[CHIN, 1] < 720
    assert 150 < face[CHEEKS[1], 0] - face[CHEEKS[0], 0] < 400


def test_lost_frames_are_filled_from_both_sides_and_reported(filmed: list[Picture]) -> None:
    frames = [picture.copy() for picture in filmed]
    for lost in (5, 6):
        frames[lost][:] = 90
    found = track(frames, len(frames))
    assert found.ok.tolist() == [True] * 5 + [False] * 2 + [True] * 5
    assert "lost in 2 of 12 frames (first in frame 5)" in found.problems[0]
    between = found.points[4] * 2 / 3 + found.points[7] / 3
    assert np.allclose(found.points[5], between, atol=0.01)


def test_a_take_without_a_face_is_refused(tmp_path: Path) -> None:
    frames = from_file(takes.without_a_face(tmp_path / "none.mp4"), 8)
    with pytest.raises(RenderError, match="No face was found") as refused:
        track(frames, 8)
    assert refused.value.permanent


def test_a_take_with_two_faces_is_refused(tmp_path: Path) -> None:
    frames = from_file(takes.with_two_faces(tmp_path / "two.mp4"), 10)
    with pytest.raises(RenderError, match="Two faces"):
        track(frames, 10)


def beside_another(picture: Picture) -> Picture:
    """The presenter twice, the second one mirrored, as `tests.takes.with_two_faces` has it."""
    half = picture[:, 320:960]
    return np.ascontiguousarray(np.concatenate([half, half[:, ::-1]], axis=1))


def beside_nobody(picture: Picture) -> Picture:
    half = picture[:, 320:960]
    return np.ascontiguousarray(np.concatenate([half, np.full_like(half, 90)], axis=1))


def test_frames_with_a_second_face_are_not_trusted_and_reported() -> None:
    filmed = pictures(40)
    frames = [beside_another(one) if 20 <= at < 26 else beside_nobody(one) for at, one in enumerate(filmed)]
    found = track(frames, len(frames))
    # A face that appears is found a frame or two later, and one that left is seen no longer.
    assert found.ok[:20].all() and found.ok[27:].all()
    assert not found.ok[22:26].any()
    assert "Another face is beside the presenter's in" in found.problems[0]
    assert np.abs(found.points[25] - found.points[19]).max() < 60, "the presenter is still the one followed"


def test_where_some_frames_will_do_no_share_of_them_is_refused(filmed: list[Picture]) -> None:
    empty = np.full_like(filmed[0], 90)
    found = track([*filmed[:4], *[empty] * 8], 12, some=True)
    assert found.ok.tolist() == [True] * 4 + [False] * 8
    both = track([beside_another(one) for one in pictures(10)], 10, some=True)
    assert both.ok.sum() <= 3
    with pytest.raises(RenderError, match="No face was found"):
        track([empty] * 4, 4, some=True)


def test_a_face_that_is_mostly_away_is_refused(filmed: list[Picture]) -> None:
    empty = np.full_like(filmed[0], 90)
    with pytest.raises(RenderError, match="only 33% of the take's frames"):
        track([*filmed[:4], *[empty] * 8], 12)


def test_progress_is_told_per_frame_and_can_stop_the_work(filmed: list[Picture]) -> None:
    told: list[Step] = []

    def listen(step: Step) -> None:
        told.append(step)
        if step.done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        track(filmed, len(filmed), listen)
    assert told == [Step("tracking the face", done, 12) for done in (1, 2, 3)]


def test_looking_for_one_face_only_finds_the_same_points() -> None:
    with TakeReader(takes.DEMO_TAKE) as reader:
        frames = list(reader.frames(range(12)))
    both, alone = track(frames, 12), track(frames, 12, alone=True)
    assert np.abs(both.points - alone.points).max() < 0.01
    assert alone.ok.all()


def test_two_tracks_at_once_see_what_each_would_see_alone() -> None:
    with TakeReader(takes.DEMO_TAKE) as reader:
        parts = [list(reader.frames(range(first, first + 10))) for first in (0, 200)]
    one_by_one = [track(part, 10, alone=True).points for part in parts]
    with ThreadPoolExecutor(2) as pool:
        at_once = list(pool.map(lambda part: track(part, 10, alone=True).points, parts))
    assert all(np.array_equal(a, b) for a, b in zip(one_by_one, at_once, strict=True))
