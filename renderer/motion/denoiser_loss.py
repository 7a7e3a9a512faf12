"""How the viseme denoiser is trained: windows of speech and the flow-matching loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from renderer.motion.measures import OPEN
from renderer.motion.viseme_denoiser import VisemeDenoiser
from renderer.motion.visemes import VISEMES

Floats = npt.NDArray[np.float32]

# One-step sampling starts from pure noise, so most training windows do too.
_PURE_NOISE_SHARE = 0.7
_LEVEL_MIN = 0.05
_VELOCITY_WEIGHT = 0.5
# Errors count by what they do to a mouth that follows the viseme table, and the gap between the lips most.
_VISEME_MEASURES = torch.tensor([viseme.targets for viseme in VISEMES], dtype=torch.float32)
_VISEME_MEASURES[:, OPEN] *= 2.0
_MEASURES_WEIGHT, _ACTIVATIONS_WEIGHT = 1.0, 0.25


@dataclass(frozen=True, eq=False)
class TrainingSpeech:
    """One speaker's training pairs: the sound's ``bands`` [m, BANDS] every 10 ms; ``inputs``, several
    versions of the recognised phones' features [n, H]; and their ``target`` [n, V], the activations of the
    exact phones. Inputs and target have a row every 20 ms.
    """

    bands: Floats
    inputs: Sequence[Floats]
    target: Floats


def compute_flow_loss(
    net: VisemeDenoiser, conditioning: torch.Tensor, target: torch.Tensor, generator: torch.Generator
) -> torch.Tensor:
    """Error of the clean guess and of its velocity; conditioning [B, W, C], true activations [B, W, V]."""
    level = torch.rand(len(target), generator=generator) * (1 - _LEVEL_MIN) + _LEVEL_MIN
    level = torch.where(torch.rand(len(target), generator=generator) < _PURE_NOISE_SHARE, 1.0, level)
    each = level[:, None, None]
    noise = torch.randn(target.shape, generator=generator)
    return compute_activation_error(net((1 - each) * target + each * noise, conditioning, level), target)


def compute_activation_error(guess: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Predicted and true activations [B, W, V] → a single number."""
    error = guess - target
    measures = error @ _VISEME_MEASURES
    return (
        _MEASURES_WEIGHT
        * (measures.square().mean() + _VELOCITY_WEIGHT * measures.diff(dim=1).square().mean())
        + _ACTIVATIONS_WEIGHT * error.square().mean()
    )
