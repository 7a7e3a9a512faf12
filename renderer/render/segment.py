"""A line on its slot of the take: what is shown and heard in it, how its mouth moves, and its keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import save_file

from renderer.config import EngineConfig, fingerprint
from renderer.motion.synthesis import synthesise_motion
from renderer.presenter.presenter import Presenter
from renderer.render.context import RenderContext
from renderer.render.job import Source
from renderer.speech.speech import Speech
from renderer.take.base_track import FramePath
from renderer.timeline import seconds_at

Floats = npt.NDArray[np.float32]

# Covers everything from the take's pixels to the encoded segment.
STAGE_VERSION = "segment-12"


@dataclass(frozen=True, eq=False)
class SpokenSegment:
    """The take frames ``path`` and the speech that begins ``lead_frames`` after the first of them; ``before``
    and ``after`` are the neighbours' frames next to it (empty at the message's ends).

    A ``filmed`` one is shown and heard as it was filmed: its speech is the take's sound under its path.
    ``beside_filmed`` tells whether the neighbours before and after it are so. Where the speech was
    ``recorded``, its sound tells more of the mouth than the phones heard in it.
    ``key`` is the segment's name in the store (`compute_segment_key`).
    """

    line_id: str
    path: FramePath
    lead_frames: int
    speech: Speech
    speech_key: str
    before: FramePath
    after: FramePath
    recorded: bool = False
    filmed: bool = False
    beside_filmed: tuple[bool, bool] = (False, False)
    key: str = ""

    @property
    def source(self) -> Source:
        return "filmed" if self.filmed else "recorded" if self.recorded else "spoken"

    @property
    def filmed_frames(self) -> tuple[int, int]:
        """How many frames of ``before`` and ``after`` are filmed ones."""
        before, after = self.beside_filmed
        return len(self.before) if before else 0, len(self.after) if after else 0


def compute_segment_key(segment: SpokenSegment, presenter: Presenter, config: EngineConfig) -> str:
    """Everything that can change a pixel of the segment: never a name, a row or a time."""
    if segment.filmed:
        path = _serialise_path(segment.path)
        return fingerprint(STAGE_VERSION, presenter.content_key, "filmed", path, config.video)
    paths = [_serialise_path(path) for path in (segment.before, segment.path, segment.after)]
    beside = [segment.beside_filmed] if any(segment.beside_filmed) else []
    return fingerprint(
        STAGE_VERSION, presenter.content_key, segment.speech_key, segment.recorded, *paths,
        segment.lead_frames, config.diffusion, config.video, config.plan.seam_frames, *beside,
    )  # fmt: skip


def compute_motion_key(segment: SpokenSegment, presenter: Presenter) -> str:
    """Everything that can change how the mouth moves: the line may stand anywhere on the take."""
    return fingerprint(
        STAGE_VERSION, presenter.content_key, segment.speech_key, segment.recorded,
        len(segment.path), segment.lead_frames,
    )  # fmt: skip


def load_or_compute_motion(context: RenderContext, segment: SpokenSegment) -> Floats:
    """How the mouth moves [n, K] (`renderer.motion`), from the store or computed now."""
    return context.store.use(
        "motion", compute_motion_key(segment, context.presenter), ".safetensors",
        lambda target: save_file({"motion": _compute_motion(context, segment)}, target), _load_motion,
    )  # fmt: skip


def _compute_motion(context: RenderContext, segment: SpokenSegment) -> Floats:
    motion = synthesise_motion(
        segment.speech.phones, len(segment.path), context.fps, context.presenter.style,
        start_s=seconds_at(segment.lead_frames, context.fps),
        samples=segment.speech.samples if segment.recorded else None,
        voice_samples=None if segment.recorded else segment.speech.samples,
    )  # fmt: skip
    return np.ascontiguousarray(motion)


def _load_motion(path: Path) -> Floats:
    with safe_open(path, "np") as saved:
        return np.asarray(saved.get_tensor("motion"), np.float32)


def _serialise_path(path: FramePath) -> bytes:
    return np.array([(frame.a, frame.b, frame.mix) for frame in path], "<f8").tobytes()
