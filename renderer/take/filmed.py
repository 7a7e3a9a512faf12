"""Lines that the take itself says: where, and which of its frames and sound they are shown with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from renderer.config import PlanConfig
from renderer.speech.speech import Phone, Word
from renderer.take.base_track import BaseTrack, FramePath, PathFrame
from renderer.timeline import frames_of, seconds_at

# A cut through a shorter pause would be heard, and seen, in the words beside it.
_LEAST_PAUSE_S = 0.12
# Filmed lines follow each other as they were filmed where nobody waits longer than this between them.
_LONGEST_PAUSE_S = 1.5
# Beyond a filmed line, so many frames of the take lead on to a transition.
BEYOND_FRAMES = 16
CROSSING_FRAMES = 5  # from one stretch to another that was filmed elsewhere, in the pause between them
_LIPS_FRAMES = 2  # by which lips move before their sound
_PAUSE_COST = 0.02  # of a frame more or less than the usual pause, in squares of the usual step


@dataclass(frozen=True)
class FilmedLine:
    """A line of the script that the take says, and where.

    ``words`` and ``phones`` have the times of the take. Nothing else is said from ``quiet_from_s`` until
    ``quiet_until_s``. ``confidence`` (0..1) is how surely it is this text.
    """

    line_id: str
    text: str
    words: tuple[Word, ...]
    phones: tuple[Phone, ...]
    quiet_from_s: float
    quiet_until_s: float
    confidence: float

    @property
    def start_s(self) -> float:
        return self.words[0].start_s

    @property
    def end_s(self) -> float:
        return self.words[-1].end_s

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> FilmedLine:
        words = tuple(Word(**word) for word in value["words"])
        phones = tuple(Phone(**phone) for phone in value["phones"])
        return cls(**{**value, "words": words, "phones": phones})


@dataclass(frozen=True)
class Stretch:
    """The take frames of a filmed line in one message: ``path``, in the take's order from ``first`` on."""

    line: FilmedLine
    path: FramePath

    @property
    def first(self) -> int:
        return self.path[0].a

    @property
    def end(self) -> int:
        """The frame after the last one that is shown unmixed."""
        return next((frame.a for frame in self.path if frame.mix), self.path[-1].a + 1)


def choose_stretches(
    lines: Sequence[tuple[str, str]],
    filmed: Iterable[FilmedLine],
    base_track: BaseTrack,
    fps: Fraction,
    config: PlanConfig,
) -> list[Stretch | None]:
    """For each line of a message (id, text) its stretch of the take, or None where it is to be spoken.

    A line is left to be spoken where the take has a cut in it, or where it runs into other words without a
    pause and its neighbour in the message is not the one it runs into.
    """
    known = {(one.line_id, one.text): one for one in filmed}
    chosen = [known.get(line) for line in lines]
    while True:
        room = _Room(chosen, base_track, fps, config)
        spoken = [at for at, one in enumerate(chosen) if one is not None and not room.holds(at)]
        if not spoken:
            return [
                None if one is None else Stretch(one, room.find_path(at)) for at, one in enumerate(chosen)
            ]
        chosen[spoken[0]] = None  # which may be room enough for the next


