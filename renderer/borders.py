"""Where the windows of each sampler mode meet on a timeline."""

from __future__ import annotations

import torch

from renderer.config import DiffusionConfig
from renderer.diffusion.windows import Cut, cut, cut_shifted

_SHIFT_SHARE = 7 / 25  # as renderer.diffusion.sampler moves its windows


def window_borders(total: int, config: DiffusionConfig) -> list[int]:
    """Frames (1 to ``total`` - 1) with which a window of the last step begins, or before which one ends."""
    if config.mode == "autoregressive":
        stride = config.window_frames - config.overlap_frames
        return list(range(config.window_frames, total, stride))
    edges = {edge for span in _spans(_last_cut(total, config)) for edge in span}
    return sorted(edge for edge in edges if 0 < edge < total)


def _last_cut(total: int, config: DiffusionConfig) -> Cut:
    window = config.window_frames
    if config.mode == "shift":
        return cut_shifted(total, window, (config.steps - 1) * round(window * _SHIFT_SHARE))
    if config.mode == "chunk":
        return cut_shifted(total, window, 0)
    return cut(total, window, config.overlap_frames)


def _spans(cut_: Cut) -> list[tuple[int, int]]:
    """First frame of each window on the timeline, and the frame after its last."""
    spans = []
    for frames, own in zip(cut_.frames, cut_.own, strict=True):
        there = frames[own > 0] if own.dtype != torch.bool else frames[own]
        if len(there):
            spans.append((int(there.min()), int(there.max()) + 1))
    return spans
