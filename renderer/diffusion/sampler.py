"""One noisy timeline, denoised by many overlapping windows that constrain each other in both directions.

At each step every window predicts its clean frames, the predictions are fused on the timeline, and one
solver step is taken on the fused buffer. Frames that are known are put back at every step at the step's
noise level, before and after the unknown ones alike. The sampler knows nothing of mouths or pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

import torch

from renderer.config import DiffusionConfig
from renderer.diffusion.schedule import FlowSolver
from renderer.diffusion.windows import Cut, cut, cut_shifted, fuse, triangular_weights, uniform_weights

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
    known: torch.Tensor,
    known_mask: torch.Tensor,
    config: DiffusionConfig,
    batch_windows: int = 4,
) -> torch.Tensor:
    """Noise [n, ...] → clean [n, ...]; frames where ``known_mask`` [n] is set come out as in ``known``.

    ``known`` [n, ...] is ignored elsewhere. ``batch_windows`` bounds memory and changes nothing else.
    """
    if not len(noise):
        return noise.clone()
    if config.mode == "autoregressive":
        return _forward_only(denoiser, noise, known, known_mask, config, batch_windows)
    solver = FlowSolver(config.steps)
    x = noise.clone()
    for index, level in enumerate(solver.levels):
        x[known_mask] = ((1 - level) * known + level * noise)[known_mask]
        cut_, weights = _windows(config, len(noise), index)
        x0 = fuse(_predict(denoiser, x, cut_, level, batch_windows), cut_, weights, len(noise))
        x0[known_mask] = known[known_mask]
        x = solver.step(index, x, x0)
    x[known_mask] = known[known_mask]
    return x


def _windows(config: DiffusionConfig, total: int, step: int) -> tuple[Cut, torch.Tensor]:
    """The cut of one step: overlapping for triangular and uniform, disjoint for chunk and shift."""
    window = config.window_frames
    if config.mode == "shift":
        return cut_shifted(total, window, step * round(window * _SHIFT_SHARE)), uniform_weights(window)
    if config.mode == "chunk":
        return cut_shifted(total, window, 0), uniform_weights(window)
    weights = uniform_weights(window) if config.mode == "uniform" else triangular_weights(window)
    return cut(total, window, config.overlap_frames), weights


def _predict(
    denoiser: Denoiser, x: torch.Tensor, cut_: Cut, level: float, batch_windows: int
) -> torch.Tensor:
    parts = [
        denoiser(x[frames.to(x.device)], frames, level) for frames in torch.split(cut_.frames, batch_windows)
    ]
    return torch.cat(parts)


def _forward_only(
    denoiser: Denoiser,
    noise: torch.Tensor,
    known: torch.Tensor,
    known_mask: torch.Tensor,
    config: DiffusionConfig,
    batch_windows: int,
) -> torch.Tensor:
    """Each window is finished before the next begins, which sees only its predecessor's last frames."""
    done, settled = known.clone(), known_mask.clone()
    alone = replace(config, mode="chunk")
    for span in _spans(len(noise), config):
        part = _Shifted(denoiser, span.start)
        done[span] = denoise_timeline(part, noise[span], done[span], settled[span], alone, batch_windows)
        settled[span] = True
    return done


def _spans(total: int, config: DiffusionConfig) -> Iterator[slice]:
    stride = config.window_frames - config.overlap_frames
    for start in range(0, max(total - config.overlap_frames, 1), stride):
        yield slice(start, min(start + config.window_frames, total))


class _Shifted:
    """A denoiser for a part of the timeline that begins at ``start``."""

    def __init__(self, denoiser: Denoiser, start: int) -> None:
        self._denoiser, self._start = denoiser, start

    def __call__(self, noisy: torch.Tensor, frames: torch.Tensor, level: float) -> torch.Tensor:
        return self._denoiser(noisy, frames + self._start, level)
