"""The lower faces of segments: drafted one by one, refined together, met with what their neighbours show.

A segment begins and ends with a few silent frames that every message shows alike. They are drawn first,
together with the frames on the other side of the join, and are then known: the diffusion of the segment
is clamped to them on both sides, whichever line comes before or after.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import save_file

from renderer.config import EngineConfig, fingerprint
from renderer.diffusion.network import MouthRefiner
from renderer.diffusion.refine import Timeline, load_refiner, refine_all
from renderer.diffusion.stretches import Stretch, stretches
from renderer.diffusion.windows import Cut
from renderer.easing import Easing, going_on, reach_frames
from renderer.lines import MOUTH_PARTS, Drafted, Line, Mouths, Path_, Strip
from renderer.mouth.atlas import choose
from renderer.mouth.base import base_of, drawable, places_of
from renderer.mouth.draft import draft, nearly_shut
from renderer.mouth.presenter import Presenter
from renderer.store import Store
from renderer.takes import OpenTake
from renderer.video.shown import mixed_pictures

# Covers everything from the take's pixels to the encoded segment.
STAGE_VERSION = "segment-11"
# A draft's light follows the frames before it, half of it the last one, and a change of source frame shows
# two frames ahead: with so many frames more on both sides a part is drafted as the whole line is.
_SETTLING, _CROSSING = 32, 4

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
GoesOn = tuple[bool, bool]  # whether a message shows frames before a path, and after it


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
        drafted = [self._drafted(line, range(len(line.path))) for line in map(self._line, wanted)]
        return self._refined(drafted)

    def draw_in_stretches(self, wanted: Wanted, frames: int) -> Iterator[Mouths]:
        """The same of one segment, about ``frames`` frames at a time: what is held follows from ``frames``
        and not from the segment's length. The bytes are those of `draw`."""
        parts = stretches(len(wanted.path), self._diffusion, frames)
        line = self._line(wanted)
        if len(parts) > 1:
            line = self._with_sources(line)
        strip = Strip(self._drafted, line)
        for stretch in parts:
            yield self._refined_stretch(strip.drafted(stretch.seen), stretch)

    # --- a segment's frames ---

    def _line(self, one: Wanted) -> Line:
        path, seam = one.path, self._seam
        led, followed = bool(one.before), bool(one.after)
        head = self._resting(one.before + path[:seam], (led, True)).part(slice(len(one.before), None))
        tail = self._resting(path[-seam:] + one.after, (True, followed)).part(slice(0, seam))
        line = Line(path, one.motion, ((0, head), (len(path) - seam, tail)))
        return self._eased(line, (led, followed), one.before, one.after)

    def _eased(self, line: Line, goes_on: GoesOn, before: Path_ = (), after: Path_ = ()) -> Line:
        """The line with mouths that give way to filmed ones, where frames in or beside it are kept."""
        presenter, fps = self._presenter, self._presenter.facts.fps
        shown = (*before, *line.path, *after)
        beyond = going_on(shown, reach_frames(fps), len(presenter.ok))
        earlier, later = (frames if here else [] for frames, here in zip(beyond, goes_on, strict=True))
        kept = ~drawable(presenter, (*earlier, *shown, *later))
        first = len(earlier) + len(before)
        easing = Easing.beside(kept, fps).part(slice(first, first + len(line.path)))
        if not len(easing.near):
            return line
        points = places_of(presenter, [line.path[at] for at in easing.near])[0]
        motion = easing.motion(line.motion, presenter.style.space.encode(points))
        return replace(line, motion=motion, shares=easing.share)

    def _with_sources(self, line: Line) -> Line:
        """Which take frame a mouth is drawn from hangs on the whole line, so it is chosen for all of it."""
        presenter = self._presenter
        points = presenter.style.space.decode(line.motion, places_of(presenter, line.path)[0])
        wanted = nearly_shut(points, presenter.crop_px)
        sources = choose(presenter.atlas, wanted, presenter.crop_px, pinned=line.pinned(line.frames))
        return replace(line, sources=sources)

    def _drafted(self, line: Line, frames: range) -> Drafted:
        """Drafts of some of a line's frames; a few more on both sides are drafted for their sake."""
        around = range(max(frames.start - _SETTLING, 0), min(frames.stop + _CROSSING, len(line.path)))
        places = slice(around.start, around.stop)
        path = line.path[places]
        base = base_of(self._presenter, path, mixed_pictures(self._take.reader, path))
        made = draft(self._presenter, base, line.motion[places], pinned=line.pinned(around))
        drafted = Drafted(line, around, base.crops, base.matrices, made)
        return drafted if around == frames else drafted.part(frames)

    def _refined(self, drafted: Sequence[Drafted]) -> list[Mouths]:
        crops = self._refine([one.timeline() for one in drafted])
        return [one.mouths(refined) for one, refined in zip(drafted, crops, strict=True)]

    def _refined_stretch(self, seen: Drafted, stretch: Stretch) -> Mouths:
        return seen.mouths(self._refine([seen.timeline()], stretch.cuts)[0], stretch.kept)

    def _refine(self, timelines: Sequence[Timeline], cuts: Sequence[Cut] = ()) -> list[Bytes]:
        presenter = self._presenter
        return refine_all(
            refiner_of(presenter),
            timelines,
            seed_key=presenter.content_key,
            config=self._diffusion,
            cuts=cuts,
        )

    # --- the frames around a join ---

    def _resting(self, path: Path_, goes_on: GoesOn) -> Mouths:
        """Resting mouths over the frames around a join, the same for every message that has this join."""
        frames = [(f.a, f.b, f.mix) for f in path]
        key = fingerprint(STAGE_VERSION, self._presenter.content_key, frames, self._diffusion, goes_on)
        return self._store.use(
            "rest",
            key,
            ".safetensors",
            lambda target: self._save_resting(path, goes_on, target),
            _load_mouths,
        )

    def _save_resting(self, path: Path_, goes_on: GoesOn, target: Path) -> None:
        still = np.zeros((len(path), self._presenter.style.space.size), np.float32)
        drawn = self._refined([self._drafted(self._eased(Line(path, still), goes_on), range(len(path)))])[0]
        save_file({name: np.ascontiguousarray(getattr(drawn, name)) for name in MOUTH_PARTS}, target)


def _load_mouths(path: Path) -> Mouths:
    with safe_open(path, "np") as saved:
        return Mouths(*(saved.get_tensor(name) for name in MOUTH_PARTS))


@lru_cache(maxsize=2)
def refiner_of(presenter: Presenter) -> MouthRefiner:
    """The presenter's network, ready to draw; kept in memory."""
    return load_refiner(presenter.network)
