"""Noisy timelines, each denoised by many overlapping windows that constrain each other in both directions.

At each step every window predicts its clean frames, the predictions are fused on the timeline, and one
solver step is taken on the fused buffer. Known frames are put back at every step at the step's noise level,
before and after the frames to be denoised alike. Several timelines go through the network together and
come out as if each had been alone. The sampler knows nothing of mouths or pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Protocol

import torch

from renderer.config import DiffusionConfig
from renderer.sampling.schedule import FlowSolver
from renderer.sampling.windows import (
    WindowFusion,
    WindowLayout,
    concatenate_layouts,
    lay_shifted_windows,
    lay_windows,
    make_triangular_weights,
    make_uniform_weights,
)

# Sonic moves its windows by 7 of 25 frames at each step.
_SHIFT_SHARE = 7 / 25


class Denoiser(Protocol):
    """Predicts clean windows.

    ``noisy`` [B, W, ...] at noise level ``level`` (1 is pure noise), ``frames`` [B, W] the timeline's frame
    at each place, for looking up conditions → clean [B, W, ...]. Windows are independent of each other.
    """

    def __call__(self, noisy: torch.Tensor, frames: torch.Tensor, level: float) -> torch.Tensor: ...


def denoise_timeline(
    denoiser: Denoiser,
    noise: torch.Tensor,
    kept: torch.Tensor,
    keep_mask: torch.Tensor,
    config: DiffusionConfig,
    batch_windows: int = 4,
) -> torch.Tensor:
    """Noise [n, ...] → clean [n, ...]; frames where ``keep_mask`` [n] is set come out as in ``kept``.

    ``kept`` [n, ...] is ignored elsewhere. ``batch_windows`` bounds memory and changes nothing else.
    """
    return denoise_timelines(denoiser, noise, kept, keep_mask, [len(noise)], config, batch_windows)


def denoise_timelines(
    denoiser: Denoiser,
    noise: torch.Tensor,
    kept: torch.Tensor,
    keep_mask: torch.Tensor,
    lengths: Sequence[int],
    config: DiffusionConfig,
    batch_windows: int = 4,
    layouts: Sequence[WindowLayout] = (),
) -> torch.Tensor:
    """Timelines of ``lengths`` frames that lie end to end in ``noise`` [n, ...], as `denoise_timeline` each.

    ``frames`` that the denoiser is asked for count through all of them. No window reaches over an end, so
    that none influences the others; they only share forward passes. ``layouts`` replaces the windows of each
    step (see `renderer.sampling.chunks`); frames that none of them writes come out undefined.
    """
    if not len(noise):
        return noise.clone()
    if config.mode == "autoregressive":
        return _denoise_forward_only(denoiser, noise, kept, keep_mask, lengths, config, batch_windows)
    solver = FlowSolver(config.steps)
    kept_frames, kept_noise = kept[keep_mask], noise[keep_mask]
    x = noise.clone()
    for index, level in enumerate(solver.levels):
        x[keep_mask] = (1 - level) * kept_frames + level * kept_noise
        layout = layouts[index] if layouts else lay_step_windows(config, lengths, index)
        x0 = _predict_fused(denoiser, x, layout, config, level, batch_windows)
        x0[keep_mask] = kept_frames
        x = solver.step(index, x, x0)
    x[keep_mask] = kept_frames
    return x


def lay_step_windows(config: DiffusionConfig, lengths: Sequence[int], step: int) -> WindowLayout:
    """The windows of one step: overlapping for triangular and uniform, disjoint for chunk and shift."""
    window = config.window_frames
    if config.mode in ("shift", "chunk"):
        shift = step * round(window * _SHIFT_SHARE) if config.mode == "shift" else 0
        return concatenate_layouts([lay_shifted_windows(total, window, shift) for total in lengths], lengths)
    return concatenate_layouts(
        [lay_windows(total, window, config.overlap_frames) for total in lengths], lengths
    )


def _predict_fused(
    denoiser: Denoiser,
    x: torch.Tensor,
    layout: WindowLayout,
    config: DiffusionConfig,
    level: float,
    batch_windows: int,
) -> torch.Tensor:
    triangular = config.mode == "triangular"
    weights = (make_triangular_weights if triangular else make_uniform_weights)(config.window_frames)
    fused = WindowFusion(x, weights)
    for at in range(0, len(layout.frames), batch_windows):
        part = WindowLayout(layout.frames[at : at + batch_windows], layout.valid[at : at + batch_windows])
        fused.add(denoiser(x[part.frames.to(x.device)], part.frames, level), part)
    return fused.mean()


def _denoise_forward_only(
    denoiser: Denoiser,
    noise: torch.Tensor,
    kept: torch.Tensor,
    keep_mask: torch.Tensor,
    lengths: Sequence[int],
    config: DiffusionConfig,
    batch_windows: int,
) -> torch.Tensor:
    """Each window is finished before the next begins, which sees only its predecessor's last frames."""
    done, is_done = kept.clone(), keep_mask.clone()
    alone = replace(config, mode="chunk")
    for first, total in zip(accumulate([0, *lengths[:-1]]), lengths, strict=True):
        for span in _iterate_spans(first, total, config):
            part = _ShiftedDenoiser(denoiser, span.start)
            done[span] = denoise_timeline(part, noise[span], done[span], is_done[span], alone, batch_windows)
            is_done[span] = True
    return done


def _iterate_spans(first: int, total: int, config: DiffusionConfig) -> Iterator[slice]:
    stride = config.window_frames - config.overlap_frames
    for start in range(0, max(total - config.overlap_frames, 1), stride):
        yield slice(first + start, first + min(start + config.window_frames, total))


class _ShiftedDenoiser:
    """A denoiser for a part of the timeline that begins at ``start``."""

    def __init__(self, denoiser: Denoiser, start: int) -> None:
        self._denoiser, self._start = denoiser, start

    def __call__(self, noisy: torch.Tensor, frames: torch.Tensor, level: float) -> torch.Tensor:
        return self._denoiser(noisy, frames + self._start, level)
