"""Measures whether a finished video moves as evenly at its seams (where segments meet) as beside them.

It measures the MP4 that a recipient gets: decoded, and its face tracked by a tracker that knows nothing of
segments. A seam lies in a pause, and compared with speech any pause looks smooth; so a seam is also compared
with the few frames beside it, in which the mouth is in its neutral pose, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from renderer.evaluation.gates import SEAM_ACCELERATION_MAX, SEAM_VELOCITY_MAX
from renderer.evaluation.scene import TrackerView
from renderer.face.crop import apply, invert
from renderer.face.landmarks import LIPS_AND_JAW
from renderer.face.track import track
from renderer.presenter.presenter import Presenter
from renderer.runtime.prefetch import prefetch
from renderer.scoring.jump_ratio import JumpRatio, jump_ratio, steps
from renderer.scoring.landmarks import align_faces
from renderer.video.decode import TakeReader

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

BESIDE_FRAMES = 3  # the neutral frames next to a seam, less one that leads into the next word
_SETTLING_FRAMES = 6
_CONTEXT_FRAMES = 12


@dataclass(frozen=True, eq=False)
class SeamView:
    """Face ``points`` [n, 478, 2] seen in a part of a video, and the ``seams`` in it: frames with which a
    segment begins, counted from the part's first frame."""

    points: Floats
    seams: tuple[int, ...]


@dataclass(frozen=True)
class SeamRatios:
    """How mouth and jaw move into the seams of one or more videos ÷ how they move elsewhere (the seam jump
    ratio, bounded), and ÷ how they move in the neutral frames beside them:
    there 1 is even, and a jump can be told from chance only by ``p``."""

    velocity: JumpRatio
    acceleration: JumpRatio
    velocity_beside: JumpRatio
    acceleration_beside: JumpRatio

    def rows(self) -> tuple[tuple[str, JumpRatio, JumpRatio, float], ...]:
        """Name, ratio, ratio beside, and the most that the first one may be."""
        velocity = ("velocity", self.velocity, self.velocity_beside, SEAM_VELOCITY_MAX)
        return velocity, ("acceleration", self.acceleration, self.acceleration_beside, SEAM_ACCELERATION_MAX)

    @property
    def is_within_bounds(self) -> bool:
        """Whether both stay within their bounds."""
        return all(jump.ratio <= most for _, jump, _, most in self.rows())


def track_seams(video: Path, seams: Sequence[int], presenter: Presenter) -> SeamView:
    """Track the face in the frames around ``seams``. Raises RenderError where no face is seen."""
    viewer = TrackerView(apply(invert(presenter.matrices), presenter.points))
    with TakeReader(video, cache_bytes=0) as reader:
        last = reader.facts.frames - 1
        first, last = max(min(seams) - _CONTEXT_FRAMES, 0), min(max(seams) + _CONTEXT_FRAMES, last)
        views = _iterate_views(reader, viewer, range(first, last + 1))
        with closing(prefetch(views)) as seen:
            face = track(seen, _SETTLING_FRAMES + last + 1 - first, alone=True)
    points = viewer.to_clip(face.points[_SETTLING_FRAMES:])
    return SeamView(points, tuple(seam - first for seam in seams))


def measure_seams(views: Sequence[SeamView]) -> SeamRatios:
    """The seams of several videos as one set: a single video has too few to tell a jump from chance."""
    every, beside = ([_measure_ratio(views, order, near) for order in (1, 2)] for near in (False, True))
    return SeamRatios(*every, *beside)


def _iterate_views(reader: TakeReader, viewer: TrackerView, frames: range) -> Iterator[Bytes]:
    """The first frame comes a few times before, for the tracker to settle."""
    for number, picture in enumerate(reader.pictures(frames)):
        view = viewer(picture)
        if number == 0:
            yield from [view] * _SETTLING_FRAMES
        yield view


def _measure_ratio(views: Sequence[SeamView], order: int, beside: bool) -> JumpRatio:
    sizes, seams, first = [], [], 0
    for one in views:
        sizes.append(
            np.where(_frames_beside(one, order), _step_sizes(one, order), np.nan)
            if beside
            else _step_sizes(one, order)
        )
        seams += [first + seam for seam in one.seams]
        first += len(one.points)
    return jump_ratio(np.concatenate(sizes).astype(np.float32), seams, width=order)


def _step_sizes(one: SeamView, order: int) -> Floats:
    """Sizes of the ``order``-th difference of mouth and jaw [n]."""
    like = np.asarray(np.median(one.points, axis=0), np.float32)
    return steps(align_faces(one.points, like)[:, list(LIPS_AND_JAW)], order)


def _frames_beside(one: SeamView, order: int) -> npt.NDArray[np.bool_]:
    """The neutral frames around each seam [n]."""
    near = np.zeros(len(one.points), bool)
    for seam in one.seams:
        near[max(seam - BESIDE_FRAMES + order - 1, 0) : seam + BESIDE_FRAMES + 1] = True
    return near
