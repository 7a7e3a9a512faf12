"""What a refiner gains over drafts of people it never learned from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from renderer.refiner.conditioning import encode_planes, stack_conditioning
from renderer.refiner.network import MouthRefiner
from renderer.refiner.training_pairs import TrainingPairs
from renderer.sampling.schedule import FlowSolver

_FRAMES = 16
_RUNS = 4  # of each person, spread over the clip


@dataclass(frozen=True)
class Gain:
    """PSNR in dB inside the whole mask and on the mouth alone, of drafts and of what was drawn;
    ``sharpness`` is the mouth's strength of edges over the filmed one's."""

    draft_mask_db: float
    mask_db: float
    draft_mouth_db: float
    mouth_db: float
    draft_sharpness: float
    sharpness: float


@torch.no_grad()
def measure_gain(net: MouthRefiner, people: list[TrainingPairs], steps: int = 1) -> Gain:
    """The mean over some runs of frames of each of ``people``, drawn in ``steps`` from pure noise.

    Drafts are bare; what is drawn has the network's colour residual too, where it has one.
    """
    corrected = [_add_colour_residual(net, one) for one in people]
    rows = [
        _measure_run(net, one, corrected_one, start, steps)
        for one, corrected_one in zip(people, corrected, strict=True)
        for start in _choose_starts(len(one.drafts))
    ]
    return Gain(*(float(value) for value in np.mean(rows, axis=0)))


def _add_colour_residual(net: MouthRefiner, one: TrainingPairs) -> TrainingPairs:
    if net.colour_residual is None:
        return one
    return replace(one, drafts=net.colour_residual.apply(one.drafts, one.masks, one.points))


def _choose_starts(frames: int) -> list[int]:
    return sorted({int(start) for start in np.linspace(0, max(frames - _FRAMES, 0), _RUNS)})


def _measure_run(
    net: MouthRefiner, one: TrainingPairs, corrected: TrainingPairs, start: int, steps: int
) -> list[float]:
    at = slice(start, start + _FRAMES)
    device = next(net.parameters()).device
    conditioning = stack_conditioning(
        corrected.drafts[at], one.truths[at], one.masks[at], one.outlines[at]
    ).to(device)
    drafted = encode_planes(one.drafts[at]).to(device)
    truth = encode_planes(one.truths[at]).to(device)
    noise = torch.randn(truth.shape, generator=torch.Generator().manual_seed(start)).to(device)
    guess = _sample(net, noise, conditioning, steps)
    mask = conditioning[:, 6:7]
    mouth = mask * torch.from_numpy(np.ascontiguousarray(one.mouths[at], np.float32)).to(device)[:, None]
    shown = (drafted, guess.clamp(-1, 1))
    psnr = [_compute_psnr_db(picture, truth, where) for where in (mask, mouth) for picture in shown]
    return [*psnr, *(_measure_edges(picture, mouth) / _measure_edges(truth, mouth) for picture in shown)]


def _sample(net: MouthRefiner, noise: torch.Tensor, conditioning: torch.Tensor, steps: int) -> torch.Tensor:
    solver, noisy = FlowSolver(steps), noise
    for index, level in enumerate(solver.levels):
        levels = torch.full((1,), level, device=noise.device)
        guess = net(noisy[None], conditioning[None], levels, conditioning[None, :, :3])[0]
        noisy = solver.step(index, noisy, guess)
    return noisy


def _compute_psnr_db(guess: torch.Tensor, truth: torch.Tensor, where: torch.Tensor) -> float:
    squares = ((guess - truth) ** 2).mean(1, keepdim=True)
    each = (squares * where).sum((1, 2, 3)) / where.sum((1, 2, 3)).clamp_min(1e-6)
    return float((10 * torch.log10(4 / each.clamp_min(1e-8))).mean())


def _measure_edges(picture: torch.Tensor, where: torch.Tensor) -> float:
    """Strength of the Laplacian."""
    around = picture.roll(1, 2) + picture.roll(-1, 2) + picture.roll(1, 3) + picture.roll(-1, 3)
    return float(((4 * picture - around).abs().mean(1, keepdim=True) * where).sum().clamp_min(1e-6))
