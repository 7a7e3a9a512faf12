"""Faults: what a viewer would complain of in a video, with the frames in which it is seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Range = tuple[int, int]  # first and last frame

# Frames: a run with a gap as short as this is one fault to a viewer, who sees a tenth of a second as one.
_BRIDGED_FRAMES = 3
_LISTED_RANGES = 6


@dataclass(frozen=True)
class Fault:
    """One kind of fault: ``says`` is a sentence without its frames, ``ranges`` are first and last frames
    (none where it is about the whole video)."""

    kind: str
    says: str
    ranges: tuple[Range, ...] = ()

    def __str__(self) -> str:
        return f"{self.says}{format_ranges(self.ranges)}."


@dataclass(frozen=True)
class Limits:
    """What the take itself shows of a measure, with some slack: a frame outside is a fault."""

    low: float
    high: float

    @classmethod
    def of(cls, own: Floats, slack: float) -> Limits:
        """From the take's ``own`` values [n]: its extremes, ``slack`` times their distance from the median
        farther out. The outermost of 200 frames is left to the tracker's slips."""
        if not len(own):
            return cls(-np.inf, np.inf)
        low, middle, high = (float(v) for v in np.quantile(own, [0.005, 0.5, 0.995]))
        return cls(low - slack * (middle - low), high + slack * (high - middle))

    def is_below(self, values: Floats) -> Flags:
        return np.asarray(values < self.low)

    def is_above(self, values: Floats) -> Flags:
        return np.asarray(values > self.high)


def find_ranges(flagged: Flags, least_frames: int) -> tuple[Range, ...]:
    """First and last frames of the runs of ``flagged`` [n] that are at least that long; near runs are one."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flagged.astype(np.int8), [0]])))
    runs = [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2) if b - a >= least_frames]
    joined: list[Range] = []
    for first, last in runs:
        if joined and first - joined[-1][1] <= _BRIDGED_FRAMES + 1:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return tuple(joined)


def describe(
    kind: str, flagged: Flags, sizes: Floats, least_frames: int, say: Callable[[float], str]
) -> list[Fault]:
    """The fault of frames ``flagged`` [n], told by the largest of their ``sizes`` [n]; [] without runs."""
    ranges = find_ranges(flagged, least_frames)
    if not ranges:
        return []
    inside = np.concatenate([sizes[first : last + 1][flagged[first : last + 1]] for first, last in ranges])
    return [Fault(kind, say(float(inside.max())), ranges)]


def format_ranges(ranges: Sequence[Range]) -> str:
    """``, frames 3 to 7 and 12``; nothing without ranges."""
    if not ranges:
        return ""
    named = [f"{first} to {last}" if last > first else f"{first}" for first, last in ranges[:_LISTED_RANGES]]
    if len(ranges) > _LISTED_RANGES:
        named.append(f"{len(ranges) - _LISTED_RANGES} more places")
    listed = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    one = len(ranges) == 1 and ranges[0][0] == ranges[0][1]
    return f", {'frame' if one else 'frames'} {listed}"
