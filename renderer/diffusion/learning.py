"""The loop that teaches a network, step by step, within a time and a number of steps, and can be resumed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from renderer.diffusion.checkpoint import Checkpoint
from renderer.diffusion.trainee import Trainee
from renderer.progress import Progress, Step

_SAVE_EVERY_S = 30.0
_RATE_WARM_STEPS = 20


@dataclass(frozen=True)
class Limits:
    """Learning ends after ``seconds`` of work or ``steps``, whichever comes first."""

    seconds: float
    steps: int


def learn(
    trainee: Trainee,
    lesson_loss: Callable[[int], torch.Tensor],
    limits: Limits,
    progress: Progress,
    stage: str,
    saved: Checkpoint,
) -> None:
    """Teaches until a limit is met. ``lesson_loss`` gives a step's loss; it must draw from the step alone,
    so that a resumed run goes on as an uninterrupted one would."""
    began, before = time.monotonic(), trainee.spent_s
    last_save = began
    try:
        while trainee.step < limits.steps and trainee.spent_s < limits.seconds:
            total = steps_in_all(trainee, limits)
            if trainee.step % 5 == 0:
                progress(Step(stage, trainee.step, total))
            trainee.learn(lesson_loss(trainee.step), rate_share(trainee.step, total), total)
            trainee.spent_s = before + time.monotonic() - began
            if time.monotonic() - last_save > _SAVE_EVERY_S:
                saved.save(trainee)
                last_save = time.monotonic()
    finally:
        saved.save(trainee)
    progress(Step(stage, trainee.step, trainee.step))


def steps_in_all(trainee: Trainee, limits: Limits) -> int:
    """How many steps the time allows at the pace so far; exactly the maximum where time is no limit."""
    if trainee.step < 3 or trainee.spent_s <= 0:
        return limits.steps
    possible = int(limits.seconds * trainee.step / trainee.spent_s)
    return max(min(possible, limits.steps), trainee.step + 1)


def rate_share(step: int, total: int) -> float:
    """Share of the full learning rate: a short rise, then half a cosine down to a fiftieth."""
    rise = min((step + 1) / _RATE_WARM_STEPS, 1.0)
    return rise * (0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * min(step / total, 1.0)))))
