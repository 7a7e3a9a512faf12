"""The noise that the network is trained under."""

from __future__ import annotations

import torch

# Few-step sampling starts from pure noise, so half of all training windows do too.
_PURE_SHARE = 0.5
_LEVEL_MIN = 0.1
_KEPT_SHARE = 0.2  # of windows that begin or end with known frames


def add_noise(
    truth: torch.Tensor, drafts: torch.Tensor, window: int, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Truth and drafts [B * W, 3, S, S] under noise, one level [B] for each window of W frames (1 is pure
    noise).

    Under the noise is what sampling has there: an earlier guess, which is hardly better than the draft, and
    the truth only where known frames lie before or after the others.
    """
    count = len(truth) // window
    level = torch.rand(count, generator=generator) * (1 - _LEVEL_MIN) + _LEVEL_MIN
    level = torch.where(torch.rand(count, generator=generator) < _PURE_SHARE, 1.0, level)
    kept = torch.cat([_sample_keep_mask(window, generator) for _ in range(count)])[:, None, None, None]
    each = level.repeat_interleave(window)[:, None, None, None]
    under = torch.where(kept, truth, drafts)
    return (1 - each) * under + each * torch.randn(truth.shape, generator=generator), level


def _sample_keep_mask(window: int, generator: torch.Generator) -> torch.Tensor:
    """Which frames of one window are kept [W]: mostly none, else a run at its start or its end."""
    kind, share = torch.rand(2, generator=generator).tolist()
    frames = torch.arange(window) < 1 + int(share * (window - 1))
    if kind >= _KEPT_SHARE or window < 2:
        return torch.zeros(window, dtype=torch.bool)
    return frames if kind < _KEPT_SHARE / 2 else frames.flip(0)
