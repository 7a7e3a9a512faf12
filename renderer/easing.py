"""A drawn mouth gives way to the filmed one beside frames that are shown as they were filmed ("kept").

First its motion: over a moment before and after kept frames it eases to what the filmed mouth does. Then its
light, over the last frames: the picture crosses over to the filmed one, whose mouth has that shape already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from renderer.walk import PathFrame

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_REACH_S, _CROSSING_S = 0.2, 0.08
_NONE = 1 << 40  # no kept frame on that side


@dataclass(frozen=True, eq=False)
class Easing:
    """How far each frame of a timeline gives way: ``pull`` [n] is 1 where its motion is all the filmed one's,
    ``share`` [n] is what is left of its mask, 0 where it is kept."""

    pull: Floats
    share: Floats

    @classmethod
    def beside(cls, kept: Flags, fps: Fraction) -> Easing:
        """Of a timeline whose ``kept`` [n] frames are known; where it ends nothing is kept."""
        reach, crossing = reach_frames(fps), max(round(_CROSSING_S * fps), 1)
        since, until = _since(kept), _since(kept[::-1])[::-1]
        own = (1 - _smooth(1 - (since - 1) / reach)) * (1 - _smooth(1 - (until - 1) / reach))
        share = np.clip(np.minimum(since, until) / (crossing + 1), 0, 1)
        return cls(np.asarray(1 - own, np.float32), np.asarray(share, np.float32))

    def part(self, place: slice) -> Easing:
        return Easing(self.pull[place], self.share[place])

    @property
    def near(self) -> Ints:
        """The frames whose motion is not all their own."""
        return np.flatnonzero(self.pull > 0)

    def motion(self, wanted: Floats, filmed: Floats) -> Floats:
        """The ``wanted`` motion [n, K] with the ``filmed`` motion [len(near), K] drawing on the frames near.

        The face of a kept frame may be lost, so the nearest drawn frame's motion stands for it. Where
        nothing is near, the same array comes back.
        """
        near = self.near
        drawn = np.flatnonzero(self.share[near] > 0)
        if not len(drawn):
            return wanted
        trusted = drawn[np.abs(near[:, None] - near[drawn]).argmin(1)]
        pull, eased = self.pull[near, None], wanted.copy()
        eased[near] = (1 - pull) * wanted[near] + pull * filmed[trusted]
        return eased


def reach_frames(fps: Fraction) -> int:
    """How many frames beside a kept one are drawn with a motion that is not all their own."""
    return max(round(_REACH_S * fps), 1)


def going_on(path: Sequence[PathFrame], frames: int, total: int) -> tuple[list[PathFrame], list[PathFrame]]:
    """Up to ``frames`` before a path and after it, as if a take of ``total`` frames went on there.

    Frames at a join are drawn before anybody knows what the lines on both sides show beyond them.
    """
    first, last = path[0], path[-1]
    before = range(max(-frames, -first.a, -first.b), 0)
    after = range(1, min(frames, total - 1 - last.a, total - 1 - last.b) + 1)
    return [_moved(first, by) for by in before], [_moved(last, by) for by in after]


def _moved(shown: PathFrame, by: int) -> PathFrame:
    return PathFrame(shown.a + by, shown.b + by, shown.mix)


def _since(kept: Flags) -> Ints:
    """Frames [n] since the last kept one: 0 at it, more than any timeline has before the first."""
    at = np.arange(len(kept))
    return np.asarray(at - np.maximum.accumulate(np.where(kept, at, -_NONE)), np.int64)


def _smooth(share: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    clipped = np.clip(share, 0, 1)
    return np.asarray(clipped * clipped * (3 - 2 * clipped))
