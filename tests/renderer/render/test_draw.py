"""A long line is drawn a chunk at a time, and nobody can tell; beside kept frames mouths give way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from safetensors.numpy import save_file

from renderer.config import DiffusionConfig, EngineConfig
from renderer.mouth.base import MouthBase
from renderer.mouth.draft import draft
from renderer.mouth.mask import draw_lower_face_mask
from renderer.presenter.lazy_take import LazyTake
from renderer.presenter.presenter import Presenter
from renderer.render.context import RenderContext
from renderer.render.draw import draw, draw_in_chunks
from renderer.render.mouths import Mouths
from renderer.render.segment import SpokenSegment, compute_motion_key
from renderer.runtime.store import Store
from renderer.speech.speech import Speech
from renderer.take.base_track import FramePath, PathFrame
from tests.presenters import Baked

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
CONFIG = EngineConfig(diffusion=DiffusionConfig(steps=2))
FRAMES, CHUNK = 150, 55
SILENCE = Speech(np.zeros(48_000, np.float32), (), (), 48_000)
KEPT = range(105, 112)  # take frames


@pytest.fixture(scope="module")
def presenter(baked: Baked) -> Presenter:
    return with_kept(Presenter.load(baked.bake), KEPT)


def with_kept(presenter: Presenter, frames: range) -> Presenter:
    """As if something covered the face in some take frames."""
    ok = np.ones(len(presenter.ok), bool)
    ok[frames] = False
    kept_there = replace(presenter, ok=ok)
    # The expression is an average over two seconds around; what is asked here is of the frames beside.
    vars(kept_there)["expression"] = presenter.expression
    return kept_there


@pytest.fixture(scope="module")
def context(
    baked: Baked, presenter: Presenter, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RenderContext]:
    folder: Path = tmp_path_factory.mktemp("drawn")
    with LazyTake(baked.take, presenter) as take:
        yield RenderContext(presenter, take, Store(folder), CONFIG)


@dataclass(frozen=True)
class Moved:
    """A segment, and how its mouth is to move."""

    segment: SpokenSegment
    motion: Floats

    def in_(self, context: RenderContext) -> SpokenSegment:
        """The segment, once its motion lies in the store as if it had been spoken."""
        key = compute_motion_key(self.segment, context.presenter)
        context.store.make(
            "motion", key, ".safetensors", lambda target: save_file({"motion": self.motion.copy()}, target)
        )
        return self.segment


def moved(path: FramePath, motion: Floats, before: FramePath = (), after: FramePath = ()) -> Moved:
    content = sha256(np.ascontiguousarray(motion).tobytes()).hexdigest()
    return Moved(SpokenSegment("0.0", path, 4, SILENCE, content, before, after), motion)


@pytest.fixture(scope="module")
def line(presenter: Presenter) -> Moved:
    """The mouths of the take backwards, between two neighbours."""
    motion = presenter.style.space.encode(presenter.points)[FRAMES - 1 :: -1]
    path = tuple(presenter.base_track.frame_at(at) for at in range(4, FRAMES + 12))
    return moved(path[4:-4], motion, path[:4], path[-4:])


@pytest.fixture(scope="module")
def whole(context: RenderContext, line: Moved) -> Mouths:
    return draw(context, [line.in_(context)])[0]


@pytest.fixture(scope="module")
def parts(context: RenderContext, line: Moved) -> list[Mouths]:
    return list(draw_in_chunks(context, line.in_(context), CHUNK))


@pytest.mark.slow
def test_chunks_are_no_longer_than_asked(parts: list[Mouths]) -> None:
    assert [len(part.fine) for part in parts] == [50, 50, 50]


@pytest.mark.slow
@pytest.mark.parametrize("name", [field.name for field in fields(Mouths)])
def test_a_line_drawn_in_chunks_has_the_bytes_of_the_line_drawn_whole(
    whole: Mouths, parts: list[Mouths], name: str
) -> None:
    drawn = np.concatenate([getattr(part, name) for part in parts])
    assert np.array_equal(drawn, getattr(whole, name))


@pytest.mark.slow
def test_the_mouths_that_are_compared_move_and_change_their_source_often(whole: Mouths) -> None:
    jumps = np.abs(np.diff(whole.sources)) > 2
    assert jumps[40:60].any() or jumps[90:110].any()
    assert np.abs(np.diff(whole.crops.astype(int), axis=0)).mean() > 0.1


# --- beside kept frames ---


def taken(line: Moved) -> npt.NDArray[np.int64]:
    """The take frames of a line, none of them mixed around the kept ones."""
    frames = np.array([frame.a for frame in line.segment.path])
    near = np.isin(frames, range(KEPT.start - 10, KEPT.stop + 10))
    assert near.sum() >= len(KEPT) + 20
    assert not any(frame.mix for frame, here in zip(line.segment.path, near, strict=True) if here)
    return frames


def switches(frames: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Places in a line after which kept frames begin or end."""
    return np.flatnonzero(np.diff(np.isin(frames, KEPT)))