class _Room:
    """Which frames each filmed line of a message may have, between its neighbours."""

    def __init__(
        self, lines: Sequence[FilmedLine | None], base_track: BaseTrack, fps: Fraction, config: PlanConfig
    ) -> None:
        self._lines, self._track, self._fps, self._config = lines, base_track, fps, config

    def holds(self, at: int) -> bool:
        """Whether the line can be shown as it was filmed."""
        line, before, after = self._line(at), self._neighbour(at - 1), self._neighbour(at + 1)
        first, end = self._first(at), self._end(at)
        if end <= first or self._track.breaks[first + 1 : end].any():
            return False
        if not self._goes_on(at - 1) and line.start_s - line.quiet_from_s < self._least_pause(at - 1):
            return False
        if not self._goes_on(at) and line.quiet_until_s - line.end_s < self._least_pause(at + 1):
            return False
        drawn_before, drawn_after = at > 0 and before is None, self._has(at + 1) and after is None
        if drawn_before and first < BEYOND_FRAMES:
            return False
        return not (drawn_after and end > self._track.frames - BEYOND_FRAMES)

    def find_path(self, at: int) -> FramePath:
        first, end = self._first(at), self._end(at)
        crossing: FramePath = ()
        if self._crosses(at - 1):
            first = self._find_crossing(at - 1)[1] + CROSSING_FRAMES // 2 + 1
        if self._crosses(at):
            leave, to = self._find_crossing(at)
            end, crossing = leave - CROSSING_FRAMES // 2, _cross(leave, to)
        return (*(PathFrame(frame, frame, 0.0) for frame in range(first, end)), *crossing)

    def _first(self, at: int) -> int:
        line = self._line(at)
        if self._goes_on(at - 1):
            return self._find_middle(at - 1)
        lead_s = self._config.lead_s if at == 0 else self._config.pause_s / 2
        quiet = -int(-(Fraction(line.quiet_from_s) * self._fps) // 1)
        return max(frames_of(line.start_s - lead_s, self._fps), quiet, 0)

    def _end(self, at: int) -> int:
        line = self._line(at)
        if self._goes_on(at):
            return self._find_middle(at)
        tail_s = self._config.pause_s / 2 if self._has(at + 1) else self._config.tail_s
        quiet = int(Fraction(line.quiet_until_s) * self._fps // 1)
        return min(frames_of(line.end_s + tail_s, self._fps), quiet, self._track.frames)

    def _find_middle(self, at: int) -> int:
        """Of the pause between this line and the next."""
        return frames_of((self._line(at).end_s + self._line(at + 1).start_s) / 2, self._fps)

    def _find_crossing(self, at: int) -> tuple[int, int]:
        """(leave, to): frames in the pause after this line and in that before the next which look alike."""
        line, following = self._line(at), self._line(at + 1)
        reach = CROSSING_FRAMES // 2 + 1
        ends, begins = (frames_of(time_s, self._fps) for time_s in (line.end_s, following.start_s))
        last = min(int(Fraction(line.quiet_until_s) * self._fps // 1), self._track.frames) - reach
        least = -int(-(Fraction(following.quiet_from_s) * self._fps) // 1) + reach
        leave = np.arange(min(ends + reach, last), max(last, 0) + 1)
        to = np.arange(least, max(begins - reach - _LIPS_FRAMES, least) + 1).clip(
            reach, self._track.frames - reach
        )
        unlike = np.asarray(self._track.distance[np.ix_(leave, to)], np.float32) ** 2
        pause = (leave - ends)[:, None] + (begins - to)
        cost = unlike + _PAUSE_COST * (pause - frames_of(self._config.pause_s, self._fps)) ** 2
        best = np.unravel_index(int(cost.argmin()), cost.shape)
        return int(leave[best[0]]), int(to[best[1]])

    def _goes_on(self, at: int) -> bool:
        """Whether this line and the next were filmed one after the other, and are shown so."""
        line, following = self._neighbour(at), self._neighbour(at + 1)
        if line is None or following is None:
            return False
        pause_s = following.start_s - line.end_s
        between = self._track.breaks[
            frames_of(line.end_s, self._fps) : frames_of(following.start_s, self._fps)
        ]
        whole = following.quiet_from_s <= line.end_s + seconds_at(1, self._fps) and not between.any()
        return whole and -seconds_at(1, self._fps) <= pause_s <= _LONGEST_PAUSE_S

    def _crosses(self, at: int) -> bool:
        """Whether this line and the next are filmed lines from two places of the take."""
        both = self._neighbour(at) is not None and self._neighbour(at + 1) is not None
        return both and not self._goes_on(at)

    def _least_pause(self, neighbour: int) -> float:
        """Room for the transition to another filmed line, or for the change to a drawn one."""
        if not self._has(neighbour):
            return 0.0
        if self._neighbour(neighbour) is None:
            return _LEAST_PAUSE_S
        return seconds_at(2 * (CROSSING_FRAMES // 2 + 1) + 1, self._fps)

    def _has(self, at: int) -> bool:
        return 0 <= at < len(self._lines)

    def _neighbour(self, at: int) -> FilmedLine | None:
        return self._lines[at] if self._has(at) else None

    def _line(self, at: int) -> FilmedLine:
        line = self._lines[at]
        assert line is not None
        return line


def _cross(leave: int, to: int) -> FramePath:
    half = CROSSING_FRAMES // 2
    return tuple(
        PathFrame(leave - half + into, to - half + into, (into + 1) / (CROSSING_FRAMES + 1))
        for into in range(CROSSING_FRAMES)
    )
