"""What base weights gain for a new person: fits from them and from nothing, compared.

    python -m renderer.training starts --takes clip.mp4 ... --steps 600

The first three quarters of a take are the atlas and the training pairs; the held-out rest is drafted from
them with its own points, refined and compared with what was filmed. Each fit has the same number of steps.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
import torch

from renderer.config import BakeConfig
from renderer.mouth.base import shrink
from renderer.mouth.draft import draft_to
from renderer.presenter.bake import draft_cross_validated
from renderer.presenter.lower_faces import Faces, crop_lower_faces, track_take
from renderer.progress import ignore_progress
from renderer.refiner.fit import fit_refiner
from renderer.refiner.refine import load_refiner
from renderer.refiner.training_pairs import TrainingPairs, build_training_pairs
from renderer.training.gain import Gain, measure_gain
from renderer.video.decode import TakeReader
from renderer.weights import base_mouth

Floats = npt.NDArray[np.float32]
Start = Literal["base", "nothing"]
STARTS: tuple[Start, ...] = ("nothing", "base")

_FIRST_SHARE = 0.75
_PARTS = ("points", "matrices", "ok", "usable", "fine")


@dataclass(frozen=True, eq=False)
class SplitTake:
    """A take in two: training pairs of its first part, and its held-out part drafted from the first."""

    first: TrainingPairs
    held_out: TrainingPairs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--takes", type=Path, nargs="+", required=True, help="clips of one person each")
    parser.add_argument("--steps", type=int, default=600, help="steps of each fit")
    parser.add_argument("--start", choices=STARTS, help="only this start; default: both, and no fit at all")


def run(args: argparse.Namespace) -> int:
    """Writes one line for each take and start to the standard output; returns the exit status."""
    cv2.setNumThreads(1)
    for take in args.takes:
        for line in compare_starts(split_take(take), args.steps, [args.start] if args.start else STARTS):
            sys.stdout.write(f"{take.name}, {line}\n")
            sys.stdout.flush()
    return 0


def compare_starts(split: SplitTake, steps: int, starts: Sequence[Start]) -> Iterator[str]:
    """One line for each fit, refined in one step and in two: the held-out drafts and their refinement."""
    for name, weights in fit_from_starts(split.first, steps, starts):
        net = load_refiner(weights, torch.device("cpu")).float()
        for draw_steps in (1, 2):
            yield f"{name}, drawn in {draw_steps}: {_format(measure_gain(net, [split.held_out], draw_steps))}"


def split_take(take: Path) -> SplitTake:
    """Raises RenderError for a take without a face."""
    crop_px = BakeConfig().crop_px
    with TakeReader(take) as reader:
        faces, fps = crop_lower_faces(reader, track_take(reader, None), crop_px), reader.facts.fps
    end = int(np.ceil(_FIRST_SHARE * len(faces.points)))
    return SplitTake(_build_first_pairs(faces, end, fps), _build_held_out_pairs(faces, end))


def fit_from_starts(
    first: TrainingPairs, steps: int, starts: Sequence[Start]
) -> Iterator[tuple[str, Mapping[str, Floats]]]:
    """What each start leads to in ``steps`` of fitting, and the base weights without any."""
    base = base_mouth()
    if base is not None and "base" in starts:
        yield "base weights, no fit", base
    for start in starts:
        config = replace(BakeConfig(), start=start, fit_seconds=1e9, fit_steps_max=steps)
        parts = (first.drafts, first.truths, first.masks, first.points)
        yield f"{steps} steps from {start}", fit_refiner(*parts, config, ignore_progress)


def _build_first_pairs(faces: Faces, end: int, fps: Fraction) -> TrainingPairs:
    first_faces = replace(faces, **{name: getattr(faces, name)[:end] for name in _PARTS})
    drafts = draft_cross_validated(first_faces, fps)
    return build_training_pairs(
        drafts.crops,
        shrink(first_faces.fine[first_faces.ok], first_faces.crop_px),
        drafts.masks,
        drafts.points,
    )


def _build_held_out_pairs(faces: Faces, end: int) -> TrainingPairs:
    is_first = np.arange(len(faces.points)) < end
    base = faces.build_base(np.flatnonzero(~is_first & faces.ok))
    drafts = draft_to(replace(faces, usable=faces.usable & is_first), base, base.points)
    return build_training_pairs(drafts.crops, base.crops, drafts.masks, drafts.points)


def _format(gain: Gain) -> str:
    return (
        f"mask {gain.draft_mask_db:.2f} -> {gain.mask_db:.2f} dB, "
        f"mouth {gain.draft_mouth_db:.2f} -> {gain.mouth_db:.2f} dB, "
        f"sharpness {gain.draft_sharpness:.2f} -> {gain.sharpness:.2f}"
    )
