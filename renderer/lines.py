"""One line on its way from drafts to drawn mouths, whole or a part at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from renderer.diffusion.refine import Timeline
from renderer.mouth.draft import Draft, joined, sharpened
from renderer.walk import PathFrame

Path_ = tuple[PathFrame, ...]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

_ALL = slice(None)
MOUTH_PARTS = ("crops", "fine", "masks", "matrices", "sources")


@dataclass(frozen=True, eq=False)
class Mouths:
    """Drawn lower faces: ``crops`` uint8 [n, S, S, 3] as diffused, ``fine`` uint8 [n, F, F, 3] at about the
    take's scale, ``masks`` [n, S, S], ``matrices`` [n, 2, 3] (frame px → mask px), and ``sources`` [n], the
    take frames that they were drafted from."""

    crops: Bytes
    fine: Bytes
    masks: Floats
    matrices: Floats
    sources: npt.NDArray[np.int64]

    def part(self, place: slice) -> Mouths:
        return Mouths(*(getattr(self, name)[place] for name in MOUTH_PARTS))


@dataclass(frozen=True, eq=False)
class Line:
    """A line's take frames ``path`` and ``motion`` [n, K]; ``rests`` are mouths that are drawn already, with
    the frame that each begins at; ``sources`` [n] the take frame to draw each from, where it is chosen;
    ``shares`` [n] of the masks that are left, where some give way to filmed mouths (renderer.easing)."""

    path: Path_
    motion: Floats
    rests: tuple[tuple[int, Mouths], ...] = ()
    sources: Ints | None = None
    shares: Floats | None = None

    @property
    def frames(self) -> range:
        return range(len(self.path))

    def pinned(self, frames: range) -> Ints:
        """The take frames that some frames must be drawn from; -1 where any will do."""
        if self.sources is not None:
            return self.sources[frames.start : frames.stop]
        pinned = np.full(len(frames), -1, np.int64)
        for here, there, rest in self._rests_in(frames):
            pinned[here] = rest.sources[there]
        return pinned

    def known(self, frames: range, like: Bytes) -> tuple[Bytes, npt.NDArray[np.bool_]]:
        """Crops of some frames that are drawn already, shaped as ``like``, and which of them are."""
        known, where = np.zeros_like(like), np.zeros(len(frames), bool)
        for here, there, rest in self._rests_in(frames):
            known[here], where[here] = rest.crops[there], True
        return known, where

    def given_way(self, frames: range, masks: Floats) -> Floats:
        """A copy of the masks of some frames, as far as they are left."""
        if self.shares is None:
            return masks.copy()
        return masks * self.shares[frames.start : frames.stop, None, None]

    def meet(self, frames: range, mouths: Mouths) -> None:
        """Puts what is drawn already into the mouths of some frames."""
        for here, there, rest in self._rests_in(frames):
            mouths.fine[here], mouths.masks[here] = rest.fine[there], rest.masks[there]

    def _rests_in(self, frames: range) -> Iterator[tuple[slice, slice, Mouths]]:
        """(places among the frames, places in the rest, rest) where both overlap."""
        for first, rest in self.rests:
            start = max(first, frames.start)
            stop = min(first + len(rest.crops), frames.stop)
            if start < stop:
                here = slice(start - frames.start, stop - frames.start)
                yield here, slice(start - first, stop - first), rest


@dataclass(frozen=True, eq=False)
class Drafted:
    """Drafts of a line's ``frames``, with the shown take frames' crops ``bases`` and ``matrices``."""

    line: Line
    frames: range
    bases: Bytes
    matrices: Floats
    draft: Draft

    def timeline(self) -> Timeline:
        path = self.line.path[self.frames.start : self.frames.stop]
        known, where = self.line.known(self.frames, self.draft.crops)
        return Timeline(
            self.draft.crops, self.bases, self.draft.masks, self.draft.points,
            [f"{f.a}-{f.b}-{f.mix:.3f}" for f in path], known, where,
        )  # fmt: skip

    def mouths(self, refined: Bytes, kept: slice = _ALL) -> Mouths:
        """The mouths of the ``kept`` frames, of which all are refined [n, S, S, 3]."""
        draft, refined = _part(self.draft, kept), refined[kept]
        frames, sources = self.frames[kept], np.asarray(draft.sources, np.int64)
        masks = self.line.given_way(frames, draft.masks)
        mouths = Mouths(refined, sharpened(draft, refined), masks, self.matrices[kept], sources)
        self.line.meet(frames, mouths)
        return mouths

    def part(self, frames: range) -> Drafted:
        """A copy of some of the frames, so that the others can be forgotten."""
        place = slice(frames.start - self.frames.start, frames.stop - self.frames.start)
        copy = joined([_part(self.draft, place)])
        return Drafted(self.line, frames, self.bases[place].copy(), self.matrices[place].copy(), copy)

    def joined(self, after: Drafted) -> Drafted:
        """With the frames that follow."""
        return Drafted(
            self.line, range(self.frames.start, after.frames.stop),
            np.concatenate([self.bases, after.bases]), np.concatenate([self.matrices, after.matrices]),
            joined([self.draft, after.draft]),
        )  # fmt: skip


class Strip:
    """A line's drafts, of which only those are held that the next stretch sees."""

    def __init__(self, draft_frames: Callable[[Line, range], Drafted], line: Line) -> None:
        self._draft_frames, self._line = draft_frames, line
        self._held: Drafted | None = None

    def drafted(self, seen: range) -> Drafted:
        """Drafts of a range that begins and ends no earlier than the one before; none is drafted twice."""
        held, self._held = self._held, None
        if held is not None and seen.start < held.frames.stop:
            held = held.part(range(seen.start, held.frames.stop))
            self._held = held.joined(self._draft_frames(self._line, range(held.frames.stop, seen.stop)))
        else:
            self._held = self._draft_frames(self._line, seen)
        return self._held


def _part(draft: Draft, place: slice) -> Draft:
    return Draft(*(getattr(draft, one.name)[place] for one in fields(Draft)))
