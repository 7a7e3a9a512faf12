"""The base track: a video texture, which plays a take without end, a visible jump or a noticeable loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from renderer.face.landmarks import BETWEEN_EYES, EYELIDS_AND_IRISES, POINTS, UPPER_FACE
from renderer.take.cuts import find_shots

Floats = npt.NDArray[np.float32]

TRANSITION_FRAMES = 5
_RUN_MIN_FRAMES = 75
# A transition lies at least this far from the take's ends, so that the frames around it exist.
_END_MARGIN_FRAMES = TRANSITION_FRAMES + 2
# What was shown a moment ago costs as much as a transition over two usual steps, and is forgotten by and by.
_REUSE_COST, _FORGETTING_FRAMES = 4.0, 500.0
_LOOK_AHEAD_FRAMES = 75
_LATE_FRAMES = 50  # before the take's end: where it is followed as far as it goes, it is left only here
# Another shot is led to only where it looks like this one, in usual steps: a change of zoom never morphs.
_SAME_SHOT_STEPS = 3.0
# Video textures compare short runs, so that the direction of movement counts as well as the place.
_RUN_WEIGHTS = np.array([1, 4, 6, 4, 1], np.float64) / 16


@dataclass(frozen=True)
class PathFrame:
    """One shown frame: ``take[a] * (1 - mix) + take[b] * mix``; ``mix`` is 0 except inside a transition."""

    a: int
    b: int
    mix: float


FramePath = tuple[PathFrame, ...]  # what a segment shows, in order


@dataclass(frozen=True, eq=False)
class BaseTrack:
    """The take from its first frame on, then runs of it, one after the other, with transitions between them.

    ``distance`` float16 [T, T] is how unlike two take frames look with their neighbours; 1 is about the
    difference of one frame to the next. Runs are left where another frame looks alike, rather late than
    early, and lead to what was not shown for long. ``breaks`` bool [T] are frames that do not go on from the
    frame before (`renderer.take.cuts`): no run crosses one.
    """

    distance: npt.NDArray[np.float16]
    breaks: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))
    _frames: list[PathFrame] = field(default_factory=list, init=False, repr=False)
    _growing: Lock = field(default_factory=Lock, init=False, repr=False)

    @property
    def frames(self) -> int:
        """Frames of the take."""
        return len(self.distance)

    def take_frame(self, position: int) -> int:
        """The take frame at a base-track position (any whole number from 0)."""
        return self.frame_at(position).a

    def frame_at(self, position: int) -> PathFrame:
        """The base track's picture; the last frames of a run are the transition to the next one."""
        if position >= len(self._frames):
            with self._growing:
                self._grow(position)
        return self._frames[position]

    def is_transition(self, position: int) -> bool:
        """Whether the base track itself mixes two frames here."""
        return self.frame_at(position).mix > 0

    def is_near_break(self, frames: int) -> npt.NDArray[np.bool_]:
        """Take frames [T] with a break at them, or at most so many frames before or behind."""
        if not self.breaks.any():
            return np.zeros(self.frames, bool)
        at = np.flatnonzero(self.breaks)
        near = (at[:, None] + np.arange(-frames, frames + 1)).clip(0, self.frames - 1)
        flags = np.zeros(self.frames, bool)
        flags[near] = True
        return flags

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        # Most takes have no breaks, and none were stored before they were looked for.
        return {"distance": self.distance} | ({"breaks": self.breaks} if self.breaks.any() else {})

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> BaseTrack:
        distance = np.asarray(arrays["distance"], np.float16)
        return cls(distance, np.asarray(arrays.get("breaks", np.zeros(len(distance))), bool))

    def _grow(self, position: int) -> None:
        runs = _Runs(self.distance, self.breaks)
        known = 0
        while known <= position:
            run = runs.next() if known else self._begin(runs)
            if known >= len(self._frames):
                self._frames.extend(run)
            known += len(run)

    def _begin(self, runs: _Runs) -> list[PathFrame]:
        return runs.next()


@dataclass(frozen=True, eq=False)
class FilmedTrack(BaseTrack):
    """The take as it was filmed, across its cuts, at least up to the frame ``until``, and then runs of it.

    Positions are take frames up to there. Lines beside filmed ones are shown over it, because they must meet
    the frames that were filmed before and after.
    """

    until: int = 0

    def _begin(self, runs: _Runs) -> list[PathFrame]:
        return runs.follow_take(self.until)


