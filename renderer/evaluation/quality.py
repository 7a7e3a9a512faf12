"""The commands that measure the engine: ``reconstruct``, ``compare``, and ``quality`` for both at once."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import platformdirs

from renderer.config import BakeConfig, DiffusionConfig, EngineConfig, FusionMode, VoiceConfig
from renderer.errors import RenderError
from renderer.evaluation.quality_takes import gather_takes
from renderer.progress import Progress
from renderer.runtime.atomic_files import atomic_write
from renderer.runtime.store import Store
from renderer.voices.registry import add_voice_options, find_engine

STORE_BYTES = 20 * 2**30
_BESIDE = (
    "aperture_r_by_chance", "filmed_sound_r", "filmed_sound_r_by_chance", "between_lips_frames",
    "psnr_db_mouth", "psnr_db_lips", "oracle_draft_psnr_db_mouth", "oracle_points_psnr_db_mouth",
    "oracle_psnr_db_mask", "sharpness_mouth", "flicker", "articulation", "silent_leak_gain",
    "lmd", "lmd_v", "kept_frames",
)  # fmt: skip
_COMPARED = (
    "borders", "seam_velocity", "seam_velocity_p", "seam_velocity_over_whole", "seam_acceleration",
    "seam_acceleration_p", "seam_acceleration_over_whole", "seam_pixels", "seam_pixels_over_whole",
    "windows_jump", "windows_jump_p", "windows_jump_levels", "windows_levels", "line_joins", "flicker",
    "drift_light", "drift_sharpness", "drift_contrast", "refining_fps", "refining_cpu_ms",
)  # fmt: skip


def add_reconstruct_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``python -m renderer reconstruct``."""
    parser.add_argument("--take", type=Path, required=True, help="a clip of one person who speaks")
    parser.add_argument("--train", type=float, default=0.75, help="share of the clip to learn from")
    parser.add_argument("--out", type=Path, required=True, help="the held-out part, spoken again (MP4)")
    parser.add_argument("--json", type=Path, help="write the whole report here")
    parser.add_argument(
        "--oracle-motion",
        action="store_true",
        help="drive the mouth by the held-out part's own face, not its sound",
    )
    parser.add_argument("--no-refine", action="store_true", help="show the drafts, without diffusion")
    _add_engine_options(parser)
    parser.add_argument(
        "--mode",
        choices=get_args(FusionMode),
        default=DiffusionConfig.mode,
        help="sampler mode (default: %(default)s)",
    )


def run_reconstruct(options: argparse.Namespace, progress: Progress) -> str:
    """Do what ``reconstruct`` was asked; returns the summary. Raises RenderError."""
    from renderer.evaluation.reconstruct import (  # loads torch and the face tracker
        Reconstruction,
        reconstruct,
    )

    diffusion = None if options.no_refine else diffusion_of(options)
    job = Reconstruction(
        options.take, options.out, options.train, options.oracle_motion, _build_bake(options), diffusion
    )
    report = reconstruct(job, Store(options.cache, max_bytes=STORE_BYTES), progress)
    _write_json(report, options.json)
    return _format_summary(report, options.out)


