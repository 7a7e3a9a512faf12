"""How near a fitted network comes to frames of the take that it never learned, and what is kept for that."""

from __future__ import annotations

import logging

import numpy as np
import numpy.typing as npt
import torch

from renderer.config import BakeConfig
from renderer.diffusion.condition import condition, pixels
from renderer.diffusion.lessons import Lessons
from renderer.diffusion.network import MouthRefiner
from renderer.diffusion.trainee import network_of
from renderer.diffusion.trials import Trial, share_to_keep

_RUNS, _LENGTH_MAX = 4, 12

log = logging.getLogger(__name__)


def unseen_runs(total: int) -> list[slice]:
    """Runs of frames, spread over a take of ``total``, that are kept for the final check: an eighth at most.

    One run alone may show by chance just what was learned well.
    """
    count = min(max(total // 32, 2), _LENGTH_MAX)
    middles = [(2 * run + 1) * total // (2 * _RUNS) for run in range(_RUNS)]
    return [slice(middle - count // 2, middle - count // 2 + count) for middle in middles]


def best_of(
    nets: list[MouthRefiner], lessons: Lessons, unseen: list[slice], config: BakeConfig
) -> MouthRefiner:
    """The net that comes nearest to frames it never learned, with the share of its residual that serves them
    best; one that changes nothing where none helps. A net that is chosen is changed."""
    found = [share_to_keep(len(unseen), *_trials(net, lessons, unseen)) for net in nets]
    log.info("Mouth model: kept %s", ", or ".join(map(str, found)))
    best = int(np.argmin([kept.score_db for kept in found]))
    if found[best].share:
        return _quieter(nets[best], found[best].share)
    log.warning("The mouth model does not beat its drafts on unseen frames; the drafts are kept as they are.")
    return network_of(config)


@torch.no_grad()
def _quieter(net: MouthRefiner, share: float) -> MouthRefiner:
    """The net with a ``share`` of its residual: its last layer is linear."""
    for parameter in net.leave.parameters():
        parameter.mul_(share)
    return net


def _trials(net: MouthRefiner, lessons: Lessons, unseen: list[slice]) -> list[Trial]:
    """What the net changes on unseen mouths, drawn from pure noise in one step and in two."""
    runs = [_tried(net, lessons, run) for run in unseen]
    return [Trial(*np.concatenate([run[steps] for run in runs], axis=1)) for steps in range(2)]


@torch.no_grad()
def _tried(net: MouthRefiner, lessons: Lessons, run: slice) -> npt.NDArray[np.float64]:
    """[2, 3, n]: for one step and for two the three numbers of a `Trial`, of each frame of a run."""
    device = next(net.parameters()).device
    crops, truths = lessons.drafts[run], lessons.truths[run]
    told = condition(crops, truths, lessons.masks[run], lessons.drawn[run]).to(device)
    truth = pixels(truths).to(device)
    noise = torch.randn(truth.shape, generator=torch.Generator().manual_seed(run.start)).to(device)
    once = _drawn(net, noise, told, 1.0)
    twice = _drawn(net, 0.5 * once + 0.5 * noise, told, 0.5)
    mouths = told[:, 6:7] * torch.from_numpy(lessons.mouths[run]).to(device)[:, None]
    missed = truth - told[:, :3]
    changes = [guess - told[:, :3] for guess in (once, twice)]
    pairs = [((missed, missed), (change, change), (change, missed)) for change in changes]
    sums = [[(a * b * mouths).sum((1, 2, 3)).double().cpu().numpy() for a, b in three] for three in pairs]
    return np.array(sums)


def _drawn(net: MouthRefiner, noisy: torch.Tensor, told: torch.Tensor, level: float) -> torch.Tensor:
    levels = torch.full((1,), level, device=noisy.device)
    drawn: torch.Tensor = net(noisy[None], told[None], levels, told[None, :, :3])[0]
    return drawn
