"""Fits a slot of the base track to another number of frames: a little faster or slower, or with
transitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from renderer.take.base_track import TRANSITION_FRAMES, BaseTrack, FramePath, PathFrame

Costs = npt.NDArray[np.float32]

_FRAME_COST = 0.05  # of a frame more than needed, in squares of the usual step
_SECOND_TRANSITION_COST = 1.0  # a second transition must be worth it
_UNNOTICED_COST = 2.0  # a single transition below this is not improved upon: it is about one usual step
_RUN_FRAMES = 20  # between two transitions, so that they stay apart
_EVERY_LENGTH = 3  # of the lengths that are allowed, every third is tried with two transitions


def retime(base_track: BaseTrack, start: int, end: int, frames: int, seam: int) -> FramePath:
    """``frames`` frames from base position ``start`` to ``end``; ``seam`` at both ends are untouched.

    Frames are shown twice or left out, at even distances, and each time where the picture moves least.
    """
    inner = list(range(start + seam, end - seam))
    change = frames - 2 * seam - len(inner)
    if change:
        moving = _measure_movement(base_track, inner)
        for at in reversed(_find_calm_places(moving, abs(change))):
            inner[at : at + 1] = [inner[at]] * 2 if change > 0 else []
    positions = [*range(start, start + seam), *inner, *range(end - seam, end)]
    return tuple(base_track.frame_at(position) for position in positions)


def _measure_movement(base_track: BaseTrack, positions: Sequence[int]) -> Costs:
    """How far the picture moves into and out of each position."""
    shown = np.array([base_track.take_frame(p) for p in (positions[0] - 1, *positions, positions[-1] + 1)])
    steps = np.asarray(base_track.distance[shown[:-1], shown[1:]], np.float32)
    return steps[:-1] + steps[1:]


def _find_calm_places(moving: Costs, count: int) -> list[int]:
    """One index from each of ``count`` even parts, never the last of a part: two stay apart."""
    edges = np.linspace(0, len(moving), count + 1).round().astype(int)
    return [
        first + int(moving[first : max(last - 1, first + 1)].argmin())
        for first, last in pairwise(edges.tolist())
    ]


# --- transitions ---


def bridge(base_track: BaseTrack, start: int, end: int, lengths: range, seam: int) -> FramePath:
    """As many frames as ``lengths`` allow: on from ``start``, and by a transition to the run that
    reaches ``end``.

    The transition lies where both look most alike; where they never do, it leads by way of a third run of the
    take.
    """
    best = min((_find_one(base_track, start, end, frames, lengths, seam) for frames in lengths), key=_cost_of)
    if best.cost > _UNNOTICED_COST:
        twice = [
            _find_two(base_track, start, end, frames, lengths, seam) for frames in lengths[::_EVERY_LENGTH]
        ]
        best = min([best, *twice], key=_cost_of)
    return best.path(base_track, start, end)


@dataclass(frozen=True)
class _Transitions:
    """``at``: where in the path each transition's middle lies; ``by``: a frame of the third run minus its
    place."""

    cost: float
    frames: int
    at: tuple[int, ...]
    by: int = 0

    def path(self, base_track: BaseTrack, start: int, end: int) -> FramePath:
        runs = [
            [base_track.frame_at(start + k) for k in range(self.frames)],
            [base_track.frame_at(max(end - self.frames + k, 0)) for k in range(self.frames)],
        ]
        if len(self.at) == 2:
            third = (np.arange(self.frames) + self.by).clip(0, base_track.frames - 1).tolist()
            runs.insert(1, [PathFrame(frame, frame, 0.0) for frame in third])
        path = runs[0]
        for at, run in zip(self.at, runs[1:], strict=True):
            first = at - TRANSITION_FRAMES // 2
            crossing = [
                PathFrame(path[first + into].a, run[first + into].a, (into + 1) / (TRANSITION_FRAMES + 1))
                for into in range(TRANSITION_FRAMES)
            ]
            path = [*path[:first], *crossing, *run[first + TRANSITION_FRAMES :]]
        return tuple(path)


def _cost_of(found: _Transitions) -> float:
    return found.cost


def _find_one(
    base_track: BaseTrack, start: int, end: int, frames: int, lengths: range, seam: int
) -> _Transitions:
    margin = seam + TRANSITION_FRAMES // 2 + 1
    places = np.arange(max(margin, frames - end + TRANSITION_FRAMES), frames - margin)
    if not len(places):
        return _Transitions(np.inf, frames, ())
    before, after = _read_run(base_track, start, places), _read_run(base_track, end - frames, places)
    unlike = np.asarray(base_track.distance[before.take, after.take], np.float32) ** 2
    cost = unlike + before.mixed + after.mixed
    best = int(cost.argmin())
    return _Transitions(float(cost[best]) + _FRAME_COST * (frames - lengths[0]), frames, (int(places[best]),))


def _find_two(
    base_track: BaseTrack, start: int, end: int, frames: int, lengths: range, seam: int
) -> _Transitions:
    """By way of any run of the take: ``cost`` [places, runs], summed over both transitions."""
    margin = seam + TRANSITION_FRAMES // 2 + 1
    places = np.arange(max(margin, frames - end + TRANSITION_FRAMES), frames - margin)
    if len(places) <= _RUN_FRAMES:
        return _Transitions(np.inf, frames, ())
    by = np.arange(-places[-1] + _EVERY_LENGTH, base_track.frames - _EVERY_LENGTH - places[0])
    third = places[:, None] + by
    outside = (third < _EVERY_LENGTH) | (third >= base_track.frames - _EVERY_LENGTH)
    third = third.clip(0, base_track.frames - 1)
    outside |= base_track.is_near_break(_EVERY_LENGTH)[third]
    shot = np.cumsum(base_track.is_near_break(0)[third], axis=0, dtype=np.int64)
    first, second = (
        np.asarray(base_track.distance[run.take[:, None], third], np.float32) ** 2 + run.mixed[:, None]
        for run in (_read_run(base_track, start, places), _read_run(base_track, end - frames, places))
    )
    first[outside] = second[outside] = np.inf
    both = _find_least_before(first, shot) + second[_RUN_FRAMES:]
    late, run = np.unravel_index(int(both.argmin()), both.shape)
    same_shot = shot[: late + 1, run] == shot[late + _RUN_FRAMES, run]
    early = int(np.where(same_shot, first[: late + 1, run], np.inf).argmin())
    cost = float(both[late, run]) + _SECOND_TRANSITION_COST + _FRAME_COST * (frames - lengths[0])
    return _Transitions(cost, frames, (int(places[early]), int(places[late + _RUN_FRAMES])), int(by[run]))


def _find_least_before(costs: Costs, shot: npt.NDArray[np.int64]) -> Costs:
    """For each row of ``costs`` [places, runs] from `_RUN_FRAMES` on, the least one so many rows before or
    earlier in its column; only costs of the same ``shot`` count."""
    same_shot = shot[:-_RUN_FRAMES] == shot[_RUN_FRAMES:]
    least = np.where(same_shot, costs[:-_RUN_FRAMES], np.float32(np.inf))
    if same_shot.all():
        return np.minimum.accumulate(least, axis=0)
    goes_on = shot[_RUN_FRAMES:-1] == shot[_RUN_FRAMES + 1 :]
    for row in range(1, len(least)):
        np.minimum(least[row], least[row - 1], out=least[row], where=goes_on[row - 1])
    return least


@dataclass(frozen=True)
class _Run:
    """Take frames of the base track, and what a transition costs there: much where the base track has its
    own."""

    take: npt.NDArray[np.int64]
    mixed: Costs


def _read_run(base_track: BaseTrack, first: int, places: npt.NDArray[np.int64]) -> _Run:
    reach = range(-_EVERY_LENGTH, len(places) + _EVERY_LENGTH)
    shown = [base_track.frame_at(max(first + int(places[0]) + k, 0)) for k in reach]
    mixed = np.array([frame.mix > 0 for frame in shown])
    near = mixed[: len(places)] | mixed[2 * _EVERY_LENGTH :]
    take = np.array([frame.a for frame in shown[_EVERY_LENGTH : len(places) + _EVERY_LENGTH]])
    return _Run(take, 100.0 * near.astype(np.float32))
