"""Learns from the first part of a clip, speaks the held-out part again from its own sound, and compares.

With true motion ("oracle") the held-out part's own face points, reduced to the twelve numbers of motion,
drive the mouth instead of its sound: what is then wrong is the drawing's fault alone.
"""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from renderer.config import BakeConfig, DiffusionConfig, VideoConfig
from renderer.evaluation.between_lips import measure_between_lips
from renderer.evaluation.figures import (
    Figures,
    Regions,
    boundary_figures,
    drift_figures,
    lip_figures,
    picture_figures,
    silence_figures,
    speech_figures,
)
from renderer.evaluation.gates import validate_figures
from renderer.evaluation.held_out import track_held_out
from renderer.evaluation.held_out_sound import HeldOutSound, read_held_out_sound
from renderer.evaluation.scene import DrawnMouths, OutsideChange, Scene, TrackedFrames, report_progress
from renderer.evaluation.split import describe_uneven_rate, find_split
from renderer.judging.lip_sync import SoundMatch
from renderer.motion.synthesis import synthesise_motion
from renderer.mouth.base import crop_frame
from renderer.mouth.draft import draft, draft_to
from renderer.presenter.bake_cache import ensure_baked
from renderer.presenter.presenter import load_presenter
from renderer.progress import Progress, Step
from renderer.runtime.machine import read_machine_facts
from renderer.runtime.profiling import SpanTime, profile
from renderer.runtime.store import Store
from renderer.sampling.window_boundaries import find_window_boundaries
from renderer.scoring.aperture import OPEN_APERTURE
from renderer.video.decode import TakeReader, read_sound
from renderer.video.encode import encode_segment
from renderer.video.mux import join_segments

Crops = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_DIFFUSION = ("sampler", "condition", "network")
_SOUND_GATES = (
    "aperture_r", "aperture_r_short", "aperture_gain", "closure", "contrast", "offset_frames",
)  # fmt: skip
# From this length on a clip has enough speech for the floor of long clips.
_LONG_S = 15.0
_RATES = ("diffusion_fps", "engine_fps")
_OWN_SOUND = "the held-out part's own sound"
_ORACLE = "the held-out part's own face points, reduced to the 12 numbers of motion (oracle)"


@dataclass(frozen=True)
class Reconstruction:
    """What to do with ``take``: learn from its first ``share``, write the held-out part, spoken again,
    to ``out``.

    ``oracle`` drives the mouth by the held-out part's own face points. Without ``diffusion`` the drafts are
    shown.
    """

    take: Path
    out: Path
    share: float = 0.75
    oracle: bool = False
    bake: BakeConfig = field(default_factory=BakeConfig)
    diffusion: DiffusionConfig | None = field(default_factory=DiffusionConfig)


def reconstruct(job: Reconstruction, store: Store, progress: Progress) -> dict[str, Any]:
    """Write ``job.out`` and return the report, ready for JSON. Raises RenderError."""
    varies = describe_uneven_rate(job.take)
    with TakeReader(job.take) as reader:
        facts = reader.facts
        first = find_split(facts, job.share, job.take)
        sound = HeldOutSound.of(read_sound(job.take), facts, first)
        if not job.oracle:
            sound.check_speech(job.take.name)
        detector, began = _WorkDetector(progress), time.monotonic()
        learned = load_presenter(ensure_baked(job.take, store, job.bake, detector, first))
        bake = {
            "seconds": time.monotonic() - began,
            "reused": not detector.has_worked,
            "sha256": learned.content_key,
        }
        held_out = track_held_out(learned, reader, first, progress)
        scene = Scene.of(reader, learned, range(first, facts.frames), held_out.base, progress)
        figures, speed = _speak_again(job, scene, sound)
        figures |= measure_between_lips(learned, facts.fps)
    filmed = sound.match_lips(np.concatenate([learned.points, held_out.base.points]), facts)
    if filmed is not None:
        figures |= {"filmed_sound_r": filmed.r, "filmed_sound_r_by_chance": filmed.chance}
    return {
        "take": {**asdict(facts), "name": job.take.name, "fps": str(facts.fps)},
        "motion": _ORACLE if job.oracle else _OWN_SOUND,
        "learned_frames": first,
        "rest_frames": len(scene.shown),
        "gates": validate_figures(_select_gate_figures(job, figures, speed, facts.duration_s)),
        "figures": figures,
        "notes": [*varies, *learned.problems, *held_out.problems, *_write_notes(job, sound, filmed, figures)],
        "bake": bake,
        "speed": speed,
        "settings": {"bake": asdict(job.bake), "diffusion": asdict(job.diffusion) if job.diffusion else None},
        "machine": read_machine_facts(),
        "out_sha256": hashlib.sha256(job.out.read_bytes()).hexdigest(),
    }


