"""How well the last part of a take can be drawn from the first.

    python -m renderer.evaluation.held_out_mouth TAKE [--fit-seconds 240]

The first three quarters of the take are the atlas; the last quarter is drawn from it with its true points
and compared with what was filmed. With ``--fit-seconds`` the refiner is fitted to the three quarters, and
its frames are compared too. Everything is measured inside the region that the atlas fills, because
around it the draft is the filmed frame itself.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from renderer.config import BakeConfig, DiffusionConfig
from renderer.face.crop import apply, invert, measure_side_px
from renderer.mouth.base import MouthBase, shrink
from renderer.mouth.compose import compose
from renderer.mouth.draft import Draft, draft_to
from renderer.mouth.mask import draw_mouth_region
from renderer.presenter.bake import draft_cross_validated
from renderer.presenter.lower_faces import Faces, crop_lower_faces, track_take
from renderer.progress import ignore_progress
from renderer.refiner.conditioning import draw_landmarks
from renderer.video.decode import TakeReader

Crops = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_FIRST_SHARE = 0.75


@dataclass(frozen=True)
class HeldOut:
    """PSNR in dB of the draft and of bare retrieval; ratios to what was filmed are 1.0 at best."""

    frames: int
    psnr_db: float
    retrieved_db: float
    sharpness: float
    movement: float
    flicker: float
    changes: int
    draft_ms: float


def measure_held_out(faces: Faces) -> HeldOut:
    """Measure the last quarter of a take's faces, drawn from the first three."""
    began = time.process_time()
    base, drawn = draft_last_quarter(faces)
    spent_s = time.process_time() - began
    crop_px = faces.crop_px
    region = np.stack([draw_mouth_region(points, crop_px, crop_px) for points in drawn.points])
    fine_region = np.stack(
        [draw_mouth_region(points, crop_px, base.fine.shape[1]) for points in drawn.points]
    )
    retrieved = faces.build_base(drawn.sources).crops
    return HeldOut(
        frames=len(drawn.crops),
        psnr_db=_compute_psnr_db(drawn.crops, base.crops, region),
        retrieved_db=_compute_psnr_db(retrieved, base.crops, region),
        sharpness=_sum_edges(drawn.fine, fine_region) / _sum_edges(base.fine, fine_region),
        movement=_measure_change(drawn.crops, region, 1) / _measure_change(base.crops, region, 1),
        flicker=_measure_change(drawn.crops, region, 2) / _measure_change(base.crops, region, 2),
        changes=_count_source_changes(drawn),
        draft_ms=1000 * spent_s / max(len(drawn.crops), 1),
    )


def report_refined(
    faces: Faces, fps: Fraction, fit_seconds: float, drawn: Draft, base: MouthBase
) -> list[str]:
    """One line for each number of steps: the refined last quarter against its drafts."""
    from renderer.refiner.fit import fit_refiner  # loads torch
    from renderer.refiner.refine import load_refiner, refine

    first = _take_first_part(faces)
    training = draft_cross_validated(first, fps)
    truths = shrink(first.fine[first.ok], faces.crop_px)
    config = replace(BakeConfig(), fit_seconds=fit_seconds, fit_steps_max=100_000)
    net = load_refiner(
        fit_refiner(training.crops, truths, training.masks, training.points, config, ignore_progress)
    )
    lips = draw_landmarks(drawn.points, faces.crop_px)[:, 0] > 0
    regions = {"mask": drawn.masks, "lips": lips.astype(np.float32)}
    shown = {"draft": drawn.crops}
    for steps in (1, 2, 4):
        shown[f"{steps} steps"] = refine(
            net, drawn.crops, base.crops, drawn.masks, drawn.points,
            seed_key="held out", frame_ids=range(len(drawn.crops)), config=DiffusionConfig(steps=steps),
        )  # fmt: skip
    return [
        f"{name}: "
        + ", ".join(
            f"{where} {_compute_psnr_db(crops, base.crops, part):.2f} dB" for where, part in regions.items()
        )
        + f", sharpness {_sum_edges(crops, regions['lips']) / _sum_edges(base.crops, regions['lips']):.2f}"
        for name, crops in shown.items()
    ]


