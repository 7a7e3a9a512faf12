"""Fits the refiner to one presenter: minutes on two CPU cores, never longer than it was given."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from renderer.config import BakeConfig, fingerprint
from renderer.diffusion.checkpoint import Checkpoint
from renderer.diffusion.condition import condition, pixels
from renderer.diffusion.hardware import best_device
from renderer.diffusion.learning import Limits, learn
from renderer.diffusion.lessons import Lessons, lessons_of, piece
from renderer.diffusion.losses import refiner_loss
from renderer.diffusion.network import MouthRefiner
from renderer.diffusion.noise import noised
from renderer.diffusion.trainee import RATE_FROM_NOTHING, Trainee, network_of
from renderer.progress import Progress
from renderer.weights import base_mouth

Crops = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

STAGE = "fitting the mouth model"
_WINDOWS, _FRAMES = 2, 4  # one step sees two runs of four frames
_FRAMES_MIN = 8
_RATE_FROM_BASE = 2e-4

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
    net = _best([trainee.result(), *_unfitted(base, config)], lessons, unseen, config)
    return {name: value.detach().float().cpu().numpy() for name, value in net.state_dict().items()}


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


def _best(nets: list[MouthRefiner], lessons: Lessons, unseen: slice, config: BakeConfig) -> MouthRefiner:
    """The net that comes nearest to frames it never learned; one that changes nothing where none helps."""
    shares = [_error_share(net, lessons, unseen) for net in nets]
    log.info("Unseen mouths: squared error in %% of the drafts': %s", [round(100 * s, 1) for s in shares])
    best = int(np.argmin(shares))
    if shares[best] < 1:
        return nets[best]
    log.warning("The mouth model does not beat its drafts on unseen frames; the drafts are kept as they are.")
    return network_of(config)


def _unseen(total: int) -> slice:
    """A run of frames in the middle that is kept for the final check: a twentieth, at most 48, at least 4."""
    count = min(max(total // 20, 4), 48, total // 2)
    return slice(total // 2, total // 2 + count)


def _starts(total: int, unseen: slice) -> npt.NDArray[np.int_]:
    """First frames of all runs that avoid the unseen ones; all runs where a take is too short to choose."""
    first = np.arange(max(total - _FRAMES + 1, 1))
    free = first[(first + _FRAMES <= unseen.start) | (first >= unseen.stop)]
    return free if len(free) else first


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


@torch.no_grad()
def _error_share(net: MouthRefiner, lessons: Lessons, unseen: slice) -> float:
    """Squared error over the draft's, on the mouths, of one and of two steps from pure noise: the greater.

    Infinite where the net broke.
    """
    frames = np.arange(unseen.start, unseen.stop)
    device = next(net.parameters()).device
    told = condition(
        lessons.drafts[frames], lessons.truths[frames], lessons.masks[frames], lessons.drawn[frames]
    ).to(device)
    truth = pixels(lessons.truths[frames]).to(device)
    noise = torch.randn(truth.shape, generator=torch.Generator().manual_seed(0)).to(device)
    once = _drawn(net, noise, told, 1.0)
    twice = _drawn(net, 0.5 * once + 0.5 * noise, told, 0.5)
    mouths = told[:, 6:7] * torch.from_numpy(lessons.mouths[frames]).to(device)[:, None]
    drafted = float(((told[:, :3] - truth) ** 2 * mouths).mean())
    missed = max(float(((guess - truth) ** 2 * mouths).mean()) for guess in (once, twice))
    return missed / max(drafted, 1e-12) if np.isfinite(missed) else float("inf")


def _drawn(net: MouthRefiner, noisy: torch.Tensor, told: torch.Tensor, level: float) -> torch.Tensor:
    levels = torch.full((1,), level, device=noisy.device)
    drawn: torch.Tensor = net(noisy[None], told[None], levels, told[None, :, :3])[0]
    return drawn