def _speak_again(job: Reconstruction, scene: Scene, sound: HeldOutSound) -> tuple[Figures, dict[str, Any]]:
    fps, frames = scene.reader.facts.fps, len(scene.shown)
    true_motion = scene.presenter.style.space.encode(scene.base.points)
    outside = OutsideChange()
    with profile() as profiler:
        motion = true_motion if job.oracle else compute_spoken_motion(scene, sound) + scene.expression
        drawn = scene.draw(draft(scene.presenter, scene.base, scene.ease(motion)), job.diffusion)
        _write_video(job, scene, drawn, outside)
    speed = _measure_speed(profiler.report(), frames)
    with TakeReader(job.out) as made:
        seen = scene.track(made.pictures(range(frames)))
    figures = _measure_figures(job, scene, drawn, seen, sound)
    figures |= {"outside_px": float(outside.changed), "outside_levels": float(outside.largest_levels)}
    figures |= _measure_true_motion(scene, true_motion, job.diffusion)
    still = scene.draw(draft(scene.presenter, scene.base, scene.expression), job.diffusion)
    there = scene.drawn_mask if scene.drawn_mask.any() else np.ones(frames, bool)
    seen_still = scene.track(scene.compose(still))
    figures |= silence_figures(seen_still.where(there), scene.real.where(there))
    return figures | {"seconds": frames / float(fps)}, speed


def compute_spoken_motion(scene: Scene, sound: HeldOutSound) -> Floats:
    """Compute motion from the held-out part's own sound, as the engine does for any recording.

    It begins as late as the filmed picture follows its sound (learned from the first part), because the
    drawn lips are compared with the filmed ones.
    """
    style, fps = scene.presenter.style, scene.reader.facts.fps
    return synthesise_motion(
        sound.phones, len(scene.shown), fps, style, start_s=style.lag_s, samples=sound.samples
    )


def _write_video(job: Reconstruction, scene: Scene, drawn: DrawnMouths, outside: OutsideChange) -> None:
    out, config, facts = job.out, VideoConfig(), scene.reader.facts
    samples, form = read_held_out_sound(job.take, facts, scene.shown.start)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".rest-", dir=out.parent) as folder:
        picture = Path(folder) / "picture.mp4"
        frames = report_progress(scene.compose(drawn, outside), "rendering", len(scene.shown), scene.progress)
        encode_segment(frames, facts.fps, config, picture)
        join_segments([picture], samples, out, facts.fps, config, form)


def _measure_figures(
    job: Reconstruction, scene: Scene, drawn: DrawnMouths, seen: TrackedFrames, sound: HeldOutSound
) -> Figures:
    fps, real = scene.reader.facts.fps, scene.real
    regions = Regions.of(scene.base, drawn.draft.masks)
    there = scene.drawn_mask
    found = picture_figures(seen.fine[there], real.fine[there], regions.where(there))
    found |= lip_figures(seen, real)
    found |= drift_figures(seen.fine, real.fine, regions, fps)
    if sound.has_speech:
        found |= speech_figures(seen, real, sound.phones, sound.envelope, fps)
    if job.diffusion is not None:
        boundaries = find_window_boundaries(len(scene.shown), job.diffusion)
        found |= boundary_figures(seen.points, boundaries) | boundary_figures(
            real.points, boundaries, "seam_filmed"
        )
    return found | {"kept_frames": float(1 - scene.base.ok.mean())}


def _measure_true_motion(scene: Scene, motion: Floats, config: DiffusionConfig | None) -> Figures:
    """Pixels under true motion before encoding: in the 12 numbers, as a draft, and with the points given."""
    presenter, base, there = scene.presenter, scene.base, scene.drawn_mask
    drafted = draft(presenter, base, motion)
    regions = Regions.of(base, drafted.masks).where(there)
    given = draft_to(presenter, base, base.points)
    shown = {
        "oracle": scene.draw(drafted, config),
        "oracle_draft": scene.draw(drafted, None),
        "oracle_points": scene.draw(given, config),
    }
    return {
        f"{name}_{figure}": value
        for name, drawn in shown.items()
        for figure, value in picture_figures(
            crop_composed(scene, drawn)[there], base.fine[there], regions
        ).items()
    }


