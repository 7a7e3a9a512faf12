"""The commands that measure the engine: ``reconstruct`` and ``compare``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import platformdirs

from renderer.config import BakeConfig, DiffusionConfig, FusionMode
from renderer.errors import RenderError
from renderer.files import whole_file
from renderer.progress import Progress
from renderer.store import Store

STORE_BYTES = 20 * 2**30
_BESIDE = (
    "psnr_db_mouth", "psnr_db_lips", "oracle_draft_psnr_db_mouth", "oracle_points_psnr_db_mouth",
    "oracle_psnr_db_mask", "sharpness_mouth", "flicker", "aperture_gain", "articulation", "silent_leak_gain",
    "lmd", "lmd_v", "kept_frames",
)  # fmt: skip


def add_reconstruct(parser: argparse.ArgumentParser) -> None:
    """The options of ``python -m renderer reconstruct``."""
    parser.add_argument("--take", type=Path, required=True, help="a clip of one person who speaks")
    parser.add_argument("--train", type=float, default=0.75, help="share of the clip to learn from")
    parser.add_argument("--out", type=Path, required=True, help="the rest, spoken again (MP4)")
    parser.add_argument("--json", type=Path, help="write the whole report here")
    parser.add_argument(
        "--oracle-motion",
        action="store_true",
        help="drive the mouth by the rest's own face, not its sound",
    )
    parser.add_argument("--no-refine", action="store_true", help="show the drafts, without diffusion")
    _add_engine_options(parser)
    parser.add_argument("--mode", choices=get_args(FusionMode), default=DiffusionConfig.mode)


def run_reconstruct(options: argparse.Namespace, progress: Progress) -> str:
    """Do what ``reconstruct`` was asked; returns the summary. Raises RenderError."""
    from renderer.reconstruct import Reconstruction, reconstruct  # loads torch and the face tracker

    diffusion = None if options.no_refine else _diffusion(options)
    job = Reconstruction(
        options.take, options.out, options.train, options.oracle_motion, _bake(options), diffusion
    )
    report = reconstruct(job, Store(options.cache, max_bytes=STORE_BYTES), progress)
    _write_json(report, options.json)
    return _summary(report, options.out)


def _add_engine_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--steps", type=int, default=DiffusionConfig.steps, help="denoising steps (1 to 8)")
    parser.add_argument(
        "--fit-seconds", type=float, default=BakeConfig.fit_seconds, help="time to fit the mouth"
    )
    parser.add_argument("--seed", type=int, default=BakeConfig.seed)
    parser.add_argument(
        "--cache", type=Path, default=platformdirs.user_cache_path("byname"), help="finished parts"
    )


def _diffusion(options: argparse.Namespace) -> DiffusionConfig:
    if not 1 <= options.steps <= 8:
        raise RenderError(f"--steps is {options.steps}. Choose 1 to 8.")
    return replace(DiffusionConfig(), mode=options.mode, steps=options.steps)


def _bake(options: argparse.Namespace) -> BakeConfig:
    return replace(BakeConfig(), fit_seconds=options.fit_seconds, seed=options.seed)


def _write_json(report: Mapping[str, Any], path: Path | None) -> None:
    if path is not None:
        with whole_file(path) as part:
            part.write_text(json.dumps(report, indent=2, default=str) + "\n")


def _summary(report: Mapping[str, Any], out: Path) -> str:
    take, bake, figures = report["take"], report["bake"], report["figures"]
    baked = "reused" if bake["reused"] else f"made in {bake['seconds']:.0f} s"
    lines = [
        f"{out}: the last {report['rest_frames']} frames of {take['name']} "
        f"({take['width']}×{take['height']}, {take['fps']} fps); "
        f"learned from the first {report['learned_frames']}, bake {baked}",
        f"driven by {report['motion']}",
        *(_gate_line(gate) for gate in report["gates"]),
        "beside the gates: "
        + ", ".join(f"{name} {figures[name]:.3g}" for name in _BESIDE if name in figures),
        *(f"note: {note}" for note in report["notes"]),
    ]
    return "\n".join(lines) + "\n"


def _gate_line(gate: Mapping[str, Any]) -> str:
    figure = "–" if gate["figure"] is None else f"{gate['figure']:.3g}"
    return f"  {gate['verdict']:<13}{figure:>8}  {gate['says']} ({gate['bounds']})"
