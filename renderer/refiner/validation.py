"""Validation of a fitted network on frames of the take that it never learned, and the choice of its scale."""

from __future__ import annotations

import logging

import numpy as np
import numpy.typing as npt
import torch

from renderer.config import BakeConfig
from renderer.refiner.conditioning import encode_planes, stack_conditioning
from renderer.refiner.ema_trainer import build_network
from renderer.refiner.network import MouthRefiner
from renderer.refiner.shrinkage import ErrorCurve, choose_scale
from renderer.refiner.training_pairs import TrainingPairs

_RUNS, _LENGTH_MAX = 4, 12

log = logging.getLogger(__name__)


def choose_validation_runs(total: int) -> list[slice]:
    """Runs of frames, spread over a take of ``total``, that are held out for validation: an eighth at most.

    One run alone may show by chance just what was learned well.
    """
    count = min(max(total // 32, 2), _LENGTH_MAX)
    middles = [(2 * run + 1) * total // (2 * _RUNS) for run in range(_RUNS)]
    return [slice(middle - count // 2, middle - count // 2 + count) for middle in middles]


def choose_best_network(
    nets: list[MouthRefiner], pairs: TrainingPairs, validation_runs: list[slice], config: BakeConfig
) -> MouthRefiner:
    """The net that comes nearest to the validation frames, with its residual scaled as serves them best; one
    that changes nothing where none helps. The chosen net is changed in place."""
    found = [
        choose_scale(len(validation_runs), *_compute_error_curves(net, pairs, validation_runs))
        for net in nets
    ]
    log.info("Mouth model: kept %s", ", or ".join(map(str, found)))
    best = int(np.argmin([choice.score_db for choice in found]))
    if found[best].scale:
        return _scale_residual(nets[best], found[best].scale)
    log.warning("The mouth model does not beat its drafts on unseen frames; the drafts are kept as they are.")
    return build_network(config)


@torch.no_grad()
def _scale_residual(net: MouthRefiner, scale: float) -> MouthRefiner:
    """The net with its residual times ``scale``: its last layer is linear."""
    for parameter in net.leave.parameters():
        parameter.mul_(scale)
    return net


def _compute_error_curves(
    net: MouthRefiner, pairs: TrainingPairs, validation_runs: list[slice]
) -> list[ErrorCurve]:
    """What the net changes on validation mouths, denoised from pure noise in one step and in two."""
    runs = [_measure_run(net, pairs, run) for run in validation_runs]
    return [ErrorCurve(*np.concatenate([run[steps] for run in runs], axis=1)) for steps in range(2)]


@torch.no_grad()
def _measure_run(net: MouthRefiner, pairs: TrainingPairs, run: slice) -> npt.NDArray[np.float64]:
    """[2, 3, n]: for one step and for two the three numbers of an `ErrorCurve`, of each frame of a run."""
    device = next(net.parameters()).device
    crops, truths = pairs.drafts[run], pairs.truths[run]
    conditioning = stack_conditioning(crops, truths, pairs.masks[run], pairs.outlines[run]).to(device)
    truth = encode_planes(truths).to(device)
    noise = torch.randn(truth.shape, generator=torch.Generator().manual_seed(run.start)).to(device)
    once = _predict(net, noise, conditioning, 1.0)
    twice = _predict(net, 0.5 * once + 0.5 * noise, conditioning, 0.5)
    mouths = conditioning[:, 6:7] * torch.from_numpy(pairs.mouths[run]).to(device)[:, None]
    draft_error = truth - conditioning[:, :3]
    changes = [guess - conditioning[:, :3] for guess in (once, twice)]
    products = [((draft_error, draft_error), (change, change), (change, draft_error)) for change in changes]
    sums = [[(a * b * mouths).sum((1, 2, 3)).double().cpu().numpy() for a, b in three] for three in products]
    return np.array(sums)


def _predict(
    net: MouthRefiner, noisy: torch.Tensor, conditioning: torch.Tensor, level: float
) -> torch.Tensor:
    levels = torch.full((1,), level, device=noisy.device)
    predicted: torch.Tensor = net(noisy[None], conditioning[None], levels, conditioning[None, :, :3])[0]
    return predicted
