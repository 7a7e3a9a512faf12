"""Fits the refiner to one presenter: minutes on two CPU cores, never longer than it was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from renderer.config import BakeConfig, fingerprint
from renderer.diffusion.checkpoint import Checkpoint
from renderer.diffusion.hardware import best_device
from renderer.diffusion.learning import Limits, learn
from renderer.diffusion.lessons import Lessons, lessons_of, piece
from renderer.diffusion.losses import refiner_loss
from renderer.diffusion.network import MouthRefiner
from renderer.diffusion.noise import noised
from renderer.diffusion.tones import fit_tones
from renderer.diffusion.trainee import RATE_FROM_NOTHING, Trainee, network_of
from renderer.diffusion.unseen import best_of, unseen_runs
from renderer.progress import Progress
from renderer.weights import base_mouth

Crops = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

STAGE = "fitting the mouth model"
_WINDOWS, _FRAMES = 2, 4  # one step sees two runs of four frames
_FRAMES_MIN = 8
_APART_FRAMES = 6  # from unseen frames
_RATE_FROM_BASE = 2e-4


def fit_refiner(
    drafts: Crops,
    truths: Crops,
    masks: Floats,
    points: Floats,
    config: BakeConfig,
    progress: Progress,
    checkpoint: Path | None = None,
) -> dict[str, Floats]:
    """Learns to turn drafts into truths; returns float32 arrays for `renderer.diffusion.refine.load_refiner`.

    ``drafts`` uint8 [T, S, S, 3] must be made without each frame's own neighbourhood, else there is nothing
    to repair; ``truths`` are the take's crops, ``masks`` [T, S, S] 0..1 and ``points`` [T, 478, 2] in crop
    px belong to the drafts. Frames must be in time order. At least 8 are needed.

    Stops after ``config.fit_seconds`` of work or ``config.fit_steps_max`` steps. With ``checkpoint``, an
    interrupted fit goes on where it was, counting the time already spent. Tones come first
    (`renderer.diffusion.tones`); the network learns what they leave. Of both, only as much is kept as brings
    frames nearer to the truth that were not learned, and nothing where nothing does.
    """
    if len(drafts) < _FRAMES_MIN:
        raise ValueError(f"A fit needs at least {_FRAMES_MIN} frames, not {len(drafts)}.")
    lessons = lessons_of(drafts, truths, masks, points)
    tones, toned = fit_tones(lessons)
    lessons = replace(lessons, drafts=toned)
    unseen = unseen_runs(len(drafts))
    base = _suiting(base_mouth(), config) if config.start == "base" else None
    rate = RATE_FROM_NOTHING if base is None else _RATE_FROM_BASE
    trainee = Trainee(config, best_device(), base, rate)
    saved = Checkpoint(checkpoint, fingerprint(lessons.content, config, rate, _content(base)))
    saved.load_into(trainee)
    starts = _starts(len(drafts), unseen)
    limits = Limits(config.fit_seconds, config.fit_steps_max)
    learn(
        trainee,
        lambda step: _lesson_loss(trainee, lessons, starts, config.seed),
        limits,
        progress,
        STAGE,
        saved,
    )
    net = best_of([trainee.result(), *_unfitted(base, config)], lessons, unseen, config)
    learned = {name: value.detach().float().cpu().numpy() for name, value in net.state_dict().items()}
    return learned | (tones.arrays() if tones else {})


def _suiting(base: Mapping[str, Floats] | None, config: BakeConfig) -> Mapping[str, Floats] | None:
    """The base weights where they have the width that the config asks for."""
    suits = base is not None and base["enter.weight"].shape[0] == 2 * config.base_channels
    return base if suits else None


def _content(base: Mapping[str, Floats] | None) -> str:
    return (
        fingerprint(*(part for name in sorted(base) for part in (name, base[name].tobytes()))) if base else ""
    )


def _unfitted(base: Mapping[str, Floats] | None, config: BakeConfig) -> list[MouthRefiner]:
    return [] if base is None else [network_of(config, base).to(best_device()).eval()]


def _starts(total: int, unseen: list[slice]) -> npt.NDArray[np.int_]:
    """First frames of all runs that stay away from the unseen ones, because the next frame is much like an
    unseen one; all runs where a take is too short to choose."""
    first = np.arange(max(total - _FRAMES + 1, 1))
    apart = min(total // 40, _APART_FRAMES)
    free = np.ones(len(first), bool)
    for run in unseen:
        free &= (first + _FRAMES + apart <= run.start) | (first >= run.stop + apart)
    return first[free] if free.any() else first


def _lesson_loss(trainee: Trainee, lessons: Lessons, starts: npt.NDArray[np.int_], seed: int) -> torch.Tensor:
    # Drawn from the step's number, so that a resumed fit goes on as an uninterrupted one would.
    dice = torch.Generator().manual_seed(seed * 1_000_003 + trainee.step)
    first = [int(starts[_throw(len(starts), dice)]) for _ in range(_WINDOWS)]
    runs = [piece(lessons, slice(start, start + _FRAMES), dice) for start in first]
    told, truth, weight = (torch.cat(parts) for parts in zip(*runs, strict=True))
    noisy, level = noised(truth, told[:, :3], _FRAMES, dice)
    guess = trainee.guess(noisy, told, level, _FRAMES)
    return refiner_loss(guess, truth.to(guess.device), weight.to(guess.device))


def _throw(sides: int, dice: torch.Generator) -> int:
    return int(torch.randint(sides, (1,), generator=dice))
