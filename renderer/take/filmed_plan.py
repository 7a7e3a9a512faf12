"""Plans a message in which filmed lines are shown as they were filmed, and the others between them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from weakref import WeakKeyDictionary

from renderer.config import PlanConfig
from renderer.runtime.profiling import span
from renderer.take.base_track import BaseTrack, FilmedTrack
from renderer.take.filmed import Stretch
from renderer.take.plan import Segment, Slots, count_lead_frames, count_tail_frames, fit_path

_tracks: WeakKeyDictionary[BaseTrack, dict[int, FilmedTrack]] = WeakKeyDictionary()


@span("plan")
def plan_filmed_segments(
    lines: Sequence[tuple[str, int]],
    stretches: Sequence[Stretch | None],
    slots: Slots,
    base_track: BaseTrack,
    fps: Fraction,
    config: PlanConfig,
) -> tuple[Segment, ...]:
    """One segment for each (line id, spoken frames), filmed where it has a stretch.

    Drawn lines go on from the take's frame at which the filmed line before them ends, and reach that at which
    the next one begins: over what the take says there, if it says anything. Only the last of several
    follows the length of its own text; the others have their slots, the same for all recipients.
    """
    segments: list[Segment] = []
    for is_filmed, numbers in groupby(range(len(lines)), key=lambda at: stretches[at] is not None):
        for place in [list(numbers)]:
            if is_filmed:
                segments += [_show(lines[at][0], stretches[at]) for at in place]
            else:
                segments += _Between(lines, stretches, slots, place, base_track, fps, config).plan()
    return tuple(segments)


def _show(line_id: str, stretch: Stretch | None) -> Segment:
    assert stretch is not None
    return Segment(line_id, stretch.path, 0, len(stretch.path), filmed=True)


class _Between:
    """Drawn lines between two filmed ones, or before the first or after the last of them."""

    def __init__(
        self,
        lines: Sequence[tuple[str, int]],
        stretches: Sequence[Stretch | None],
        slots: Slots,
        place: Sequence[int],
        base_track: BaseTrack,
        fps: Fraction,
        config: PlanConfig,
    ) -> None:
        self._lines, self._slots, self._fps, self._config = lines, slots, fps, config
        self._place = place
        self._before = stretches[place[0] - 1] if place[0] else None
        self._after = stretches[place[-1] + 1] if place[-1] + 1 < len(lines) else None
        self._start = self._find_start()
        until = max(self._start, self._after.first if self._after else 0)
        self._track = _follow(base_track, until)

    def plan(self) -> list[Segment]:
        return [self._plan_line(at) for at in self._place]

    def _plan_line(self, at: int) -> Segment:
        line_id, spoken = self._lines[at]
        first, last = at == 0, at == len(self._lines) - 1
        lead = count_lead_frames(self._fps, self._config, first=first)
        least = lead + spoken + count_tail_frames(self._fps, self._config, last=last)
        start = self._start if at == self._place[0] and self._before else self._find_position(at)
        end = self._find_end(at)
        path = fit_path(self._track, start, end, least, self._fps, self._config)
        return Segment(line_id, path, lead, spoken)

    def _find_end(self, at: int) -> int:
        if at != self._place[-1]:
            return self._find_position(at + 1)
        return self._after.first if self._after else self._start + self._slots.end - self._anchor

    def _find_position(self, at: int) -> int:
        """Where a line's slot begins: so far behind the first one's as its slot is."""
        return self._start + self._slots.start_of(self._lines[at][0]) - self._anchor

    def _find_start(self) -> int:
        """The take's frame from which the lines go on; without a filmed line before them, as many frames
        before the next one as their slots have."""
        if self._before is not None:
            return self._before.end
        assert self._after is not None
        slots = self._slots.start_of(self._after.line.line_id) - self._anchor
        return max(self._after.first - slots, 0)

    @property
    def _anchor(self) -> int:
        """The slot of the script's line after the filmed one, or of its first line."""
        if self._before is None:
            return self._slots.starts[0]
        following = self._slots.line_ids.index(self._before.line.line_id) + 1
        return self._slots.starts[following] if following < len(self._slots.starts) else self._slots.end


def _follow(base_track: BaseTrack, until: int) -> FilmedTrack:
    tracks = _tracks.setdefault(base_track, {})
    if until not in tracks:
        tracks[until] = FilmedTrack(base_track.distance, base_track.breaks, until)
    return tracks[until]
