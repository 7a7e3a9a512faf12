"""Noisy timelines, each denoised by many overlapping windows that constrain each other in both directions.

At each step every window predicts its clean frames, the predictions are fused on the timeline, and one
solver step is taken on the fused buffer. Frames that are known are put back at every step at the step's
noise level, before and after the unknown ones alike. Several timelines go through the network together and
come out as if each had been alone. The sampler knows nothing of mouths or pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Protocol

import torch

from renderer.config import DiffusionConfig
from renderer.diffusion.schedule import FlowSolver
from renderer.diffusion.windows import (
    Cut,
    Fused,
    cut,
    cut_shifted,
    end_to_end,
    triangular_weights,
    uniform_weights,
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
    known: torch.Tensor,
    known_mask: torch.Tensor,
    config: DiffusionConfig,
    batch_windows: int = 4,
) -> torch.Tensor:
    """Noise [n, ...] → clean [n, ...]; frames where ``known_mask`` [n] is set come out as in ``known``.

    ``known`` [n, ...] is ignored elsewhere. ``batch_windows`` bounds memory and changes nothing else.
    """
    return denoise_timelines(denoiser, noise, known, known_mask, [len(noise)], config, batch_windows)


def denoise_timelines(
    denoiser: Denoiser,
    noise: torch.Tensor,
    known: torch.Tensor,
    known_mask: torch.Tensor,
    lengths: Sequence[int],
    config: DiffusionConfig,
    batch_windows: int = 4,
    cuts: Sequence[Cut] = (),
) -> torch.Tensor:
    """Timelines of ``lengths`` frames that lie end to end in ``noise`` [n, ...], as `denoise_timeline` each.

    ``frames`` that the denoiser is asked for count through all of them. No window reaches over an end, so
    that none knows of the others; they only share forward passes. ``cuts`` replaces the windows of each step
    (see `renderer.diffusion.stretches`); what none of them writes comes out as anything.
    """
    if not len(noise):
        return noise.clone()
    if config.mode == "autoregressive":
        return _forward_only(denoiser, noise, known, known_mask, lengths, config, batch_windows)
    solver = FlowSolver(config.steps)
    fixed, fixed_noise = known[known_mask], noise[known_mask]
    x = noise.clone()
    for index, level in enumerate(solver.levels):
        x[known_mask] = (1 - level) * fixed + level * fixed_noise
        cut_ = cuts[index] if cuts else windows_of_step(config, lengths, index)
        x0 = _fused_prediction(denoiser, x, cut_, config, level, batch_windows)
        x0[known_mask] = fixed
        x = solver.step(index, x, x0)
    x[known_mask] = fixed
    return x


def windows_of_step(config: DiffusionConfig, lengths: Sequence[int], step: int) -> Cut:
    """The cut of one step: overlapping for triangular and uniform, disjoint for chunk and shift."""
    window = config.window_frames
    if config.mode in ("shift", "chunk"):
        shift = step * round(window * _SHIFT_SHARE) if config.mode == "shift" else 0
        return end_to_end([cut_shifted(total, window, shift) for total in lengths], lengths)
    return end_to_end([cut(total, window, config.overlap_frames) for total in lengths], lengths)


def _fused_prediction(
    denoiser: Denoiser, x: torch.Tensor, cut_: Cut, config: DiffusionConfig, level: float, batch_windows: int
) -> torch.Tensor:
    triangular = config.mode == "triangular"
    weights = (triangular_weights if triangular else uniform_weights)(config.window_frames)
    fused = Fused(x, weights)
    for at in range(0, len(cut_.frames), batch_windows):
        part = Cut(cut_.frames[at : at + batch_windows], cut_.own[at : at + batch_windows])
        fused.add(denoiser(x[part.frames.to(x.device)], part.frames, level), part)
    return fused.mean()


def _forward_only(
    denoiser: Denoiser,
    noise: torch.Tensor,
    known: torch.Tensor,
    known_mask: torch.Tensor,
    lengths: Sequence[int],
    config: DiffusionConfig,
    batch_windows: int,
) -> torch.Tensor:
    """Each window is finished before the next begins, which sees only its predecessor's last frames."""
    done, settled = known.clone(), known_mask.clone()
    alone = replace(config, mode="chunk")
    for first, total in zip(accumulate([0, *lengths[:-1]]), lengths, strict=True):
        for span in _spans(first, total, config):
            part = _Shifted(denoiser, span.start)
            done[span] = denoise_timeline(part, noise[span], done[span], settled[span], alone, batch_windows)
            settled[span] = True
    return done


def _spans(first: int, total: int, config: DiffusionConfig) -> Iterator[slice]:
    stride = config.window_frames - config.overlap_frames
    for start in range(0, max(total - config.overlap_frames, 1), stride):
        yield slice(first + start, first + min(start + config.window_frames, total))


class _Shifted:
    """A denoiser for a part of the timeline that begins at ``start``."""

    def __init__(self, denoiser: Denoiser, start: int) -> None:
        self._denoiser, self._start = denoiser, start

    def __call__(self, noisy: torch.Tensor, frames: torch.Tensor, level: float) -> torch.Tensor:
        return self._denoiser(noisy, frames + self._start, level)
