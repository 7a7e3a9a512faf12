"""A message of any length as drafts on disk, line by line, ready to be refined in more than one way."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import save_file

from renderer.config import DiffusionConfig, EngineConfig
from renderer.mouth.draft import Draft
from renderer.progress import Progress, Step
from renderer.refiner.backends import Refiner
from renderer.refiner.refine import Timeline
from renderer.render.context import RenderContext
from renderer.render.job import MessageJob
from renderer.render.plan import plan_message, plan_script_slots
from renderer.render.seams import lay_segment
from renderer.render.segment import SpokenSegment
from renderer.render.stages import draft_frames
from renderer.runtime.store import Store
from renderer.speech.speech import Speech
from renderer.take.base_track import FramePath, PathFrame
from renderer.voices.speech_cache import speak_cached

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

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
    def shown(self) -> FramePath:
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
    """A presenter's message of at least ``seconds``, planned and drafted by the stages of production."""

    def __init__(self, context: RenderContext, seconds: float, progress: Progress) -> None:
        self._context, self._progress = context, progress
        lines, _ = write_lines(seconds, context.config, context.store)
        slots = plan_script_slots([lines], context.fps, context.config, context.store, progress)
        nowhere = Path()  # nothing is opened or written by a job that is only planned
        job = MessageJob(tuple(lines), nowhere, nowhere, slots, nowhere, context.config)
        self._message = plan_message(job, context)

    @property
    def frames(self) -> int:
        return self._message.frames

    def save_drafts(self, folder: Path) -> list[Path]:
        """Draft every line and save it in ``folder``; one file each, in order."""
        files = []
        for at, segment in enumerate(self._message.segments):
            self._progress(Step("drafting the message", at, len(self._message.segments)))
            files.append(folder / f"{at:04}.safetensors")
            _draft_line(self._context, segment).save(files[-1])
        return files


def _draft_line(context: RenderContext, segment: SpokenSegment) -> DraftedLine:
    laid = lay_segment(context, segment)
    drafts = draft_frames(context, laid, laid.frames)
    made = drafts.draft
    known, known_mask = laid.collect_known_crops(laid.frames, made.crops)
    path = np.array([(f.a, f.b, f.mix) for f in laid.path], np.float32)
    return DraftedLine(
        made.crops, drafts.bases, made.fine, made.masks, made.points, drafts.matrices, known, known_mask, path
    )


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
