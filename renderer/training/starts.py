"""What base weights are worth to a new person: fits from them and from nothing, side by side.

    python -m renderer.training starts --takes clip.mp4 ... --steps 600

The first three quarters of a take are the atlas and the fit's lessons; the rest is drafted from them with its
own points, refined and compared with what was filmed. Each fit has the same number of steps.
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
from renderer.diffusion.fit import fit_refiner
from renderer.diffusion.lessons import Lessons, lessons_of
from renderer.diffusion.refine import load_refiner
from renderer.mouth.bake import practice_drafts
from renderer.mouth.base import shrink
from renderer.mouth.draft import draft_to
from renderer.mouth.faces import Faces, lower_faces, see
from renderer.progress import silent
from renderer.training.gain import Gain, gain_on
from renderer.video.decode import TakeReader
from renderer.weights import base_mouth

Floats = npt.NDArray[np.float32]
Start = Literal["base", "nothing"]
STARTS: tuple[Start, ...] = ("nothing", "base")

_KNOWN_SHARE = 0.75
_PARTS = ("points", "matrices", "ok", "usable", "fine")


@dataclass(frozen=True, eq=False)
class Parted:
    """A take in two: lessons of the first part, and the rest drafted from the first part."""

    known: Lessons
    rest: Lessons


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--takes", type=Path, nargs="+", required=True, help="clips of one person each")
    parser.add_argument("--steps", type=int, default=600, help="steps of each fit")
    parser.add_argument("--start", choices=STARTS, help="only this start; default: both, and no fit at all")


def run(args: argparse.Namespace) -> int:
    """Writes one line for each take and start to the standard output; returns the exit status."""
    cv2.setNumThreads(1)
    for take in args.takes:
        for line in compared(parted_take(take), args.steps, [args.start] if args.start else STARTS):
            sys.stdout.write(f"{take.name}, {line}\n")
            sys.stdout.flush()
    return 0


def compared(parted: Parted, steps: int, starts: Sequence[Start]) -> Iterator[str]:
    """One line for each fit, drawn in one step and in two: the rest's drafts and what became of them."""
    for name, weights in fits(parted.known, steps, starts):
        net = load_refiner(weights, torch.device("cpu")).float()
        for draw_steps in (1, 2):
            yield f"{name}, drawn in {draw_steps}: {_told(gain_on(net, [parted.rest], draw_steps))}"


def parted_take(take: Path) -> Parted:
    """Raises RenderError for a take without a face."""
    crop_px = BakeConfig().crop_px
    with TakeReader(take) as reader:
        faces, fps = lower_faces(reader, see(reader, None), crop_px), reader.facts.fps
    end = int(np.ceil(_KNOWN_SHARE * len(faces.points)))
    return Parted(_known(faces, end, fps), _rest(faces, end))


def fits(known: Lessons, steps: int, starts: Sequence[Start]) -> Iterator[tuple[str, Mapping[str, Floats]]]:
    """What each start leads to in ``steps`` of fitting, and the base weights without any."""
    base = base_mouth()
    if base is not None and "base" in starts:
        yield "base weights, no fit", base
    for start in starts:
        config = replace(BakeConfig(), start=start, fit_seconds=1e9, fit_steps_max=steps)
        parts = (known.drafts, known.truths, known.masks, known.points)
        yield f"{steps} steps from {start}", fit_refiner(*parts, config, silent)


def _known(faces: Faces, end: int, fps: Fraction) -> Lessons:
    first = replace(faces, **{name: getattr(faces, name)[:end] for name in _PARTS})
    drafts = practice_drafts(first, fps)
    return lessons_of(drafts.crops, shrink(first.fine[first.ok], first.crop_px), drafts.masks, drafts.points)


def _rest(faces: Faces, end: int) -> Lessons:
    before = np.arange(len(faces.points)) < end
    base = faces.base(np.flatnonzero(~before & faces.ok))
    drafts = draft_to(replace(faces, usable=faces.usable & before), base, base.points)
    return lessons_of(drafts.crops, base.crops, drafts.masks, drafts.points)


def _told(gain: Gain) -> str:
    return (
        f"mask {gain.draft_mask_db:.2f} -> {gain.mask_db:.2f} dB, "
        f"mouth {gain.draft_mouth_db:.2f} -> {gain.mouth_db:.2f} dB, "
        f"sharpness {gain.draft_sharpness:.2f} -> {gain.sharpness:.2f}"
    )
