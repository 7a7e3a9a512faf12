"""How windows are laid over a timeline, and how much each window's frames count where they overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch


@dataclass(frozen=True)
class WindowLayout:
    """``frames`` [B, W]: the frame that each window's places show; ``valid`` [B, W]: 1 where that place lies
    on the timeline, 0 where it is a reflection at an end and may be read but not written.
    """

    frames: torch.Tensor
    valid: torch.Tensor


def lay_windows(total: int, window: int, overlap: int) -> WindowLayout:
    """Windows of one length over ``total`` frames; what sticks out is shared by both ends and reflected."""
    stride = _compute_stride(window, overlap)
    count = max(1, -(-(total - overlap) // stride))
    overhang = (count - 1) * stride + window - total
    return _build_layout([i * stride - overhang // 2 for i in range(count)], total, window)


def lay_shifted_windows(total: int, window: int, shift: int) -> WindowLayout:
    """Windows without overlap whose boundaries lie ``shift`` frames later than at shift 0."""
    first = shift % window - (window if shift % window else 0)
    return _build_layout(list(range(first, total, window)), total, window)


def make_triangular_weights(window: int) -> torch.Tensor:
    """[W]: most at the window's middle, falling evenly to both ends, never 0."""
    place = torch.arange(window)
    return torch.minimum(place + 1, window - place).to(torch.float32)


def make_uniform_weights(window: int) -> torch.Tensor:
    """[W]: every place counts the same."""
    return torch.ones(window)


def concatenate_layouts(layouts: Sequence[WindowLayout], lengths: Sequence[int]) -> WindowLayout:
    """The windows of several timelines that follow each other in one buffer; none sees another's frames."""
    starts = accumulate([0, *lengths[:-1]])
    frames = [one.frames + start for one, start in zip(layouts, starts, strict=True)]
    return WindowLayout(torch.cat(frames), torch.cat([one.valid for one in layouts]))


def fuse(parts: torch.Tensor, layout: WindowLayout, weights: torch.Tensor, total: int) -> torch.Tensor:
    """Windows [B, W, ...] → timeline [total, ...]: the weighted mean of all predictions of each frame."""
    fused = WindowFusion(parts.new_empty((total, *parts.shape[2:])), weights)
    fused.add(parts, layout)
    return fused.mean()


class WindowFusion:
    """The same as `fuse`, a few windows at a time: no more than one timeline is held."""

    def __init__(self, like: torch.Tensor, weights: torch.Tensor) -> None:
        self._summed = torch.zeros_like(like)
        self._count = like.new_zeros(len(like))
        self._weights = weights.to(like)

    def add(self, parts: torch.Tensor, layout: WindowLayout) -> None:
        share = (self._weights * layout.valid.to(self._weights)).reshape(-1)
        flat = parts.to(self._summed).reshape(-1, *parts.shape[2:])
        places = layout.frames.reshape(-1).to(flat.device)
        self._summed.index_add_(0, places, flat * share.reshape(-1, *[1] * (flat.dim() - 1)))
        self._count.index_add_(0, places, share)

    def mean(self) -> torch.Tensor:
        """Ends the sum: the buffer itself becomes the mean, 0 where no window wrote."""
        count = self._count.clamp(min=torch.finfo(self._count.dtype).tiny)
        return self._summed.div_(count.reshape(-1, *[1] * (self._summed.dim() - 1)))


def _compute_stride(window: int, overlap: int) -> int:
    if not 0 <= overlap < window:
        raise ValueError(f"Windows of {window} frames cannot overlap by {overlap}.")
    return window - overlap


def _build_layout(starts: Sequence[int], total: int, window: int) -> WindowLayout:
    place = torch.tensor(starts)[:, None] + torch.arange(window)[None]
    valid = (place >= 0) & (place < total)
    period = max(2 * (total - 1), 1)
    folded = place.remainder(period)
    return WindowLayout(torch.where(folded < total, folded, period - folded), valid)
