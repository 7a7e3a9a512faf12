"""The noise that lessons are shown under."""

from __future__ import annotations

import torch

# Few-step sampling starts from pure noise, so half of all lessons do too.
_PURE_SHARE = 0.5
_LEVEL_MIN = 0.1
_KNOWN_SHARE = 0.2  # of windows that begin or end with known frames


def noised(
    truth: torch.Tensor, drafts: torch.Tensor, window: int, dice: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Truth and drafts [B * W, 3, S, S] under noise, one level [B] for each window of W frames (1 is pure
    noise).

    Under the noise is what sampling has there: an earlier guess, which is hardly better than the draft, and
    the truth only where known frames lie before or after the others.
    """
    count = len(truth) // window
    level = torch.rand(count, generator=dice) * (1 - _LEVEL_MIN) + _LEVEL_MIN
    level = torch.where(torch.rand(count, generator=dice) < _PURE_SHARE, 1.0, level)
    known = torch.cat([_known(window, dice) for _ in range(count)])[:, None, None, None]
    each = level.repeat_interleave(window)[:, None, None, None]
    under = torch.where(known, truth, drafts)
    return (1 - each) * under + each * torch.randn(truth.shape, generator=dice), level


def _known(window: int, dice: torch.Generator) -> torch.Tensor:
    """Which frames of one window are known [W]: mostly none, else a run at its start or its end."""
    kind, share = torch.rand(2, generator=dice).tolist()
    frames = torch.arange(window) < 1 + int(share * (window - 1))
    if kind >= _KNOWN_SHARE or window < 2:
        return torch.zeros(window, dtype=torch.bool)
    return frames if kind < _KNOWN_SHARE / 2 else frames.flip(0)
