"""A segment's lower faces on their way from drafts to drawn mouths, whole or a part at a time: values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from renderer.mouth.draft import Draft, concatenate_drafts
from renderer.take.base_track import FramePath

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

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
    sources: Ints

    def select(self, place: slice) -> Mouths:
        return Mouths(*(getattr(self, name)[place] for name in MOUTH_PARTS))


@dataclass(frozen=True, eq=False)
class LaidSegment:
    """A segment's take frames ``path`` and ``motion`` [n, K]; ``seams`` are mouths that are drawn already,
    each with the frame that it begins at; ``sources`` [n] the take frame to draw each from, where chosen;
    ``mask_shares`` [n] of the masks that are left, where some ease into filmed mouths (`mouth.easing`)."""

    path: FramePath
    motion: Floats
    seams: tuple[tuple[int, Mouths], ...] = ()
    sources: Ints | None = None
    mask_shares: Floats | None = None

    @property
    def frames(self) -> range:
        return range(len(self.path))

    def find_pinned_sources(self, frames: range) -> Ints:
        """The take frames that some frames must be drawn from; -1 where any will do."""
        if self.sources is not None:
            return self.sources[frames.start : frames.stop]
        pinned = np.full(len(frames), -1, np.int64)
        for here, there, seam in self._find_seams(frames):
            pinned[here] = seam.sources[there]
        return pinned

    def collect_known_crops(self, frames: range, like: Bytes) -> tuple[Bytes, Flags]:
        """Crops of some frames that are drawn already, shaped as ``like``, and which of them are."""
        known, keep = np.zeros_like(like), np.zeros(len(frames), bool)
        for here, there, seam in self._find_seams(frames):
            known[here], keep[here] = seam.crops[there], True
        return known, keep

    def fade_masks(self, frames: range, masks: Floats) -> Floats:
        """A copy of the masks of some frames, as far as they are left."""
        if self.mask_shares is None:
            return masks.copy()
        return masks * self.mask_shares[frames.start : frames.stop, None, None]

    def copy_seams(self, frames: range, mouths: Mouths) -> None:
        """Puts what is drawn already into the mouths of some frames."""
        for here, there, seam in self._find_seams(frames):
            mouths.fine[here], mouths.masks[here] = seam.fine[there], seam.masks[there]

    def _find_seams(self, frames: range) -> Iterator[tuple[slice, slice, Mouths]]:
        """(places among the frames, places in the seam, seam) where both overlap."""
        for first, seam in self.seams:
            start = max(first, frames.start)
            stop = min(first + len(seam.crops), frames.stop)
            if start < stop:
                here = slice(start - frames.start, stop - frames.start)
                yield here, slice(start - first, stop - first), seam


@dataclass(frozen=True, eq=False)
class Drafts:
    """Drafts of a segment's ``frames``, with the shown take frames' crops ``bases`` and ``matrices``."""

    laid: LaidSegment
    frames: range
    bases: Bytes
    matrices: Floats
    draft: Draft

    @property
    def frame_ids(self) -> list[str]:
        """A name of each shown frame for its noise: the same in every message that shows it."""
        path = self.laid.path[self.frames.start : self.frames.stop]
        return [f"{frame.a}-{frame.b}-{frame.mix:.3f}" for frame in path]

    def select(self, frames: range) -> Drafts:
        """A copy of some of the frames, so that the others can be forgotten."""
        place = slice(frames.start - self.frames.start, frames.stop - self.frames.start)
        copy = concatenate_drafts([select_drafts(self.draft, place)])
        return Drafts(self.laid, frames, self.bases[place].copy(), self.matrices[place].copy(), copy)

    def append(self, after: Drafts) -> Drafts:
        """With the frames that follow."""
        return Drafts(
            self.laid, range(self.frames.start, after.frames.stop),
            np.concatenate([self.bases, after.bases]), np.concatenate([self.matrices, after.matrices]),
            concatenate_drafts([self.draft, after.draft]),
        )  # fmt: skip


class ChunkBuffer:
    """A segment's drafts, of which only those are held that the next chunk sees."""

    def __init__(self, draft_frames: Callable[[LaidSegment, range], Drafts], laid: LaidSegment) -> None:
        self._draft_frames, self._laid = draft_frames, laid
        self._held: Drafts | None = None

    def draft(self, seen: range) -> Drafts:
        """Drafts of a range that begins and ends no earlier than the one before; none is drafted twice."""
        held, self._held = self._held, None
        if held is not None and seen.start < held.frames.stop:
            held = held.select(range(seen.start, held.frames.stop))
            self._held = held.append(self._draft_frames(self._laid, range(held.frames.stop, seen.stop)))
        else:
            self._held = self._draft_frames(self._laid, seen)
        return self._held


def select_drafts(draft: Draft, place: slice) -> Draft:
    """Some of the frames of a draft."""
    return Draft(*(getattr(draft, one.name)[place] for one in fields(Draft)))
