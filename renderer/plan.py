"""Which take frames each line is shown over, and when it is heard. Values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median_low
from typing import Any

import numpy as np

from renderer.config import PlanConfig
from renderer.stopwatch import stage
from renderer.timeline import frames_of
from renderer.walk import CROSSING_FRAMES, PathFrame, TakeWalk

_SLACK_S = 0.5  # how far a pause may grow before the take is cut instead


@dataclass(frozen=True)
class Slots:
    """The base-track position at which each line of the script begins; ``end`` is where the last one ends."""

    line_ids: tuple[str, ...]
    starts: tuple[int, ...]
    end: int

    def start_of(self, line_id: str) -> int:
        return self.starts[self.line_ids.index(line_id)]

    def to_json(self) -> dict[str, Any]:
        return {"line_ids": list(self.line_ids), "starts": list(self.starts), "end": self.end}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Slots:
        return cls(tuple(value["line_ids"]), tuple(value["starts"]), int(value["end"]))


@dataclass(frozen=True)
class Segment:
    """One line on the take: silence of ``lead_frames``, ``spoken_frames`` of speech, silence to the end."""

    line_id: str
    path: tuple[PathFrame, ...]
    lead_frames: int
    spoken_frames: int


def plan_slots(
    line_frames: Mapping[str, Sequence[int]], order: Sequence[str], fps: Fraction, config: PlanConfig
) -> Slots:
    """Slots in script order; each is as long as its line's median over all recipients, with its pauses."""
    at, starts = 0, []
    for number, line_id in enumerate(order):
        starts.append(at)
        spoken = median_low(line_frames[line_id])
        first, last = number == 0, number == len(order) - 1
        at += _lead(fps, config, first=first) + spoken + _tail(fps, config, last=last)
    return Slots(tuple(order), tuple(starts), at)


@stage("plan")
def plan_message(
    lines: Sequence[tuple[str, int]], slots: Slots, walk: TakeWalk, fps: Fraction, config: PlanConfig
) -> tuple[Segment, ...]:
    """One segment for each (line id, spoken frames); together they cover the base track without a gap.

    A segment's first and last ``seam_frames`` are the base track's own frames around the slot's bounds.
    """
    segments = []
    for number, (line_id, spoken) in enumerate(lines):
        first, last = number == 0, number == len(lines) - 1
        start = slots.start_of(line_id)
        end = slots.end if last else slots.start_of(lines[number + 1][0])
        lead = _lead(fps, config, first=first)
        least = lead + spoken + _tail(fps, config, last=last)
        path = _path(walk, start, end, least, round(_SLACK_S * fps), config)
        segments.append(Segment(line_id, path, lead, spoken))
    return tuple(segments)


def _lead(fps: Fraction, config: PlanConfig, *, first: bool) -> int:
    # Lips move 40 ms before the sound, so one frame more than the seam stays free.
    return max(frames_of(config.lead_s if first else config.pause_s / 2, fps), config.seam_frames + 2)


def _tail(fps: Fraction, config: PlanConfig, *, last: bool) -> int:
    return max(frames_of(config.tail_s if last else config.pause_s / 2, fps), config.seam_frames + 2)


def _path(
    walk: TakeWalk, start: int, end: int, least: int, slack: int, config: PlanConfig
) -> tuple[PathFrame, ...]:
    """At least ``least`` frames from base position ``start`` to ``end``: retimed, or with one jump."""
    inner = end - start - 2 * config.seam_frames
    shortest = 2 * config.seam_frames + int(np.ceil(inner / config.rate_max))
    longest = 2 * config.seam_frames + int(inner / config.rate_min)
    if least <= longest and shortest - least <= slack:
        return _retimed(walk, start, end, max(least, shortest), config.seam_frames)
    return _jumped(walk, start, end, least, slack, config.seam_frames)


def _retimed(walk: TakeWalk, start: int, end: int, frames: int, seam: int) -> tuple[PathFrame, ...]:
    inner = np.linspace(start + seam, end - seam - 1, frames - 2 * seam)
    positions = [*range(start, start + seam), *np.rint(inner).astype(int), *range(end - seam, end)]
    return tuple(walk.shown(int(position)) for position in positions)


def _jumped(walk: TakeWalk, start: int, end: int, least: int, slack: int, seam: int) -> tuple[PathFrame, ...]:
    """Runs on from ``start``, and crosses over, where they look most alike, to the run that meets ``end``."""
    frames, at = min(
        (
            (frames, at)
            for frames in range(least, least + slack + 1)
            for at in _crossings(start, end, frames, seam)
        ),
        key=lambda found: _cost(walk, start, end, found, least),
    )
    path = []
    for k in range(frames):
        into = k - (at - CROSSING_FRAMES // 2)
        before, after = walk.shown(start + k), walk.shown(max(end - frames + k, 0))
        if into < 0:
            path.append(before)
        elif into >= CROSSING_FRAMES:
            path.append(after)
        else:
            path.append(PathFrame(before.a, after.a, (into + 1) / (CROSSING_FRAMES + 1)))
    return tuple(path)


def _crossings(start: int, end: int, frames: int, seam: int) -> range:
    """Places in the path where a jump's middle may lie: inside the seams, on existing base positions."""
    margin = seam + CROSSING_FRAMES // 2 + 1
    return range(max(margin, frames - end + CROSSING_FRAMES), frames - margin)


def _cost(walk: TakeWalk, start: int, end: int, found: tuple[int, int], least: int) -> float:
    frames, at = found
    before, after = start + at, end - frames + at
    apart = float(walk.distance[walk.take_frame(before), walk.take_frame(after)])
    mixed = any(walk.is_crossing(p + d) for p in (before, after) for d in (-3, 3))
    return apart + 100.0 * mixed + 0.05 * (frames - least)