def steps(filmed: Bytes, crops: Bytes, masks: Floats, where: Floats) -> npt.NDArray[np.float64]:
    """Levels [n - 1] by which what is shown changes from frame to frame inside ``where``."""
    shown = filmed + (crops.astype(np.float64) - filmed) * masks[..., None]
    either = np.maximum(where[1:], where[:-1])
    apart = np.abs(np.diff(shown, axis=0)).mean(-1)
    return np.asarray((apart * either).sum((1, 2)) / either.sum((1, 2)))


@pytest.mark.slow
def test_the_step_to_kept_frames_is_no_larger_than_steps_are_elsewhere(
    presenter: Presenter, line: Moved, whole: Mouths
) -> None:
    frames = taken(line)
    filmed, points, ok = presenter.crops[frames], presenter.points[frames], presenter.ok[frames]
    base = MouthBase(filmed, presenter.fine[frames], points, ok, presenter.matrices[frames])
    spoken = draft(presenter, base, line.motion)
    where = draw_lower_face_mask(points, points, presenter.crop_px)
    soft = steps(filmed, whole.crops, whole.masks, where)
    hard = steps(filmed, spoken.crops, spoken.masks, where)
    at, usual = switches(frames), np.median(hard[ok[1:] & ok[:-1]])
    assert len(at) == 2
    assert hard[at].mean() > 1.5 * usual, "a mouth that only speaks pops"
    assert soft[at].max() < 1.4 * usual < hard[at].min()


@pytest.mark.slow
def test_the_picture_crosses_over_in_the_two_frames_beside_kept_ones(
    presenter: Presenter, line: Moved, whole: Mouths
) -> None:
    last, end = switches(taken(line))
    first = end + 1
    assert not whole.masks[last + 1 : first].any()
    strengths = whole.masks[[last - 2, last - 1, last, first, first + 1, first + 2]].max((1, 2))
    assert np.allclose(strengths, np.array([3, 2, 1, 1, 2, 3]) / 3, atol=0.01)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kept", "strengths"),
    [
        (range(30, 40), [3, 3, 3, 3]),
        (range(68, 80), [3, 3, 2, 1]),  # begins where the lines begin to differ
        (range(50, 64), [1, 2, 3, 3]),  # ends with the line before them
    ],
)
def test_lines_that_meet_kept_frames_at_a_join_still_share_the_frames_there(
    baked: Baked, presenter: Presenter, line: Moved, tmp_path: Path, kept: range, strengths: list[int]
) -> None:
    path = tuple(PathFrame(frame, frame, 0.0) for frame in range(60, 100))
    motion = line.motion[: len(path) - 8]
    lines = [moved(path[4:-4], spoken, path[:4], path[-4:]) for spoken in (motion, motion[::-1])]
    with LazyTake(baked.take, presenter) as take:
        context = RenderContext(with_kept(presenter, kept), take, Store(tmp_path), CONFIG)
        drawn = draw(context, [one.in_(context) for one in lines])
        one, other = (mouths.select(slice(0, 4)) for mouths in drawn)
    for name in ("fine", "masks", "sources"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert np.allclose(one.masks.max((1, 2)), np.array(strengths) / 3, atol=0.01)


@pytest.mark.slow
def test_a_line_that_no_kept_frame_is_near_has_the_same_bytes(
    baked: Baked, presenter: Presenter, line: Moved, tmp_path: Path
) -> None:
    path = tuple(PathFrame(frame, frame, 0.0) for frame in range(40, 80))
    one = moved(path[4:-4], line.motion[: len(path) - 8], path[:4], path[-4:])
    drawn = []
    for kept in (range(0), range(85, 95)):
        with LazyTake(baked.take, presenter) as take:
            here = RenderContext(with_kept(presenter, kept), take, Store(tmp_path / str(len(kept))), CONFIG)
            drawn += draw(here, [one.in_(here)])
    for field in fields(Mouths):
        assert np.array_equal(*(getattr(mouths, field.name) for mouths in drawn)), field.name


@pytest.mark.slow
def test_a_message_that_ends_before_kept_frames_ends_as_it_would_without_them(
    baked: Baked, presenter: Presenter, line: Moved, tmp_path: Path
) -> None:
    path = tuple(PathFrame(frame, frame, 0.0) for frame in range(40, 80))
    ends = []
    for kept in (range(0), range(80, 95)):
        with LazyTake(baked.take, presenter) as take:
            here = RenderContext(with_kept(presenter, kept), take, Store(tmp_path / str(len(kept))), CONFIG)
            ends += draw(here, [moved(path, line.motion[: len(path)]).in_(here)])
    assert np.array_equal(ends[0].fine, ends[1].fine)
    assert np.array_equal(ends[0].masks, ends[1].masks)
