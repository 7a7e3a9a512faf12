"""What the refiner is paid for: right colours, right edges, and as much detail as the real mouth."""

from __future__ import annotations

import torch
from torch.nn import functional as F

_EDGES, _DETAIL = 0.5, 0.1


def refiner_loss(guess: torch.Tensor, truth: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Guess and truth [n, 3, S, S], weight [n, 1, S, S] → one number.

    Colours alone would be paid best by a blur. Edges must agree in place, and detail in amount: the mean
    strength of edges around each place, wherever exactly they lie.
    """
    share = weight / weight.sum().clamp_min(1e-6)
    colour = (_soft(guess - truth) * share).sum()
    edges, detail = torch.zeros_like(colour), torch.zeros_like(colour)
    for axis in (2, 3):
        seen, wanted = _slope(guess, axis), _slope(truth, axis)
        edges = edges + (_soft(seen - wanted) * share).sum()
        detail = detail + (_strength(seen, share) - _strength(wanted, share)).abs().sum()
    return colour + _EDGES * edges + _DETAIL * detail


def _soft(x: torch.Tensor) -> torch.Tensor:
    """Absolute value, but square below four levels of 255: small misses matter little."""
    return torch.sqrt(x * x + 1e-3)


def _slope(x: torch.Tensor, axis: int) -> torch.Tensor:
    """Difference to the next pixel, same size as ``x``."""
    return x - torch.roll(x, 1, axis)


def _strength(slope: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """Edges of patches of 8 × 8 pixels, as heavy as their share; each pixel lies in four patches of 64."""
    return 16 * 3 * F.avg_pool2d(slope.abs().mean(1, keepdim=True) * share, 8, stride=4)
