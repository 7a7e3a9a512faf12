"""Which take frames each line is shown over, and when it is heard. Values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median_low
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from renderer.config import PlanConfig
from renderer.retiming import jumped, retimed
from renderer.stopwatch import stage
from renderer.timeline import frames_of
from renderer.walk import PathFrame, TakeWalk

_SLACK_S = 0.5  # how far a pause may grow before the take is cut instead
_PATHS_MAX = 4096  # of one walk: a few megabytes

_Place = tuple[int, int, int, int, PlanConfig]
# Weak, so that a presenter who is forgotten takes the T×T distances of its walk along.
_paths: WeakKeyDictionary[TakeWalk, dict[_Place, tuple[PathFrame, ...]]] = WeakKeyDictionary()


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
def plan_segments(
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
    """The same again for messages that share a line: searched once, for as long as the walk is in memory."""
    known = _paths.setdefault(walk, {})
    place = (start, end, least, slack, config)
    if place not in known:
        if len(known) >= _PATHS_MAX:
            known.clear()
        known[place] = _find_path(walk, *place)
    return known[place]


def _find_path(
    walk: TakeWalk, start: int, end: int, least: int, slack: int, config: PlanConfig
) -> tuple[PathFrame, ...]:
    """At least ``least`` frames from base position ``start`` to ``end``: retimed, or with jumps."""
    inner = end - start - 2 * config.seam_frames
    shortest = 2 * config.seam_frames + int(np.ceil(inner / config.rate_max))
    longest = 2 * config.seam_frames + int(inner / config.rate_min)
    if least <= longest and shortest - least <= slack:
        return retimed(walk, start, end, max(least, shortest), config.seam_frames)
    return jumped(walk, start, end, range(least, least + slack + 1), config.seam_frames)
