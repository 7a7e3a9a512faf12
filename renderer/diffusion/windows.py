"""How a timeline is cut into windows, and how much each window's frames count where windows meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch


@dataclass(frozen=True)
class Cut:
    """``frames`` [B, W]: the frame that each window's places show; ``own`` [B, W]: 1 where that place lies
    on the timeline, 0 where it is a reflection at an end and may be seen but not written.
    """

    frames: torch.Tensor
    own: torch.Tensor


def cut(total: int, window: int, overlap: int) -> Cut:
    """Windows of one length over ``total`` frames; what sticks out is shared by both ends and reflected."""
    stride = _stride(window, overlap)
    count = max(1, -(-(total - overlap) // stride))
    overhang = (count - 1) * stride + window - total
    return _place([i * stride - overhang // 2 for i in range(count)], total, window)


def cut_shifted(total: int, window: int, shift: int) -> Cut:
    """Windows without overlap whose borders lie ``shift`` frames later than at shift 0."""
    first = shift % window - (window if shift % window else 0)
    return _place(list(range(first, total, window)), total, window)


def triangular_weights(window: int) -> torch.Tensor:
    """[W]: most at the window's middle, falling evenly to both ends, never 0."""
    place = torch.arange(window)
    return torch.minimum(place + 1, window - place).to(torch.float32)


def uniform_weights(window: int) -> torch.Tensor:
    """[W]: every place counts the same."""
    return torch.ones(window)


def end_to_end(cuts: Sequence[Cut], lengths: Sequence[int]) -> Cut:
    """The windows of several timelines that follow each other in one buffer; none sees another's frames."""
    starts = accumulate([0, *lengths[:-1]])
    frames = [one.frames + start for one, start in zip(cuts, starts, strict=True)]
    return Cut(torch.cat(frames), torch.cat([one.own for one in cuts]))


def fuse(parts: torch.Tensor, cut_: Cut, weights: torch.Tensor, total: int) -> torch.Tensor:
    """Windows [B, W, ...] → timeline [total, ...]: the weighted mean of all predictions of each frame."""
    fused = Fused(parts.new_empty((total, *parts.shape[2:])), weights)
    fused.add(parts, cut_)
    return fused.mean()


class Fused:
    """The same, a few windows at a time: no more than one timeline is held."""

    def __init__(self, like: torch.Tensor, weights: torch.Tensor) -> None:
        self._summed = torch.zeros_like(like)
        self._count = like.new_zeros(len(like))
        self._weights = weights.to(like)

    def add(self, parts: torch.Tensor, cut_: Cut) -> None:
        share = (self._weights * cut_.own.to(self._weights)).reshape(-1)
        flat = parts.to(self._summed).reshape(-1, *parts.shape[2:])
        places = cut_.frames.reshape(-1).to(flat.device)
        self._summed.index_add_(0, places, flat * share.reshape(-1, *[1] * (flat.dim() - 1)))
        self._count.index_add_(0, places, share)

    def mean(self) -> torch.Tensor:
        """Ends the sum: the buffer itself becomes the mean, 0 where no window wrote."""
        count = self._count.clamp(min=torch.finfo(self._count.dtype).tiny)
        return self._summed.div_(count.reshape(-1, *[1] * (self._summed.dim() - 1)))


def _stride(window: int, overlap: int) -> int:
    if not 0 <= overlap < window:
        raise ValueError(f"Windows of {window} frames cannot overlap by {overlap}.")
    return window - overlap


def _place(starts: Sequence[int], total: int, window: int) -> Cut:
    place = torch.tensor(starts)[:, None] + torch.arange(window)[None]
    own = (place >= 0) & (place < total)
    period = max(2 * (total - 1), 1)
    folded = place.remainder(period)
    return Cut(torch.where(folded < total, folded, period - folded), own)