def _take_first_part(faces: Faces) -> Faces:
    end = int(np.ceil(_FIRST_SHARE * len(faces.points)))
    names = ("points", "matrices", "ok", "usable", "fine")
    return replace(faces, **{name: getattr(faces, name)[:end] for name in names})


def draft_last_quarter(faces: Faces) -> tuple[MouthBase, Draft]:
    """The frames of a take's last quarter and their drafts from the first three."""
    is_first = np.arange(len(faces.points)) < _FIRST_SHARE * len(faces.points)
    base = faces.build_base(np.flatnonzero(~is_first & faces.ok))
    return base, draft_to(replace(faces, usable=faces.usable & is_first), base, base.points)


def _compute_psnr_db(drawn: Crops, filmed: Crops, region: Floats) -> float:
    error = ((drawn.astype(np.float32) - filmed) ** 2).mean(-1)
    per_frame = (error * region).sum((1, 2)) / region.sum((1, 2))
    return float(np.mean(10 * np.log10(255**2 / np.maximum(per_frame, 1e-3))))


def _sum_edges(crops: Crops, region: Floats) -> float:
    edges = [np.abs(cv2.Laplacian(crop.astype(np.float32), cv2.CV_32F)).mean(-1) for crop in crops]
    return float((np.stack(edges) * region).sum())


def _measure_change(crops: Crops, region: Floats, order: int) -> float:
    """Total grey levels of the first (movement) or second (flicker) difference in time."""
    change = np.abs(np.diff(crops.astype(np.float32), n=order, axis=0)).mean(-1)
    return float((change * region[order:]).sum())


def _count_source_changes(drawn: Draft) -> int:
    ahead = np.diff(drawn.sources)
    return int(((ahead < 0) | (ahead > 2)).sum())


def _time_compose(reader: TakeReader, faces: Faces, count: int = 20) -> float:
    base = faces.build_base(np.arange(count))
    drawn = draft_to(faces, base, base.points)
    frames = list(reader.frames(range(count)))
    began = time.process_time()
    for place, frame in enumerate(frames):
        compose(frame, drawn.fine[place], base.matrices[place], drawn.masks[place])
    return 1000 * (time.process_time() - began) / count


def _main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m renderer.evaluation.held_out_mouth")
    parser.add_argument("take", type=Path)
    parser.add_argument("--fit-seconds", type=float, default=0.0, help="fit the refiner so long")
    options = parser.parse_args(arguments)
    take: Path = options.take
    cv2.setNumThreads(1)
    with TakeReader(take) as reader:
        tracked = track_take(reader, None)
        faces = crop_lower_faces(reader, tracked, BakeConfig().crop_px)
        found = measure_held_out(faces)
        compose_ms = _time_compose(reader, faces)
        fps = reader.facts.fps
    in_take = apply(invert(faces.matrices), faces.points)
    width_px = float(np.median(np.ptp(in_take[:, :, 0], axis=1)))
    sys.stdout.write(
        f"face {width_px:.0f} px wide, "
        f"crop {measure_side_px(faces.matrices, faces.crop_px):.0f} px of the take, "
        f"kept at {faces.fine.shape[1]} px\n"
        f"held out: {found.frames} frames, {found.psnr_db:.1f} dB "
        f"(retrieved but not warped: {found.retrieved_db:.1f} dB)\n"
        f"of what was filmed: sharpness {found.sharpness:.2f}, movement {found.movement:.2f}, "
        f"flicker {found.flicker:.2f}; {found.changes} changes of source\n"
        f"processor time per frame: draft {found.draft_ms:.0f} ms, compose {compose_ms:.0f} ms\n"
    )
    if options.fit_seconds:
        base, drawn = draft_last_quarter(faces)
        sys.stdout.write("\n".join(report_refined(faces, fps, options.fit_seconds, drawn, base)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
