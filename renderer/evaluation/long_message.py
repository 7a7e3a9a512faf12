"""A message of any length as drafts on disk, line by line, ready to be refined in more than one way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import save_file

from renderer.config import DiffusionConfig, EngineConfig
from renderer.motion.synthesis import synthesise_motion
from renderer.mouth.base import build_mouth_base
from renderer.mouth.draft import Draft, draft
from renderer.presenter.presenter import Presenter
from renderer.progress import Progress, Step
from renderer.refiner.backends import Refiner
from renderer.refiner.refine import Timeline
from renderer.render.plan import plan_script_slots
from renderer.runtime.store import Store
from renderer.speech.speech import Speech
from renderer.speech.speech_cache import speak_cached
from renderer.take.base_track import PathFrame
from renderer.take.path_pictures import read_path_pictures
from renderer.take.plan import Segment, plan_segments
from renderer.timeline import frames_covering, seconds_at
from renderer.video.decode import TakeReader

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Path_ = tuple[PathFrame, ...]

SENTENCES = (
    "Good morning, and thank you for taking a minute to watch this.",
    "Last spring we moved our whole team into a bigger building by the river.",
    "People often ask me why we spend so much time on small details.",
    "My answer is that nobody remembers a big promise, but everybody remembers a broken one.",
    "Before we begin, please find a quiet place and something to write with.",
    "The first part takes five minutes, and the second part is up to you.",
    "You may stop at any point and come back when it suits you better.",
    "Above all, be honest about what works and what does not.",
    "We will read every single answer, even the ones that hurt a bit.",
    "Half of the best ideas we ever had came from a letter of complaint.",
    "If that sounds like fun, press the button below and join us.",
    "Until then, I wish you a calm week and very good company.",
)
_ARRAYS = ("drafts", "bases", "fine", "masks", "points", "matrices", "known", "known_mask", "path")


@dataclass(frozen=True, eq=False)
class DraftedLine:
    """One line's frames: ``drafts`` and the shown take frames' ``bases`` uint8 [n, S, S, 3], ``fine`` drafts
    [n, F, F, 3], ``masks`` [n, S, S], ``points`` [n, 478, 2] and ``matrices`` [n, 2, 3] as in a draft, the
    neutral frames ``known`` [n, S, S, 3] where ``known_mask`` [n], and ``path`` [n, 3] of (a, b, mix)."""

    drafts: Bytes
    bases: Bytes
    fine: Bytes
    masks: Floats
    points: Floats
    matrices: Floats
    known: Bytes
    known_mask: npt.NDArray[np.bool_]
    path: Floats

    def save(self, path: Path) -> None:
        save_file({name: np.ascontiguousarray(getattr(self, name)) for name in _ARRAYS}, path)

    @classmethod
    def load(cls, path: Path) -> DraftedLine:
        with safe_open(path, "np") as saved:
            return cls(*(saved.get_tensor(name) for name in _ARRAYS))

    @property
    def shown(self) -> Path_:
        """The take frames."""
        return tuple(PathFrame(int(a), int(b), float(mix)) for a, b, mix in self.path)

    @property
    def draft(self) -> Draft:
        return Draft(self.drafts, self.points, self.masks, self.fine, np.zeros(len(self.drafts), np.int64))

    def refine(self, refiner: Refiner, seed_key: str, config: DiffusionConfig) -> Bytes:
        """Refined crops [n, S, S, 3]; the same frames get the same noise in every mode."""
        ids = [f"{f.a}-{f.b}-{f.mix:.3f}" for f in self.shown]
        timeline = Timeline(
            self.drafts, self.bases, self.masks, self.points, ids, self.known, self.known_mask
        )
        return refiner([timeline], seed_key=seed_key, config=config)[0]


class LongMessage:
    """A presenter's message of at least ``seconds``, planned as production plans any message."""

    def __init__(
        self, presenter: Presenter, seconds: float, config: EngineConfig, store: Store, progress: Progress
    ) -> None:
        self._presenter, self._config, self._progress = presenter, config, progress
        fps = presenter.facts.fps
        lines, speeches = write_lines(seconds, config, store)
        slots = plan_script_slots([lines], fps, config, store, progress)
        lengths = [
            (line_id, frames_covering(speech.duration_s, fps))
            for (line_id, _), speech in zip(lines, speeches, strict=True)
        ]
        self._speeches: Sequence[Speech] = speeches
        self._segments: Sequence[Segment] = plan_segments(
            lengths, slots, presenter.base_track, fps, config.plan
        )

    @property
    def frames(self) -> int:
        return sum(len(segment.path) for segment in self._segments)

    def save_drafts(self, reader: TakeReader, refiner: Refiner, folder: Path) -> list[Path]:
        """Draft every line and save it in ``folder``; one file each, in order."""
        files = []
        for at, segment in enumerate(self._segments):
            self._progress(Step("drafting the message", at, len(self._segments)))
            files.append(folder / f"{at:04}.safetensors")
            self._draft_line(at, segment, reader, refiner).save(files[-1])
        return files

    def _draft_line(self, at: int, segment: Segment, reader: TakeReader, refiner: Refiner) -> DraftedLine:
        presenter, seam, path = self._presenter, self._config.plan.seam_frames, segment.path
        before = self._segments[at - 1].path[-seam:] if at else ()
        after = self._segments[at + 1].path[:seam] if at + 1 < len(self._segments) else ()
        head, head_sources = self._draw_neutral((*before, *path[:seam]), reader, refiner)
        tail, tail_sources = self._draw_neutral((*path[-seam:], *after), reader, refiner)
        base = build_mouth_base(presenter, path, read_path_pictures(reader, path))
        known, sources = np.zeros_like(base.crops), np.full(len(path), -1, np.int64)
        known[:seam], sources[:seam] = head[len(before) :], head_sources[len(before) :]
        known[-seam:], sources[-seam:] = tail[:seam], tail_sources[:seam]
        made = draft(presenter, base, self._motion(at, segment), pinned=sources)
        shown = np.array([(f.a, f.b, f.mix) for f in path], np.float32)
        return DraftedLine(
            made.crops, base.crops, made.fine, made.masks, made.points, base.matrices, known, sources >= 0,
            shown,
        )  # fmt: skip

    def _motion(self, at: int, segment: Segment) -> Floats:
        fps = self._presenter.facts.fps
        start_s = seconds_at(segment.lead_frames, fps)
        phones, frames = self._speeches[at].phones, len(segment.path)
        return synthesise_motion(phones, frames, fps, self._presenter.style, start_s=start_s)

    def _draw_neutral(
        self, path: Path_, reader: TakeReader, refiner: Refiner
    ) -> tuple[Bytes, npt.NDArray[np.int_]]:
        """Refined neutral mouths [n, S, S, 3] around a seam, and the take frames that they came from."""
        presenter = self._presenter
        base = build_mouth_base(presenter, path, read_path_pictures(reader, path))
        neutral = draft(presenter, base, np.zeros((len(path), presenter.style.space.size), np.float32))
        ids = [f"{f.a}-{f.b}-{f.mix:.3f}" for f in path]
        timeline = Timeline(neutral.crops, base.crops, neutral.masks, neutral.points, ids)
        [crops] = refiner([timeline], seed_key=presenter.content_key, config=self._config.diffusion)
        return crops, neutral.sources


def write_lines(
    seconds: float, config: EngineConfig, store: Store
) -> tuple[list[tuple[str, str]], list[Speech]]:
    """The built-in sentences, again and again, until they fill the time with their pauses."""
    lines: list[tuple[str, str]] = []
    speeches: list[Speech] = []
    filled_s = config.plan.lead_s + config.plan.tail_s - config.plan.pause_s
    for text in cycle(SENTENCES):
        lines.append((str(len(lines)), text))
        speeches.append(speak_cached(text, config.voice, store))
        filled_s += speeches[-1].duration_s + config.plan.pause_s
        if filled_s >= seconds:
            return lines, speeches
    raise AssertionError("the sentences go round for ever")
