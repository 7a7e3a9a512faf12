"""How the second ear learns: windows of talk and the flow-matching loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from renderer.motion.flow import MotionFlow
from renderer.motion.measures import OPEN
from renderer.motion.visemes import VISEMES

Floats = npt.NDArray[np.float32]

# One-step sampling starts from pure noise, so most lessons do too.
_PURE_NOISE_SHARE = 0.7
_LEVEL_MIN = 0.05
_VELOCITY = 0.5
# Errors count by what they do to a mouth that follows the viseme table, and the gap between the lips most.
_TABLE = torch.tensor([viseme.targets for viseme in VISEMES], dtype=torch.float32)
_TABLE[:, OPEN] *= 2.0
_SHOWN, _PULL = 1.0, 0.25


@dataclass(frozen=True, eq=False)
class Talk:
    """One stretch of talk: the sound's ``bands`` [m, BANDS] every 10 ms, ``heard`` a listener's versions
    [n, H] of what was said, and ``said`` [n, V], the pull of what truly was, both every 20 ms."""

    bands: Floats
    heard: Sequence[Floats]
    said: Floats


def flow_loss(net: MotionFlow, told: torch.Tensor, said: torch.Tensor, dice: torch.Generator) -> torch.Tensor:
    """Error of the clean guess and of its velocity; conditions [B, W, TOLD], true pulls [B, W, V]."""
    level = torch.rand(len(said), generator=dice) * (1 - _LEVEL_MIN) + _LEVEL_MIN
    level = torch.where(torch.rand(len(said), generator=dice) < _PURE_NOISE_SHARE, 1.0, level)
    each = level[:, None, None]
    noise = torch.randn(said.shape, generator=dice)
    return pull_error(net((1 - each) * said + each * noise, told, level), said)


def pull_error(guess: torch.Tensor, said: torch.Tensor) -> torch.Tensor:
    """Guessed and true pulls [B, W, V] → a single number."""
    missed = guess - said
    shown = missed @ _TABLE
    return (
        _SHOWN * (shown.square().mean() + _VELOCITY * shown.diff(dim=1).square().mean())
        + _PULL * missed.square().mean()
    )
