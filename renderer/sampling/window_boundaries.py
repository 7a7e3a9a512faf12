"""Where the windows of each sampler mode meet on a timeline: its window boundaries."""

from __future__ import annotations

import torch

from renderer.config import DiffusionConfig
from renderer.sampling.windows import WindowLayout, lay_shifted_windows, lay_windows

_SHIFT_SHARE = 7 / 25  # as renderer.sampling.sampler moves its windows


def find_window_boundaries(total: int, config: DiffusionConfig) -> list[int]:
    """Frames (1 to ``total`` - 1) with which a window of the last step begins, or before which one ends."""
    if config.mode == "autoregressive":
        stride = config.window_frames - config.overlap_frames
        return list(range(config.window_frames, total, stride))
    edges = {edge for span in _find_spans(_lay_last_windows(total, config)) for edge in span}
    return sorted(edge for edge in edges if 0 < edge < total)


def _lay_last_windows(total: int, config: DiffusionConfig) -> WindowLayout:
    window = config.window_frames
    if config.mode == "shift":
        return lay_shifted_windows(total, window, (config.steps - 1) * round(window * _SHIFT_SHARE))
    if config.mode == "chunk":
        return lay_shifted_windows(total, window, 0)
    return lay_windows(total, window, config.overlap_frames)


def _find_spans(layout: WindowLayout) -> list[tuple[int, int]]:
    """First frame of each window on the timeline, and the frame after its last."""
    spans = []
    for frames, valid in zip(layout.frames, layout.valid, strict=True):
        there = frames[valid > 0] if valid.dtype != torch.bool else frames[valid]
        if len(there):
            spans.append((int(there.min()), int(there.max()) + 1))
    return spans