def crop_composed(scene: Scene, drawn: DrawnMouths) -> Crops:
    """The drawn lower faces [n, F, F, 3] as a viewer sees them in the composed pictures, before encoding."""
    sizes_px = scene.presenter.crop_px, scene.presenter.fine_px
    pictures = zip(scene.compose(drawn), scene.base.matrices, strict=True)
    return np.stack([crop_frame(picture, matrix, *sizes_px) for picture, matrix in pictures])


def _measure_speed(stages: Mapping[str, SpanTime], frames: int) -> dict[str, Any]:
    wall_s = sum(took.wall_s for took in stages.values())
    cpu_s = sum(took.cpu_s for took in stages.values())
    diffusion_s = sum(stages[name].wall_s for name in _DIFFUSION if name in stages)
    return {
        # What one core would do if nobody else used the machine; helper threads are not counted.
        "engine_fps_by_cpu": frames / max(cpu_s, 1e-9),
        "engine_fps": frames / max(wall_s, 1e-9),
        # A fit that kept the drafts runs no network, and tells nothing of its speed.
        "diffusion_fps": frames / diffusion_s if "network" in stages else None,
        "stages": {name: asdict(took) for name, took in stages.items()},
    }


# --- the report ---


def _select_gate_figures(
    job: Reconstruction, figures: Figures, speed: Mapping[str, Any], clip_s: float
) -> dict[str, float | None]:
    gated: dict[str, float | None] = {**figures, **{name: speed[name] for name in _RATES}}
    # With true motion shown, the finished video is measured; else its drawing before encoding.
    shown = "" if job.oracle else "oracle_"
    for gate, figure in (("oracle_psnr_db", "psnr_db_mouth"), ("oracle_sharpness", "sharpness_mouth")):
        gated[gate] = figures[shown + figure]
    gated["added_db"] = figures["oracle_psnr_db_mouth"] - figures["oracle_draft_psnr_db_mouth"]
    if _has_open_closures(figures):
        gated |= {"closure": None, "contrast": None}
    if clip_s < _LONG_S:
        gated |= {"aperture_r": None, "aperture_r_short": figures.get("aperture_r")}
    # True motion cannot be compared with itself.
    return gated | dict.fromkeys(_SOUND_GATES) if job.oracle else gated


def _write_notes(
    job: Reconstruction, sound: HeldOutSound, filmed: SoundMatch | None, figures: Figures
) -> list[str]:
    notes = []
    if not sound.has_speech:
        notes.append("No speech is heard in the held-out part, so nothing is said about lips and sound.")
    elif filmed is not None and not filmed.is_heard:
        notes.append(
            f"By the ears asked, the filmed lips do not move with the sound (r {filmed.r:.2f}; by chance "
            f"{filmed.chance:.2f} is reached): it is another recording, far out of sync, or speech that they "
            "do not understand. The figures of lips against sound stay in the gates."
        )
    if not job.oracle and figures["aperture_r"] <= figures["aperture_r_by_chance"]:
        notes.append(
            f"The drawn lips follow the filmed ones no better than by chance (r {figures['aperture_r']:.2f}; "
            f"{figures['aperture_r_by_chance']:.2f} is reached by circular shifts)."
        )
    if _has_open_closures(figures):
        notes.append(
            f"In 5 % of the p, b and m that were heard, the filmed lips are {figures['closed_limit']:.3f} of "
            f"the face's width apart ({OPEN_APERTURE} is an open mouth): other sounds were taken for them, "
            "so closure and contrast are not judged."
        )
    if job.diffusion is None:
        notes.append("Nothing was refined: the drafts are shown.")
    return notes


def _has_open_closures(figures: Figures) -> bool:
    """Whether the filmed lips are open in what was heard as p, b and m: then anything counts as closed."""
    return figures.get("closed_limit", 0.0) > OPEN_APERTURE


class _WorkDetector:
    """Progress that remembers whether there was any work."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self.has_worked = progress, False

    def __call__(self, step: Step) -> None:
        self.has_worked = True
        self._progress(step)