class _Runs:
    """The base track's runs, one after the other; the same for the same take."""

    def __init__(self, distance: npt.NDArray[np.float16], breaks: npt.NDArray[np.bool_]) -> None:
        self._distance = np.asarray(distance, np.float32)
        count = len(distance)
        shots = find_shots(breaks) if len(breaks) else [(0, count)]
        if max(last - first for first, last in shots) <= 4 * _END_MARGIN_FRAMES:
            shots = [(0, count)]  # cut so often that every part is too short to be shown by itself
        self._shot = np.repeat(np.arange(len(shots)), [last - first for first, last in shots])
        self._first, self._end = (np.array(edges)[self._shot] for edges in zip(*shots, strict=True))
        longest = max(shots, key=lambda shot: shot[1] - shot[0])
        self._least = min(_RUN_MIN_FRAMES, (longest[1] - longest[0]) // 3)
        self._last_shown = np.full(count, -1e9)
        self._start, self._position = longest[0], 0

    def follow_take(self, until: int) -> list[PathFrame]:
        """Instead of the first run: every frame of the take up to ``until``, and nearly to its end."""
        count = len(self._distance)
        begin, not_before = int(self._first[-1]), until + TRANSITION_FRAMES
        before = [PathFrame(frame, frame, 0.0) for frame in range(begin)]
        self._position = begin
        if max(begin + self._least, not_before) >= count - 2:  # too near to the end to lead on from
            self._position = count
            return [PathFrame(frame, frame, 0.0) for frame in range(count)]
        self._start = begin
        return [*before, *self.next(max(not_before, count - _LATE_FRAMES))]

    def next(self, not_before: int = 0) -> list[PathFrame]:
        start, (leave, to) = self._start, self._find_transition(not_before)
        run = [PathFrame(frame, frame, 0.0) for frame in range(start, leave - TRANSITION_FRAMES)]
        for into in range(TRANSITION_FRAMES):
            frame, other = leave - TRANSITION_FRAMES + into, to - TRANSITION_FRAMES + into
            run.append(PathFrame(frame, other, (into + 1) / (TRANSITION_FRAMES + 1)))
        self._last_shown[start:leave] = np.arange(self._position, self._position + leave - start)
        self._start, self._position = to, self._position + len(run)
        return run

    def _find_transition(self, not_before: int) -> tuple[int, int]:
        """(leave, to): take frames that look alike, and what follows was not shown for long."""
        start, frames = self._start, np.arange(len(self._distance))
        leave = np.arange(max(start + self._least, not_before), self._end[start] - 2)
        # A run that is led to lies in one shot from before the transition until it may be left again.
        to = frames[(frames >= self._first + _END_MARGIN_FRAMES) & (frames < self._end - 2 - self._least)]
        unlike = self._distance[np.ix_(leave - 3, to - 3)] ** 2  # a transition's middle lies before its end
        other_shot = self._shot[to] != self._shot[start]
        unlike[(unlike > _SAME_SHOT_STEPS**2) & other_shot] = np.inf
        unlike[np.abs(leave[:, None] - to) <= 2 * TRANSITION_FRAMES] = np.inf  # that would only go on
        cost = (unlike + _REUSE_COST * self._measure_reuse()[to]) / (leave - start)[:, None]
        best = np.unravel_index(int(cost.argmin()), cost.shape)
        return int(leave[best[0]]), int(to[best[1]])

    def _measure_reuse(self) -> npt.NDArray[np.float64]:
        """0..1 for each frame: how lately it and those after it were shown."""
        lately = np.exp((self._last_shown - self._position) / _FORGETTING_FRAMES)
        lately[self._start : self._end[self._start]] = 1.0  # the run that goes on now
        ahead = np.concatenate([lately, np.full(_LOOK_AHEAD_FRAMES, lately[-1])])
        summed = np.concatenate([[0.0], np.cumsum(ahead)])
        return np.asarray((summed[_LOOK_AHEAD_FRAMES:] - summed[:-_LOOK_AHEAD_FRAMES])[: len(lately)]) / (
            _LOOK_AHEAD_FRAMES
        )


def build_base_track(
    track_points: Floats,
    thumbs: npt.NDArray[np.uint8],
    face_px: float,
    breaks: npt.NDArray[np.bool_] | None = None,
) -> BaseTrack:
    """Build the base track of a take from its face points [T, 478, 2] (take px) and small whole frames [T, h,
    w, 3].

    ``face_px`` is the size of the face's crop in take px; the points are compared relative to it. ``breaks``
    [T] are frames that do not go on from the frame before.
    """
    if track_points.shape[1] != POINTS:
        raise ValueError(f"{POINTS} face points are needed, not {track_points.shape[1]}")
    steady = track_points[:, list(UPPER_FACE)] / face_px
    eyes = (track_points[:, list(EYELIDS_AND_IRISES)] - track_points[:, [BETWEEN_EYES]]) / face_px
    total = sum(
        weight * _compute_squared_distances(part.reshape(len(part), -1).astype(np.float64), least)
        for part, weight, least in ((steady, 1.0, 0.001), (eyes, 0.5, 0.001), (thumbs / 255.0, 1.0, 0.003))
    )
    distance = np.sqrt(_average_over_runs(np.asarray(total)) / 2.5)
    if len(distance) <= 4 * _END_MARGIN_FRAMES:
        raise ValueError(f"a base track needs more than {len(distance)} frames")
    whole = np.zeros(len(distance), bool) if breaks is None else breaks
    return BaseTrack(np.minimum(distance, 6e4).astype(np.float16), whole)


def _compute_squared_distances(rows: npt.NDArray[np.float64], least: float) -> npt.NDArray[np.float64]:
    """Squared distances [T, T] in units of the usual step from frame to frame."""
    scaled = rows / np.sqrt(rows.shape[1])
    step = max(float(np.median(np.linalg.norm(np.diff(scaled, axis=0), axis=1))), least)
    size = (scaled**2).sum(1)
    return np.maximum(size[:, None] + size[None] - 2 * scaled @ scaled.T, 0) / step**2


def _average_over_runs(squared: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    count, reach = len(squared), len(_RUN_WEIGHTS) // 2
    padded = np.pad(squared, reach, mode="edge")
    return np.asarray(sum(w * padded[k : k + count, k : k + count] for k, w in enumerate(_RUN_WEIGHTS)))
