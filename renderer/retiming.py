"""One slot of the base track in another number of frames: a little faster or slower, or with soft jumps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from renderer.walk import CROSSING_FRAMES, PathFrame, TakeWalk

Costs = npt.NDArray[np.float32]

_FRAME_COST = 0.05  # of a frame more than needed, in squares of the usual step
_JUMP_COST = 1.0  # a second jump must be worth it
_UNSEEN = 2.0  # a single jump below this is not improved upon: it is about one usual step
_RUN_FRAMES = 20  # between two jumps, so that their crossings stay apart
_BETWEEN = 3  # of the lengths that are allowed, every third is tried with two jumps


def retimed(walk: TakeWalk, start: int, end: int, frames: int, seam: int) -> tuple[PathFrame, ...]:
    """``frames`` frames from base position ``start`` to ``end``; ``seam`` at both ends are untouched.

    Frames are shown twice or left out, at even distances, and each time where the picture moves least.
    """
    inner = list(range(start + seam, end - seam))
    change = frames - 2 * seam - len(inner)
    if change:
        moving = _movement(walk, inner)
        for at in reversed(_calm_places(moving, abs(change))):
            inner[at : at + 1] = [inner[at]] * 2 if change > 0 else []
    positions = [*range(start, start + seam), *inner, *range(end - seam, end)]
    return tuple(walk.shown(position) for position in positions)


def _movement(walk: TakeWalk, positions: Sequence[int]) -> Costs:
    """How far the picture moves into and out of each position."""
    shown = np.array([walk.take_frame(p) for p in (positions[0] - 1, *positions, positions[-1] + 1)])
    steps = np.asarray(walk.distance[shown[:-1], shown[1:]], np.float32)
    return steps[:-1] + steps[1:]


def _calm_places(moving: Costs, count: int) -> list[int]:
    """One index from each of ``count`` even parts, never the last of a part: two stay apart."""
    edges = np.linspace(0, len(moving), count + 1).round().astype(int)
    return [
        first + int(moving[first : max(last - 1, first + 1)].argmin())
        for first, last in pairwise(edges.tolist())
    ]


# --- jumps ---


def jumped(walk: TakeWalk, start: int, end: int, lengths: range, seam: int) -> tuple[PathFrame, ...]:
    """As many frames as ``lengths`` allow: on from ``start``, and over to the run that meets ``end``.

    The jump is made where both look most alike; where they never do, by way of a third run of the take.
    """
    best = min((_once(walk, start, end, frames, lengths, seam) for frames in lengths), key=_cost)
    if best.cost > _UNSEEN:
        twice = [_twice(walk, start, end, frames, lengths, seam) for frames in lengths[::_BETWEEN]]
        best = min([best, *twice], key=_cost)
    return best.path(walk, start, end)


@dataclass(frozen=True)
class _Jumps:
    """``at``: where in the path each jump's middle lies; ``by``: a frame of the third run minus its place."""

    cost: float
    frames: int
    at: tuple[int, ...]
    by: int = 0

    def path(self, walk: TakeWalk, start: int, end: int) -> tuple[PathFrame, ...]:
        runs = [
            [walk.shown(start + k) for k in range(self.frames)],
            [walk.shown(max(end - self.frames + k, 0)) for k in range(self.frames)],
        ]
        if len(self.at) == 2:
            third = (np.arange(self.frames) + self.by).clip(0, walk.frames - 1).tolist()
            runs.insert(1, [PathFrame(frame, frame, 0.0) for frame in third])
        path = runs[0]
        for at, run in zip(self.at, runs[1:], strict=True):
            first = at - CROSSING_FRAMES // 2
            crossing = [
                PathFrame(path[first + into].a, run[first + into].a, (into + 1) / (CROSSING_FRAMES + 1))
                for into in range(CROSSING_FRAMES)
            ]
            path = [*path[:first], *crossing, *run[first + CROSSING_FRAMES :]]
        return tuple(path)


def _cost(found: _Jumps) -> float:
    return found.cost


def _once(walk: TakeWalk, start: int, end: int, frames: int, lengths: range, seam: int) -> _Jumps:
    margin = seam + CROSSING_FRAMES // 2 + 1
    places = np.arange(max(margin, frames - end + CROSSING_FRAMES), frames - margin)
    if not len(places):
        return _Jumps(np.inf, frames, ())
    before, after = _run(walk, start, places), _run(walk, end - frames, places)
    unlike = np.asarray(walk.distance[before.take, after.take], np.float32) ** 2
    cost = unlike + before.mixed + after.mixed
    best = int(cost.argmin())
    return _Jumps(float(cost[best]) + _FRAME_COST * (frames - lengths[0]), frames, (int(places[best]),))


def _twice(walk: TakeWalk, start: int, end: int, frames: int, lengths: range, seam: int) -> _Jumps:
    """By way of any run of the take: ``cost`` [places, runs], summed over both jumps."""
    margin = seam + CROSSING_FRAMES // 2 + 1
    places = np.arange(max(margin, frames - end + CROSSING_FRAMES), frames - margin)
    if len(places) <= _RUN_FRAMES:
        return _Jumps(np.inf, frames, ())
    by = np.arange(-places[-1] + _BETWEEN, walk.frames - _BETWEEN - places[0])
    third = places[:, None] + by
    outside = (third < _BETWEEN) | (third >= walk.frames - _BETWEEN)
    third = third.clip(0, walk.frames - 1)
    first, second = (
        np.asarray(walk.distance[run.take[:, None], third], np.float32) ** 2 + run.mixed[:, None]
        for run in (_run(walk, start, places), _run(walk, end - frames, places))
    )
    first[outside] = second[outside] = np.inf
    cheapest = np.minimum.accumulate(first, axis=0)
    both = cheapest[:-_RUN_FRAMES] + second[_RUN_FRAMES:]
    late, run = np.unravel_index(int(both.argmin()), both.shape)
    early = int(first[: late + 1, run].argmin())
    cost = float(both[late, run]) + _JUMP_COST + _FRAME_COST * (frames - lengths[0])
    return _Jumps(cost, frames, (int(places[early]), int(places[late + _RUN_FRAMES])), int(by[run]))


@dataclass(frozen=True)
class _Run:
    """Take frames of the base track, and what it costs to jump there: much where it is crossing itself."""

    take: npt.NDArray[np.int64]
    mixed: Costs


def _run(walk: TakeWalk, first: int, places: npt.NDArray[np.int64]) -> _Run:
    reach = range(-_BETWEEN, len(places) + _BETWEEN)
    shown = [walk.shown(max(first + int(places[0]) + k, 0)) for k in reach]
    mixed = np.array([frame.mix > 0 for frame in shown])
    near = mixed[: len(places)] | mixed[2 * _BETWEEN :]
    take = np.array([frame.a for frame in shown[_BETWEEN : len(places) + _BETWEEN]])
    return _Run(take, 100.0 * near.astype(np.float32))
