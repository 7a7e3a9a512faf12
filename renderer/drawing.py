"""The lower faces of segments: drafted one by one, refined together, met with what their neighbours show.

A segment begins and ends with a few silent frames that every message shows alike. They are drawn first,
together with the frames on the other side of the join, and are then known: the diffusion of the segment
is clamped to them on both sides, whichever line comes before or after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import save_file

from renderer.config import EngineConfig, fingerprint
from renderer.diffusion.network import MouthRefiner
from renderer.diffusion.refine import Timeline, load_refiner, refine_all
from renderer.mouth.base import MouthBase, base_of
from renderer.mouth.draft import Draft, draft, sharpened
from renderer.mouth.presenter import Presenter
from renderer.store import Store
from renderer.takes import OpenTake
from renderer.video.shown import mixed_pictures
from renderer.walk import PathFrame

# Covers everything from the take's pixels to the encoded segment.
STAGE_VERSION = "segment-8"

Path_ = tuple[PathFrame, ...]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


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
        return Mouths(*(getattr(self, name)[place] for name in _PARTS))


_PARTS = ("crops", "fine", "masks", "matrices", "sources")


@dataclass(frozen=True, eq=False)
class Wanted:
    """What to draw: take frames with the motion [n, K] of their mouths, and the neighbours' frames next to
    them (empty at the message's ends)."""

    path: Path_
    motion: Floats
    before: Path_
    after: Path_


class MouthDrawer:
    """Draws mouths of one presenter on one take; resting mouths at joins are kept in the store."""

    def __init__(self, presenter: Presenter, take: OpenTake, store: Store, config: EngineConfig) -> None:
        self._presenter, self._take, self._store = presenter, take, store
        self._diffusion, self._seam = config.diffusion, config.plan.seam_frames

    def draw(self, wanted: Sequence[Wanted]) -> list[Mouths]:
        """Every segment's mouths, refined in shared forward passes: the bytes are those of each alone."""
        return self._refined([self._drafted(one) for one in wanted])

    def _drafted(self, one: Wanted) -> _Drafted:
        path, seam = one.path, self._seam
        head = self._resting(one.before + path[:seam]).part(slice(len(one.before), None))
        tail = self._resting(path[-seam:] + one.after).part(slice(0, seam))
        ends = ((slice(0, seam), head), (slice(len(path) - seam, len(path)), tail))
        base = base_of(self._presenter, path, mixed_pictures(self._take.reader, path))
        return self._draft(path, base, one.motion, ends)

    def _draft(self, path: Path_, base: MouthBase, motion: Floats, ends: _Ends) -> _Drafted:
        known = np.zeros_like(base.crops)
        sources = np.full(len(path), -1, np.int64)
        for place, rest in ends:
            known[place], sources[place] = rest.crops, rest.sources
        return _Drafted(
            path, base, draft(self._presenter, base, motion, pinned=sources), known, sources, ends
        )

    def _refined(self, drafted: Sequence[_Drafted]) -> list[Mouths]:
        presenter = self._presenter
        crops = refine_all(
            _refiner(presenter), [one.timeline() for one in drafted],
            seed_key=presenter.content_key, config=self._diffusion,
        )  # fmt: skip
        return [one.mouths(refined) for one, refined in zip(drafted, crops, strict=True)]

    # --- the frames around a join ---

    def _resting(self, path: Path_) -> Mouths:
        """Resting mouths over the frames around a join, the same for every message that has this join."""
        frames = [(f.a, f.b, f.mix) for f in path]
        key = fingerprint(STAGE_VERSION, self._presenter.content_key, frames, self._diffusion)
        return self._store.use(
            "rest", key, ".safetensors", lambda target: self._save_resting(path, target), _load_mouths
        )

    def _save_resting(self, path: Path_, target: Path) -> None:
        base = base_of(self._presenter, path, mixed_pictures(self._take.reader, path))
        still = np.zeros((len(path), self._presenter.style.space.size), np.float32)
        drawn = self._refined([self._draft(path, base, still, ())])[0]
        save_file({name: np.ascontiguousarray(getattr(drawn, name)) for name in _PARTS}, target)


def _load_mouths(path: Path) -> Mouths:
    with safe_open(path, "np") as saved:
        return Mouths(*(saved.get_tensor(name) for name in _PARTS))


_Ends = tuple[tuple[slice, Mouths], ...]


@dataclass(frozen=True, eq=False)
class _Drafted:
    """A draft with the frames of it that are drawn already: ``sources`` [n] is -1 elsewhere."""

    path: Path_
    base: MouthBase
    draft: Draft
    known: Bytes
    sources: npt.NDArray[np.int64]
    ends: _Ends

    def timeline(self) -> Timeline:
        return Timeline(
            self.draft.crops, self.base.crops, self.draft.masks, self.draft.points,
            [f"{f.a}-{f.b}-{f.mix:.3f}" for f in self.path], self.known, self.sources >= 0,
        )  # fmt: skip

    def mouths(self, refined: Bytes) -> Mouths:
        masks, sources = self.draft.masks.copy(), np.asarray(self.draft.sources, np.int64)
        mouths = Mouths(refined, sharpened(self.draft, refined), masks, self.base.matrices, sources)
        for place, rest in self.ends:
            mouths.fine[place], mouths.masks[place] = rest.fine, rest.masks
        return mouths


@lru_cache(maxsize=2)
def _refiner(presenter: Presenter) -> MouthRefiner:
    return load_refiner(presenter.network)
