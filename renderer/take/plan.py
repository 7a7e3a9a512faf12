"""Plans which take frames each line is shown over, and when it is heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median_low
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from renderer.config import PlanConfig
from renderer.runtime.profiling import span
from renderer.take.base_track import BaseTrack, FramePath
from renderer.take.retiming import bridge, retime
from renderer.timeline import frames_of

_PAUSE_GROWTH_MAX_S = 0.5  # how far a pause may grow before the path leaves the slot by a transition instead
_PATHS_MAX = 4096  # of one base track: a few megabytes

_Place = tuple[int, int, int, int, PlanConfig]
# Weak, so that a presenter who is forgotten takes the T×T distances of its base track along.
_paths: WeakKeyDictionary[BaseTrack, dict[_Place, FramePath]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Slots:
    """The base-track position at which each line of the script begins; ``end`` is where the last one ends."""

    line_ids: tuple[str, ...]
    starts: tuple[int, ...]
    end: int

    def start_of(self, line_id: str) -> int:
        return self.starts[self.line_ids.index(line_id)]

    def move_on(self, times: int) -> Slots:
        """The same lines over another stretch of the take: the one behind this, or behind that, and so on."""
        by = times * (self.end - self.starts[0]) if self.starts else 0
        return Slots(self.line_ids, tuple(start + by for start in self.starts), self.end + by)

    def to_json(self) -> dict[str, Any]:
        return {"line_ids": list(self.line_ids), "starts": list(self.starts), "end": self.end}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Slots:
        return cls(tuple(value["line_ids"]), tuple(value["starts"]), int(value["end"]))


@dataclass(frozen=True)
class Segment:
    """One line on the take: silence of ``lead_frames``, ``spoken_frames`` of speech, silence to the end; or a
    ``filmed`` line with its pauses, all of which counts as speech."""

    line_id: str
    path: FramePath
    lead_frames: int
    spoken_frames: int
    filmed: bool = False


def plan_slots(
    line_frames: Mapping[str, Sequence[int]], order: Sequence[str], fps: Fraction, config: PlanConfig
) -> Slots:
    """Slots in script order; each is as long as its line's median over all recipients, with its pauses."""
    at, starts = 0, []
    for number, line_id in enumerate(order):
        starts.append(at)
        spoken = median_low(line_frames[line_id])
        first, last = number == 0, number == len(order) - 1
        at += count_lead_frames(fps, config, first=first) + spoken + count_tail_frames(fps, config, last=last)
    return Slots(tuple(order), tuple(starts), at)


@span("plan")
def plan_segments(
    lines: Sequence[tuple[str, int]], slots: Slots, base_track: BaseTrack, fps: Fraction, config: PlanConfig
) -> tuple[Segment, ...]:
    """One segment for each (line id, spoken frames); together they cover the base track without a gap.

    A segment's first and last ``seam_frames`` are the base track's own frames around the slot's bounds.
    """
    segments = []
    for number, (line_id, spoken) in enumerate(lines):
        first, last = number == 0, number == len(lines) - 1
        start = slots.start_of(line_id)
        end = slots.end if last else slots.start_of(lines[number + 1][0])
        lead = count_lead_frames(fps, config, first=first)
        least = lead + spoken + count_tail_frames(fps, config, last=last)
        path = fit_path(base_track, start, end, least, fps, config)
        segments.append(Segment(line_id, path, lead, spoken))
    return tuple(segments)


def count_lead_frames(fps: Fraction, config: PlanConfig, *, first: bool) -> int:
    """The silence before a line."""
    # Lips move 40 ms before the sound, so one frame more than the seam stays free.
    return max(frames_of(config.lead_s if first else config.pause_s / 2, fps), config.seam_frames + 2)


def count_tail_frames(fps: Fraction, config: PlanConfig, *, last: bool) -> int:
    """The silence after a line."""
    return max(frames_of(config.tail_s if last else config.pause_s / 2, fps), config.seam_frames + 2)


def fit_path(
    base_track: BaseTrack, start: int, end: int, least: int, fps: Fraction, config: PlanConfig
) -> FramePath:
    """At least ``least`` frames from base position ``start`` to ``end``: retimed, or with transitions.

    The same again for messages that share a line: searched once, while the base track is in memory.
    """
    known = _paths.setdefault(base_track, {})
    place = (start, end, least, round(_PAUSE_GROWTH_MAX_S * fps), config)
    if place not in known:
        if len(known) >= _PATHS_MAX:
            known.clear()
        known[place] = _find_path(base_track, *place)
    return known[place]


def _find_path(
    base_track: BaseTrack, start: int, end: int, least: int, slack: int, config: PlanConfig
) -> FramePath:
    inner = end - start - 2 * config.seam_frames
    shortest = 2 * config.seam_frames + int(np.ceil(inner / config.rate_max))
    longest = 2 * config.seam_frames + int(inner / config.rate_min)
    if least <= longest and shortest - least <= slack:
        return retime(base_track, start, end, max(least, shortest), config.seam_frames)
    return bridge(base_track, start, end, range(least, least + slack + 1), config.seam_frames)
