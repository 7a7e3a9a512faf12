"""The training loop: it stops after a time or a number of steps, and can be resumed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from renderer.progress import Progress, Step
from renderer.refiner.checkpoint import Checkpoint
from renderer.refiner.ema_trainer import EmaTrainer

_SAVE_EVERY_S = 30.0
_RATE_WARM_STEPS = 20


@dataclass(frozen=True)
class Limits:
    """Learning ends after ``seconds`` of work or ``steps``, whichever comes first."""

    seconds: float
    steps: int


def learn(
    trainer: EmaTrainer,
    compute_loss: Callable[[int], torch.Tensor],
    limits: Limits,
    progress: Progress,
    stage: str,
    saved: Checkpoint,
) -> None:
    """Trains until a limit is met. ``compute_loss`` returns a step's loss; its random numbers must depend on
    the step alone, so that a resumed run goes on as an uninterrupted one would."""
    began, before = time.monotonic(), trainer.spent_s
    last_save = began
    try:
        while trainer.step < limits.steps and trainer.spent_s < limits.seconds:
            total = estimate_total_steps(trainer, limits)
            if trainer.step % 5 == 0:
                progress(Step(stage, trainer.step, total))
            trainer.update(compute_loss(trainer.step), compute_rate_factor(trainer.step, total), total)
            trainer.spent_s = before + time.monotonic() - began
            if time.monotonic() - last_save > _SAVE_EVERY_S:
                saved.save(trainer)
                last_save = time.monotonic()
    finally:
        saved.save(trainer)
    progress(Step(stage, trainer.step, trainer.step))


def estimate_total_steps(trainer: EmaTrainer, limits: Limits) -> int:
    """How many steps the time allows at the pace so far; exactly the maximum where time is no limit."""
    if trainer.step < 3 or trainer.spent_s <= 0:
        return limits.steps
    possible = int(limits.seconds * trainer.step / trainer.spent_s)
    return max(min(possible, limits.steps), trainer.step + 1)


def compute_rate_factor(step: int, total: int) -> float:
    """Share of the full learning rate: a short rise, then half a cosine down to a fiftieth."""
    rise = min((step + 1) / _RATE_WARM_STEPS, 1.0)
    return rise * (0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * min(step / total, 1.0)))))
