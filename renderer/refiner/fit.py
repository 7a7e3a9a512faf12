"""Fits the refiner to one presenter: minutes on two CPU cores, never longer than it was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from renderer.config import BakeConfig, fingerprint
from renderer.progress import Progress
from renderer.refiner.checkpoint import Checkpoint
from renderer.refiner.colour_residual import fit_colour_residual
from renderer.refiner.ema_trainer import RATE_FROM_SCRATCH, EmaTrainer, build_network
from renderer.refiner.losses import compute_refiner_loss
from renderer.refiner.network import MouthRefiner
from renderer.refiner.training_loop import Limits, learn
from renderer.refiner.training_noise import add_noise
from renderer.refiner.training_pairs import TrainingPairs, build_training_pairs, sample_run
from renderer.refiner.validation import choose_best_network, choose_validation_runs
from renderer.runtime.device import choose_device
from renderer.weights import base_mouth

Crops = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

STAGE = "fitting the mouth model"
_WINDOWS, _FRAMES = 2, 4  # one step sees two runs of four frames
_FRAMES_MIN = 8
_VALIDATION_MARGIN_FRAMES = 6  # between frames to learn and frames to validate on
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
    """Learns to turn drafts into truths; returns float32 arrays for `renderer.refiner.refine.load_refiner`.

    ``drafts`` uint8 [T, S, S, 3] must be made without each frame's own neighbourhood, else there is nothing
    to repair; ``truths`` are the take's crops, ``masks`` [T, S, S] 0..1 and ``points`` [T, 478, 2] in crop
    px belong to the drafts. Frames must be in time order. At least 8 are needed.

    Stops after ``config.fit_seconds`` of work or ``config.fit_steps_max`` steps. With ``checkpoint``, an
    interrupted fit resumes, counting the time already spent. The colour residual is fitted first
    (`renderer.refiner.colour_residual`), and the network learns what it leaves. Each is scaled by what
    brings frames that were not learned nearest to the truth, and dropped where nothing does.
    """
    if len(drafts) < _FRAMES_MIN:
        raise ValueError(f"A fit needs at least {_FRAMES_MIN} frames, not {len(drafts)}.")
    pairs = build_training_pairs(drafts, truths, masks, points)
    residual, corrected = fit_colour_residual(pairs)
    pairs = replace(pairs, drafts=corrected)
    validation_runs = choose_validation_runs(len(drafts))
    base = _match_width(base_mouth(), config) if config.start == "base" else None
    rate = RATE_FROM_SCRATCH if base is None else _RATE_FROM_BASE
    trainer = EmaTrainer(config, choose_device(), base, rate)
    saved = Checkpoint(checkpoint, fingerprint(pairs.content, config, rate, _fingerprint_weights(base)))
    saved.load_into(trainer)
    starts = _find_run_starts(len(drafts), validation_runs)
    limits = Limits(config.fit_seconds, config.fit_steps_max)
    learn(
        trainer,
        lambda step: _compute_step_loss(trainer, pairs, starts, config.seed),
        limits,
        progress,
        STAGE,
        saved,
    )
    net = choose_best_network(
        [trainer.finish(), *_load_base_networks(base, config)], pairs, validation_runs, config
    )
    learned = {name: value.detach().float().cpu().numpy() for name, value in net.state_dict().items()}
    return learned | (residual.to_arrays() if residual else {})


def _match_width(base: Mapping[str, Floats] | None, config: BakeConfig) -> Mapping[str, Floats] | None:
    """The base weights where they have the width that the config asks for."""
    suits = base is not None and base["enter.weight"].shape[0] == 2 * config.base_channels
    return base if suits else None


def _fingerprint_weights(base: Mapping[str, Floats] | None) -> str:
    return (
        fingerprint(*(part for name in sorted(base) for part in (name, base[name].tobytes()))) if base else ""
    )


def _load_base_networks(base: Mapping[str, Floats] | None, config: BakeConfig) -> list[MouthRefiner]:
    return [] if base is None else [build_network(config, base).to(choose_device()).eval()]


def _find_run_starts(total: int, validation_runs: list[slice]) -> npt.NDArray[np.int_]:
    """First frames of all runs that keep a margin to the validation frames, because neighbouring frames are
    much alike; all runs where a take is too short to choose."""
    first = np.arange(max(total - _FRAMES + 1, 1))
    margin = min(total // 40, _VALIDATION_MARGIN_FRAMES)
    is_free = np.ones(len(first), bool)
    for run in validation_runs:
        is_free &= (first + _FRAMES + margin <= run.start) | (first >= run.stop + margin)
    return first[is_free] if is_free.any() else first


def _compute_step_loss(
    trainer: EmaTrainer, pairs: TrainingPairs, starts: npt.NDArray[np.int_], seed: int
) -> torch.Tensor:
    # Seeded by the step's number, so that a resumed fit goes on as an uninterrupted one would.
    generator = torch.Generator().manual_seed(seed * 1_000_003 + trainer.step)
    first = [int(starts[_sample_index(len(starts), generator)]) for _ in range(_WINDOWS)]
    runs = [sample_run(pairs, slice(start, start + _FRAMES), generator) for start in first]
    conditioning, truth, weight = (torch.cat(parts) for parts in zip(*runs, strict=True))
    noisy, level = add_noise(truth, conditioning[:, :3], _FRAMES, generator)
    guess = trainer.predict(noisy, conditioning, level, _FRAMES)
    return compute_refiner_loss(guess, truth.to(guess.device), weight.to(guess.device))


def _sample_index(sides: int, generator: torch.Generator) -> int:
    return int(torch.randint(sides, (1,), generator=generator))
