"""One line on its slot of the take: mouths drawn, met with its neighbours, composed and encoded once.

A segment begins and ends with a few silent frames that every message shows alike. They are drawn first,
together with the frames on the other side of the join, and are then known: the diffusion of the segment
is clamped to them on both sides, whichever line comes before or after.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import save_file

from renderer.config import EngineConfig, fingerprint
from renderer.diffusion.network import MouthRefiner
from renderer.diffusion.refine import load_refiner, refine
from renderer.measured import Measured, load_measured, measure_segment, save_measured
from renderer.motion.motion import speak_motion
from renderer.mouth.base import MouthBase, base_of
from renderer.mouth.compose import compose
from renderer.mouth.draft import draft, sharpened
from renderer.mouth.presenter import Presenter
from renderer.plan import Segment
from renderer.progress import Progress, Step
from renderer.speech.speech import Phone, Speech
from renderer.store import Store
from renderer.timeline import seconds_at
from renderer.video.decode import TakeReader
from renderer.video.encode import encode_segment
from renderer.video.shown import mixed_frames
from renderer.walk import PathFrame

STAGE_VERSION = "segment-3"

Path_ = tuple[PathFrame, ...]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class SegmentWork:
    """A segment, what is heard in it, and the neighbours' frames next to it (empty at the message's ends)."""

    segment: Segment
    speech: Speech
    speech_key: str
    before: Path_
    after: Path_


@dataclass(frozen=True, eq=False)
class RenderedSegment:
    """An encoded segment in the store; ``cached`` tells that it was there already."""

    path: Path
    frames: int
    cached: bool
    measured: Measured


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
class _Known:
    """Frames that are drawn already: ``crops`` [n, S, S, 3], and their ``sources`` [n], -1 elsewhere."""

    crops: Bytes
    sources: npt.NDArray[np.int64]

    @classmethod
    def nothing(cls, base: MouthBase) -> _Known:
        return cls(np.zeros_like(base.crops), np.full(len(base.crops), -1, np.int64))

    def set(self, place: slice, drawn: Mouths) -> None:
        self.crops[place], self.sources[place] = drawn.crops, drawn.sources


class SegmentRenderer:
    """Renders segments of one presenter on one take; everything finished lies in the store."""

    def __init__(self, presenter: Presenter, reader: TakeReader, store: Store, config: EngineConfig) -> None:
        self._presenter, self._reader = presenter, reader
        self._store, self._config = store, config
        self._seam = config.plan.seam_frames

    def render(self, work: SegmentWork, progress: Progress) -> RenderedSegment:
        """The encoded segment and its measures, made unless the store has them. Raises RenderError."""
        key = self.key_of(work)
        path = self._store.get("segment", key)
        cached = path is not None
        if path is None:
            mouths = self._mouths(work, progress)
            path, cached = self._store.make(
                "segment", key, ".mp4", lambda target: self._encode(work, mouths, target, progress)
            )
        scores, _ = self._store.make(
            "measured", key, ".safetensors", lambda target: save_measured(self._measure(work, path), target)
        )
        return RenderedSegment(path, len(work.segment.path), cached, load_measured(scores))

    def key_of(self, work: SegmentWork) -> str:
        """Everything that can change a pixel of the segment: never a name, a row or a time."""
        config = self._config
        paths = [[(f.a, f.b, f.mix) for f in path] for path in (work.before, work.segment.path, work.after)]
        return fingerprint(
            STAGE_VERSION, self._presenter.content_key, work.speech_key, paths, work.segment.lead_frames,
            config.diffusion, config.video, self._seam,
        )  # fmt: skip

    # --- drawing ---

    def _mouths(self, work: SegmentWork, progress: Progress) -> Mouths:
        path, seam = work.segment.path, self._seam
        head = self._resting(work.before + path[:seam]).part(slice(len(work.before), None))
        tail = self._resting(path[-seam:] + work.after).part(slice(0, seam))
        progress(Step("drawing the mouth", 0, len(path)))
        base = base_of(self._presenter, path, mixed_frames(self._reader, path))
        known = _Known.nothing(base)
        known.set(slice(0, seam), head)
        known.set(slice(len(path) - seam, len(path)), tail)
        mouths = self._drawn(base, path, self._motion(work), known)
        for place, rest in ((slice(0, seam), head), (slice(len(path) - seam, len(path)), tail)):
            mouths.fine[place], mouths.masks[place] = rest.fine, rest.masks
        return mouths

    def _resting(self, path: Path_) -> Mouths:
        """Resting mouths over the frames around a join, the same for every message that has this join."""
        frames = [(f.a, f.b, f.mix) for f in path]
        key = fingerprint(STAGE_VERSION, self._presenter.content_key, frames, self._config.diffusion)
        file, _ = self._store.make("rest", key, ".safetensors", lambda out: self._save_resting(path, out))
        with safe_open(file, "np") as saved:
            return Mouths(*(saved.get_tensor(name) for name in _PARTS))

    def _save_resting(self, path: Path_, target: Path) -> None:
        base = base_of(self._presenter, path, mixed_frames(self._reader, path))
        still = np.zeros((len(path), self._presenter.style.space.size), np.float32)
        drawn = self._drawn(base, path, still, _Known.nothing(base))
        save_file({name: np.ascontiguousarray(getattr(drawn, name)) for name in _PARTS}, target)

    def _drawn(self, base: MouthBase, path: Path_, motion: Floats, known: _Known) -> Mouths:
        presenter = self._presenter
        drafted = draft(presenter, base, motion, pinned=known.sources)
        crops = refine(
            _refiner(presenter), drafted.crops, base.crops, drafted.masks, drafted.points,
            seed_key=presenter.content_key, frame_ids=[f"{f.a}-{f.b}-{f.mix:.3f}" for f in path],
            config=self._config.diffusion, known=known.crops, known_mask=known.sources >= 0,
        )  # fmt: skip
        sources = np.asarray(drafted.sources, np.int64)
        return Mouths(crops, sharpened(drafted, crops), drafted.masks.copy(), base.matrices, sources)

    def _motion(self, work: SegmentWork) -> Floats:
        fps = self._reader.facts.fps
        return speak_motion(
            work.speech.phones, len(work.segment.path), fps, self._presenter.style,
            start_s=seconds_at(work.segment.lead_frames, fps),
        )  # fmt: skip

    # --- encoding and measuring ---

    def _encode(self, work: SegmentWork, mouths: Mouths, target: Path, progress: Progress) -> None:
        frames = self._composed(work, mouths, progress)
        encode_segment(frames, self._reader.facts.fps, self._config.video, target)

    def _composed(self, work: SegmentWork, mouths: Mouths, progress: Progress) -> Iterator[Bytes]:
        path = work.segment.path
        for at, frame in enumerate(mixed_frames(self._reader, path)):
            progress(Step("rendering", at, len(path)))
            yield compose(frame, mouths.fine[at], mouths.matrices[at], mouths.masks[at])

    def _measure(self, work: SegmentWork, path: Path) -> Measured:
        fps = self._reader.facts.fps
        phones: tuple[Phone, ...] = work.speech.phones
        start_s = seconds_at(work.segment.lead_frames, fps)
        return measure_segment(
            path, work.segment.path, self._motion(work), phones, start_s, self._presenter, fps
        )


@lru_cache(maxsize=2)
def _refiner(presenter: Presenter) -> MouthRefiner:
    return load_refiner(presenter.network)