def add_compare_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``python -m renderer compare``."""
    parser.add_argument("--take", type=Path, required=True, help="the presenter's recorded video")
    parser.add_argument("--presenter", type=Path, help="a bake of this take; without it the take is baked")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the message")
    parser.add_argument("--modes", nargs="+", choices=get_args(FusionMode), default=get_args(FusionMode))
    add_voice_options(parser)
    parser.add_argument("--json", type=Path, help="write the whole report here")
    _add_engine_options(parser)


def run_compare(options: argparse.Namespace, progress: Progress) -> str:
    """Do what ``compare`` was asked; returns the summary. Raises RenderError."""
    from renderer.evaluation.compare import Comparison, compare  # loads torch and the face tracker

    engine = EngineConfig(voice=VoiceConfig(options.voice), diffusion=diffusion_of(options))
    modes = tuple(dict.fromkeys(options.modes))
    job = Comparison(options.take, options.seconds, modes, _build_bake(options), engine, options.presenter)
    report = compare(job, Store(options.cache, max_bytes=STORE_BYTES), progress)
    _write_json(report, options.json)
    return _format_comparison(report)


def add_quality_options(parser: argparse.ArgumentParser) -> None:
    """The options of ``python -m renderer quality``."""
    parser.add_argument(
        "--takes",
        type=Path,
        nargs="+",
        help="clips; the first is compared (default: the demo's take and six synthetic ones)",
    )
    parser.add_argument("--train", type=float, default=0.75, help="share of each clip to learn from")
    parser.add_argument("--out", type=Path, required=True, help="folder for the videos and their reports")
    parser.add_argument("--seconds", type=float, default=300.0, help="message to compare; 0 leaves it out")
    _add_engine_options(parser)


def run_quality(options: argparse.Namespace, progress: Progress) -> str:
    """Reconstruct every clip, compare modes on the first; returns a Markdown table. Raises RenderError."""
    from renderer.evaluation.compare import Comparison, compare  # loads torch and the face tracker

    store = Store(options.cache, max_bytes=STORE_BYTES)
    takes = options.takes or gather_takes(options.cache, progress)
    reports = {take.stem: _reconstruct(take, options, store, progress) for take in takes}
    table = format_gate_table({name: report["gates"] for name, report in reports.items()})
    notes = [f"{name}: {note}" for name, report in reports.items() for note in report["notes"]]
    if not options.seconds:
        return "\n".join([table, *notes]) + "\n"
    voice = VoiceConfig(find_engine("").name)  # named, so that the report tells which
    engine = EngineConfig(voice=voice, diffusion=diffusion_of(options))
    modes: tuple[FusionMode, ...] = get_args(FusionMode)
    job = Comparison(takes[0], options.seconds, modes, _build_bake(options), engine)
    compared = compare(job, store, progress)
    _write_json(compared, options.out / f"{takes[0].stem}-compare.json")
    return "\n".join([table, *notes, "", _format_comparison(compared)])


def diffusion_of(options: argparse.Namespace) -> DiffusionConfig:
    """The sampler of ``--steps`` and ``--mode``. Raises RenderError for steps that it does not have."""
    if not 1 <= options.steps <= 8:
        raise RenderError(f"--steps is {options.steps}. Choose 1 to 8.")
    mode = getattr(options, "mode", DiffusionConfig.mode)
    return replace(DiffusionConfig(), mode=mode, steps=options.steps)


def format_gate_table(gates: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """A Markdown table of all clips' gates: figure and verdict."""
    names = list(gates)
    rows = ["| gate | bounds | " + " | ".join(names) + " |", "| --- | --- |" + " --- |" * len(names)]
    for entries in zip(*gates.values(), strict=True):
        cells = [f"{_format_figure(entry)} {entry['verdict']}" for entry in entries]
        rows.append(f"| {entries[0]['says']} | {entries[0]['bounds']} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _reconstruct(
    take: Path, options: argparse.Namespace, store: Store, progress: Progress
) -> Mapping[str, Any]:
    """Spoken again from its own sound, or by true motion where there is no speech to use."""
    from renderer.evaluation.held_out_sound import NoSpeech
    from renderer.evaluation.reconstruct import Reconstruction, reconstruct

    out = options.out / f"{take.stem}-rest.mp4"
    job = Reconstruction(take, out, options.train, False, _build_bake(options), diffusion_of(options))
    try:
        report = reconstruct(job, store, progress)
    except NoSpeech:
        report = reconstruct(replace(job, oracle=True), store, progress)
    _write_json(report, out.with_suffix(".json"))
    return report


def _format_comparison(report: Mapping[str, Any]) -> str:
    lines = [
        f"{report['take']['name']}: {report['seconds']:.0f} s of message, {report['frames']} frames",
        " " * 30 + "".join(f"{mode:>16}" for mode in report["modes"]),
    ]
    for name in _COMPARED:
        row = [figures.get(name) for figures in report["modes"].values()]
        lines.append(f"{name:<30}" + "".join(f"{'–' if v is None else f'{v:.3g}':>16}" for v in row))
    return "\n".join([*lines, *report["verdicts"]]) + "\n"


def _add_engine_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--steps", type=int, default=DiffusionConfig.steps, help="denoising steps (1 to 8)")
    parser.add_argument(
        "--fit-seconds",
        type=float,
        default=BakeConfig.fit_seconds,
        help="the longest that fitting the mouth may take, in seconds (default: %(default)g)",
    )
    parser.add_argument(
        "--start", choices=["base", "nothing"], default=BakeConfig.start, help="what the fit begins with"
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=BakeConfig.seed,
        help="random numbers follow from it (default: %(default)s)",
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=platformdirs.user_cache_path("byname"),
        help="folder of the render cache (default: %(default)s)",
    )


def _build_bake(options: argparse.Namespace) -> BakeConfig:
    return replace(BakeConfig(), fit_seconds=options.fit_seconds, seed=options.seed, start=options.start)


def _write_json(report: Mapping[str, Any], path: Path | None) -> None:
    if path is not None:
        with atomic_write(path) as part:
            part.write_text(json.dumps(report, indent=2, default=str) + "\n")


def _format_summary(report: Mapping[str, Any], out: Path) -> str:
    take, bake, figures = report["take"], report["bake"], report["figures"]
    baked = "reused" if bake["reused"] else f"made in {bake['seconds']:.0f} s"
    lines = [
        f"{out}: the last {report['rest_frames']} frames of {take['name']} "
        f"({take['width']}×{take['height']}, {take['fps']} fps); "
        f"learned from the first {report['learned_frames']}, bake {baked}",
        f"driven by {report['motion']}",
        *(_format_gate(gate) for gate in report["gates"]),
        "beside the gates: "
        + ", ".join(f"{name} {figures[name]:.3g}" for name in _BESIDE if name in figures),
        f"by processor time instead of wall time: {report['speed']['engine_fps_by_cpu']:.3g} frames/s",
        *(f"note: {note}" for note in report["notes"]),
    ]
    return "\n".join(lines) + "\n"


def _format_gate(gate: Mapping[str, Any]) -> str:
    return f"  {gate['verdict']:<13}{_format_figure(gate):>8}  {gate['says']} ({gate['bounds']})"


def _format_figure(gate: Mapping[str, Any]) -> str:
    return "–" if gate["figure"] is None else f"{gate['figure']:.3g}"
