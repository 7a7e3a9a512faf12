"""A drawn mouth eases into the filmed one beside passthrough frames: those shown as they were filmed.

Its motion comes first: over a moment before and after passthrough frames it eases to what the filmed mouth
does. Its light follows over the last frames: the picture fades to the filmed one, whose mouth has that shape
already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from renderer.take.base_track import PathFrame

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

_REACH_S, _FADE_S = 0.2, 0.08
_NEVER_FRAMES = 1 << 40  # no passthrough frame on that side


@dataclass(frozen=True, eq=False)
class Easing:
    """How far each frame of a timeline eases into the filmed one: ``filmed_weight`` [n] is 1 where its motion
    is all the filmed one's, ``mask_share`` [n] is what is left of its mask, 0 in passthrough frames."""

    filmed_weight: Floats
    mask_share: Floats

    @classmethod
    def around(cls, passthrough: Flags, fps: Fraction) -> Easing:
        """Of a timeline whose ``passthrough`` [n] frames are known; none is assumed beyond its ends."""
        reach, fade = easing_frames(fps), max(round(_FADE_S * fps), 1)
        since, until = _count_frames_since(passthrough), _count_frames_since(passthrough[::-1])[::-1]
        own = (1 - _smoothstep(1 - (since - 1) / reach)) * (1 - _smoothstep(1 - (until - 1) / reach))
        mask_share = np.clip(np.minimum(since, until) / (fade + 1), 0, 1)
        return cls(np.asarray(1 - own, np.float32), np.asarray(mask_share, np.float32))

    def part(self, place: slice) -> Easing:
        return Easing(self.filmed_weight[place], self.mask_share[place])

    @property
    def eased_frames(self) -> Ints:
        """The frames whose motion is blended with the filmed one."""
        return np.flatnonzero(self.filmed_weight > 0)

    def blend_motion(self, wanted: Floats, filmed: Floats) -> Floats:
        """The ``wanted`` motion [n, K] blended with the ``filmed`` motion [len(near), K] in the eased frames.

        The face of a passthrough frame may be lost, so the nearest drawn frame's motion stands for it.
        Without eased frames the same array comes back.
        """
        near = self.eased_frames
        drawn = np.flatnonzero(self.mask_share[near] > 0)
        if not len(drawn):
            return wanted
        trusted = drawn[np.abs(near[:, None] - near[drawn]).argmin(1)]
        weight, eased = self.filmed_weight[near, None], wanted.copy()
        eased[near] = (1 - weight) * wanted[near] + weight * filmed[trusted]
        return eased


def easing_frames(fps: Fraction) -> int:
    """How many frames beside a passthrough frame are drawn with a blended motion."""
    return max(round(_REACH_S * fps), 1)


def extend_path(
    path: Sequence[PathFrame], frames: int, total: int
) -> tuple[list[PathFrame], list[PathFrame]]:
    """Up to ``frames`` before a path and after it, as if a take of ``total`` frames went on there.

    Frames at a seam are drawn before anybody knows what the lines on both sides show beyond them.
    """
    first, last = path[0], path[-1]
    before = range(max(-frames, -first.a, -first.b), 0)
    after = range(1, min(frames, total - 1 - last.a, total - 1 - last.b) + 1)
    return [_shift(first, by) for by in before], [_shift(last, by) for by in after]


def _shift(shown: PathFrame, by: int) -> PathFrame:
    return PathFrame(shown.a + by, shown.b + by, shown.mix)


def _count_frames_since(passthrough: Flags) -> Ints:
    """Frames [n] since the last passthrough frame: 0 at it, more than any timeline has before the first."""
    at = np.arange(len(passthrough))
    return np.asarray(at - np.maximum.accumulate(np.where(passthrough, at, -_NEVER_FRAMES)), np.int64)


def _smoothstep(share: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    clipped = np.clip(share, 0, 1)
    return np.asarray(clipped * clipped * (3 - 2 * clipped))
