"""Whether a finished video moves as evenly where its personal segments meet the others as beside there.

What is looked at is the MP4 that a recipient gets: decoded, and its face seen by a tracker that knows
nothing of segments. A join lies in a pause, where next to speech it easily looks smooth; so it is compared
with the few frames beside it as well, in which the mouth rests, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.face.crop import apply, invert
from renderer.face.track import track
from renderer.gates import SEAM_ACCELERATION_MAX, SEAM_VELOCITY_MAX
from renderer.measures.landmarks import MOUTH, upright
from renderer.measures.seams import JumpRatio, jump_ratio, steps
from renderer.mouth.presenter import Presenter
from renderer.respeak import Viewer
from renderer.video.ahead import ahead
from renderer.video.decode import TakeReader

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

REACH_FRAMES = 3  # the frames next to a join that rest, less one that leads into the next word
_SETTLING_FRAMES = 6
_AROUND_FRAMES = 12


@dataclass(frozen=True, eq=False)
class Watched:
    """Face ``points`` [n, 478, 2] seen in a part of a video, and the ``joins`` in it: frames with which a
    segment begins, counted from the part's first frame."""

    points: Floats
    joins: tuple[int, ...]


@dataclass(frozen=True)
class Joins:
    """How mouth and jaw move into the joins of one or more videos ÷ how they move elsewhere (the seam jump
    ratio, bounded), and ÷ how they move in the resting frames beside them: there 1 is even, and a join can
    be told from chance only by ``p``."""

    velocity: JumpRatio
    acceleration: JumpRatio
    velocity_beside: JumpRatio
    acceleration_beside: JumpRatio

    def rows(self) -> tuple[tuple[str, JumpRatio, JumpRatio, float], ...]:
        """Name, ratio, ratio beside, and the most that the first one may be."""
        velocity = ("velocity", self.velocity, self.velocity_beside, SEAM_VELOCITY_MAX)
        return velocity, ("acceleration", self.acceleration, self.acceleration_beside, SEAM_ACCELERATION_MAX)

    @property
    def kept(self) -> bool:
        """Whether both stay within their bounds."""
        return all(jump.ratio <= most for _, jump, _, most in self.rows())


def watch_joins(video: Path, joins: Sequence[int], presenter: Presenter) -> Watched:
    """Look at the frames around ``joins``. Raises RenderError where no face is seen."""
    viewer = Viewer(apply(invert(presenter.matrices), presenter.points))
    with TakeReader(video, keep_bytes=0) as reader:
        last = reader.facts.frames - 1
        first, last = max(min(joins) - _AROUND_FRAMES, 0), min(max(joins) + _AROUND_FRAMES, last)
        views = _views(reader, viewer, range(first, last + 1))
        with closing(ahead(views)) as seen:
            face = track(seen, _SETTLING_FRAMES + last + 1 - first, alone=True)
    points = viewer.in_clip(face.points[_SETTLING_FRAMES:])
    return Watched(points, tuple(join - first for join in joins))


def join_ratios(watched: Sequence[Watched]) -> Joins:
    """The joins of several videos as one set: a single video has too few to tell a jump from chance."""
    every, beside = ([_ratio(watched, order, near) for order in (1, 2)] for near in (False, True))
    return Joins(*every, *beside)


def _views(reader: TakeReader, viewer: Viewer, frames: range) -> Iterator[Bytes]:
    """The first frame comes a few times before, for the tracker to settle."""
    for number, picture in enumerate(reader.pictures(frames)):
        view = viewer(picture)
        if number == 0:
            yield from [view] * _SETTLING_FRAMES
        yield view


def _ratio(watched: Sequence[Watched], order: int, beside: bool) -> JumpRatio:
    sizes, seams, first = [], [], 0
    for one in watched:
        sizes.append(
            np.where(_near(one, order), _sizes(one, order), np.nan) if beside else _sizes(one, order)
        )
        seams += [first + join for join in one.joins]
        first += len(one.points)
    return jump_ratio(np.concatenate(sizes).astype(np.float32), seams, width=order)


def _sizes(one: Watched, order: int) -> Floats:
    """Sizes of the ``order``-th difference of mouth and jaw [n]."""
    like = np.asarray(np.median(one.points, axis=0), np.float32)
    return steps(upright(one.points, like)[:, list(MOUTH)], order)


def _near(one: Watched, order: int) -> npt.NDArray[np.bool_]:
    """The resting frames around each join [n]."""
    near = np.zeros(len(one.points), bool)
    for join in one.joins:
        near[max(join - REACH_FRAMES + order - 1, 0) : join + REACH_FRAMES + 1] = True
    return near
