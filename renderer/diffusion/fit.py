"""Fits the refiner to one presenter: minutes on two CPU cores, never longer than it was given."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from renderer.config import BakeConfig, fingerprint
from renderer.diffusion.checkpoint import Checkpoint
from renderer.diffusion.condition import condition, pixels
from renderer.diffusion.hardware import best_device
from renderer.diffusion.lessons import Lessons, lessons_of, piece
from renderer.diffusion.losses import refiner_loss
from renderer.diffusion.network import MouthRefiner
from renderer.diffusion.trainee import Trainee
from renderer.progress import Progress, Step

Crops = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

STAGE = "fitting the mouth model"
_WINDOWS, _FRAMES = 2, 4  # one step sees two runs of four frames
_FRAMES_MIN = 8
_SAVE_EVERY_S = 30.0
_RATE_WARM_STEPS = 20
# Few-step sampling starts from pure noise, so half of all lessons do too.
_PURE_NOISE_SHARE = 0.5
_LEVEL_MIN = 0.1

log = logging.getLogger(__name__)


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
    interrupted fit goes on where it was, counting the time already spent. A result that does not beat the
    drafts on frames it never saw is replaced by one that leaves them as they are.
    """
    if len(drafts) < _FRAMES_MIN:
        raise ValueError(f"A fit needs at least {_FRAMES_MIN} frames, not {len(drafts)}.")
    lessons = lessons_of(drafts, truths, masks, points)
    unseen = _unseen(len(drafts))
    trainee = Trainee(config, best_device())
    saved = Checkpoint(checkpoint, fingerprint(lessons.content, config))
    saved.load_into(trainee)
    _train(trainee, lessons, unseen, config, progress, saved)
    net = trainee.result()
    if not _helps(net, lessons, unseen):
        log.warning(
            "The mouth model does not beat its drafts on unseen frames; the drafts are kept as they are."
        )
        net = _leaving_drafts_alone(config)
    return {name: value.detach().float().cpu().numpy() for name, value in net.state_dict().items()}


def _unseen(total: int) -> slice:
    """A run of frames in the middle that is kept for the final check: a twentieth, at most 48, at least 4."""
    count = min(max(total // 20, 4), 48, total // 2)
    return slice(total // 2, total // 2 + count)


def _train(
    trainee: Trainee,
    lessons: Lessons,
    unseen: slice,
    config: BakeConfig,
    progress: Progress,
    saved: Checkpoint,
) -> None:
    starts = _starts(len(lessons.drafts), unseen)
    began, before = time.monotonic(), trainee.spent_s
    last_save = began
    try:
        while trainee.step < config.fit_steps_max and trainee.spent_s < config.fit_seconds:
            total = _steps_in_all(trainee, config)
            if trainee.step % 5 == 0:
                progress(Step(STAGE, trainee.step, total))
            loss = _lesson_loss(trainee, lessons, starts, config.seed)
            trainee.learn(loss, _rate_share(trainee.step, total), total)
            trainee.spent_s = before + time.monotonic() - began
            if time.monotonic() - last_save > _SAVE_EVERY_S:
                saved.save(trainee)
                last_save = time.monotonic()
    finally:
        saved.save(trainee)
    progress(Step(STAGE, trainee.step, trainee.step))


def _starts(total: int, unseen: slice) -> npt.NDArray[np.int_]:
    """First frames of all runs that avoid the unseen ones; all runs where a take is too short to choose."""
    first = np.arange(max(total - _FRAMES + 1, 1))
    free = first[(first + _FRAMES <= unseen.start) | (first >= unseen.stop)]
    return free if len(free) else first


def _steps_in_all(trainee: Trainee, config: BakeConfig) -> int:
    """How many steps the time allows at the pace so far; exactly the maximum where time is no limit."""
    if trainee.step < 3 or trainee.spent_s <= 0:
        return config.fit_steps_max
    possible = int(config.fit_seconds * trainee.step / trainee.spent_s)
    return max(min(possible, config.fit_steps_max), trainee.step + 1)


def _rate_share(step: int, total: int) -> float:
    """Share of the full learning rate: a short rise, then half a cosine down to a fiftieth."""
    rise = min((step + 1) / _RATE_WARM_STEPS, 1.0)
    return rise * (0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * min(step / total, 1.0)))))


def _lesson_loss(trainee: Trainee, lessons: Lessons, starts: npt.NDArray[np.int_], seed: int) -> torch.Tensor:
    # Drawn from the step's number, so that a resumed fit goes on as an uninterrupted one would.
    dice = torch.Generator().manual_seed(seed * 1_000_003 + trainee.step)
    first = [int(starts[_throw(len(starts), dice)]) for _ in range(_WINDOWS)]
    runs = [piece(lessons, slice(start, start + _FRAMES), dice) for start in first]
    told, truth, weight = (torch.cat(parts) for parts in zip(*runs, strict=True))
    level = torch.rand(_WINDOWS, generator=dice) * (1 - _LEVEL_MIN) + _LEVEL_MIN
    level = torch.where(torch.rand(_WINDOWS, generator=dice) < _PURE_NOISE_SHARE, 1.0, level)
    each = level.repeat_interleave(_FRAMES)[:, None, None, None]
    noisy = (1 - each) * truth + each * torch.randn(truth.shape, generator=dice)
    guess = trainee.guess(noisy, told, level, _FRAMES)
    return refiner_loss(guess, truth.to(guess.device), weight.to(guess.device))


def _throw(sides: int, dice: torch.Generator) -> int:
    return int(torch.randint(sides, (1,), generator=dice))


@torch.no_grad()
def _helps(net: MouthRefiner, lessons: Lessons, unseen: slice) -> bool:
    """Whether one step from pure noise draws the mouth nearer to the truth than the draft did."""
    frames = np.arange(unseen.start, unseen.stop)
    device = next(net.parameters()).device
    told = condition(
        lessons.drafts[frames], lessons.truths[frames], lessons.masks[frames], lessons.drawn[frames]
    ).to(device)
    truth = pixels(lessons.truths[frames]).to(device)
    noise = torch.randn(truth.shape, generator=torch.Generator().manual_seed(0)).to(device)
    guess = net(noise[None], told[None], torch.ones(1, device=device), told[None, :, :3])[0]
    mouths = told[:, 6:7] * torch.from_numpy(lessons.mouths[frames]).to(device)[:, None]
    missed, drafted = (((x - truth) ** 2 * mouths).mean() for x in (guess, told[:, :3]))
    log.info("Unseen mouths: squared error %.2f %% of the drafts'", 100 * float(missed / drafted))
    return bool(torch.isfinite(missed)) and float(missed) < float(drafted)


def _leaving_drafts_alone(config: BakeConfig) -> MouthRefiner:
    torch.manual_seed(config.seed)
    return MouthRefiner(base_channels=config.base_channels)
