"""The refiner's loss: colours, edges in place, and the amount of detail."""

from __future__ import annotations

import torch
from torch.nn import functional as F

_EDGES, _DETAIL = 0.5, 0.1


def compute_refiner_loss(guess: torch.Tensor, truth: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Guess and truth [n, 3, S, S], weight [n, 1, S, S] → one number.

    Colours alone would reward a blur. Edges must agree in place, and detail in amount: the mean
    strength of edges around each place, wherever exactly they lie.
    """
    share = weight / weight.sum().clamp_min(1e-6)
    colour = (_compute_charbonnier(guess - truth) * share).sum()
    edges, detail = torch.zeros_like(colour), torch.zeros_like(colour)
    for axis in (2, 3):
        guess_slope, truth_slope = _compute_slope(guess, axis), _compute_slope(truth, axis)
        edges = edges + (_compute_charbonnier(guess_slope - truth_slope) * share).sum()
        detail = (
            detail
            + (_measure_edge_strength(guess_slope, share) - _measure_edge_strength(truth_slope, share))
            .abs()
            .sum()
        )
    return colour + _EDGES * edges + _DETAIL * detail


def _compute_charbonnier(x: torch.Tensor) -> torch.Tensor:
    """The Charbonnier loss: the absolute value, but quadratic below four levels of 255."""
    return torch.sqrt(x * x + 1e-3)


def _compute_slope(x: torch.Tensor, axis: int) -> torch.Tensor:
    """Difference to the next pixel, same size as ``x``."""
    return x - torch.roll(x, 1, axis)


def _measure_edge_strength(slope: torch.Tensor, share: torch.Tensor) -> torch.Tensor:
    """Edges of patches of 8 × 8 pixels, as heavy as their share; each pixel lies in four patches of 64."""
    return 16 * 3 * F.avg_pool2d(slope.abs().mean(1, keepdim=True) * share, 8, stride=4)
