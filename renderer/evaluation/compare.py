"""The same message in every sampler mode: same seed, same drafts, only the windows differ.

Each line is drafted once and kept on disk. Every mode then refines the same drafts, clamped to the same
neutral frames on both sides as in production, and the face in its pictures is tracked afresh.
"""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from renderer.config import BakeConfig, EngineConfig, FusionMode
from renderer.evaluation.figures import Figures
from renderer.evaluation.gates import SEAM_ACCELERATION_MAX, SEAM_VELOCITY_MAX
from renderer.evaluation.long_message import LongMessage
from renderer.evaluation.mode_comparison import Mode, find_steady, measure_take, mode_figures
from renderer.presenter.bake_cache import ensure_baked
from renderer.presenter.lazy_take import LazyTake
from renderer.presenter.light_bake import check_whole
from renderer.presenter.presenter import load_presenter
from renderer.progress import Progress
from renderer.refiner.backends import find_backend
from renderer.render.context import RenderContext
from renderer.runtime.machine import read_machine_facts
from renderer.runtime.store import Store
from renderer.timeline import seconds_at

_CHUNK_MIN = 1.3
_DRIFT_S = 240.0


@dataclass(frozen=True)
class Comparison:
    """A message of ``seconds`` over ``take`` in each of ``modes``; ``presenter`` is its bake, if any."""

    take: Path
    seconds: float
    modes: tuple[FusionMode, ...]
    bake: BakeConfig = field(default_factory=BakeConfig)
    engine: EngineConfig = field(default_factory=EngineConfig)
    presenter: Path | None = None


def compare(job: Comparison, store: Store, progress: Progress) -> dict[str, Any]:
    """The report, ready for JSON. Raises RenderError."""
    if job.presenter is not None:
        check_whole(job.presenter, job.take)
    presenter = load_presenter(job.presenter or ensure_baked(job.take, store, job.bake, progress))
    refiner = find_backend(presenter.refiner).load(presenter.network)
    modes: dict[str, Figures] = {}
    with (
        LazyTake(job.take, presenter) as opened,
        tempfile.TemporaryDirectory(prefix="byname-compare-") as folder,
    ):
        reader, fps = opened.reader, presenter.facts.fps
        message = LongMessage(RenderContext(presenter, opened, store, job.engine), job.seconds, progress)
        files = message.save_drafts(Path(folder))
        take = measure_take(files)
        whole = Mode(presenter, reader, refiner, job.engine.diffusion, None).measure(
            files, message.frames, progress
        )
        modes["without windows"] = mode_figures(whole, whole, take, fps)
        for name in job.modes:
            mode = Mode(presenter, reader, refiner, job.engine.diffusion, name)
            modes[name] = mode_figures(mode.measure(files, message.frames, progress), whole, take, fps)
    seconds = seconds_at(message.frames, fps)
    return {
        "take": {**asdict(presenter.facts), "name": job.take.name, "fps": str(fps)},
        "seconds": seconds,
        "frames": message.frames,
        "modes": modes,
        "verdicts": write_verdicts(modes, seconds),
        "bake_sha256": presenter.content_key,
        "settings": asdict(job.engine),
        "machine": read_machine_facts(),
    }


def write_verdicts(modes: dict[str, Figures], seconds: float) -> list[str]:
    """Sentences about the gates: window boundaries, the negative control, drift."""
    found = []
    if "triangular" in modes:
        found.append(_write_boundary_verdict("triangular", modes["triangular"]))
        found.append(_write_drift_verdict("triangular", modes["triangular"], seconds))
    if "chunk" in modes:
        found.append(_write_control_verdict(modes["chunk"]))
    return found


def _write_boundary_verdict(name: str, figures: Figures) -> str:
    velocity, acceleration = figures["seam_velocity"], figures["seam_acceleration"]
    kept = velocity <= SEAM_VELOCITY_MAX and acceleration <= SEAM_ACCELERATION_MAX
    return (
        f"{name}: jump ratio at window boundaries {velocity:.2f} / {acceleration:.2f} "
        "(velocity / acceleration), at most "
        f"{SEAM_VELOCITY_MAX:.2f} / {SEAM_ACCELERATION_MAX:.2f}: {'kept' if kept else 'missed'}; "
        f"÷ the same frames refined without windows: {figures['seam_velocity_over_whole']:.3f} / "
        f"{figures['seam_acceleration_over_whole']:.3f}"
    )


def _write_control_verdict(figures: Figures) -> str:
    velocity = figures["seam_velocity"]
    seen = "shows" if velocity >= _CHUNK_MIN else "does not show"
    return (
        f"chunk, the negative control, {seen} its window boundaries in the finished picture "
        f"({velocity:.2f}, at least "
        f"{_CHUNK_MIN}); what windows alone change jumps {figures['windows_jump']:.2f} times as far there as "
        f"inside (p {figures['windows_jump_p']:.3f}), by {figures['windows_jump_levels']:.2f} grey levels"
    )


def _write_drift_verdict(name: str, figures: Figures, seconds: float) -> str:
    steady = find_steady(figures)
    moving = [look.removeprefix("drift_").replace("_", "-") for look, holds in steady.items() if not holds]
    what = f"drift in {', '.join(moving)}" if moving else f"no drift in any of {len(steady)} curves"
    said = f"{name}: {what}"
    return said if seconds >= _DRIFT_S else f"{said} (the gate is for 5 minutes; this is {seconds:.0f} s)"
