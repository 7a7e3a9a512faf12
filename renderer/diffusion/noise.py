"""The noise that lessons are shown under."""

from __future__ import annotations

import torch

# Few-step sampling starts from pure noise, so half of all lessons do too.
_PURE_SHARE = 0.5
_LEVEL_MIN = 0.1
# Later steps see an earlier guess under the noise, which is no better than a draft; known frames are true.
_GUESSED_SHARE = 0.7


def noised(
    truth: torch.Tensor, drafts: torch.Tensor, window: int, dice: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Truth or drafts [B * W, 3, S, S] under noise, one level [B] for each window of W frames (1 is pure
    noise)."""
    count = len(truth) // window
    level = torch.rand(count, generator=dice) * (1 - _LEVEL_MIN) + _LEVEL_MIN
    level = torch.where(torch.rand(count, generator=dice) < _PURE_SHARE, 1.0, level)
    guessed = torch.rand(count, generator=dice) < _GUESSED_SHARE
    each, drafted = (x.repeat_interleave(window)[:, None, None, None] for x in (level, guessed))
    under = torch.where(drafted, drafts, truth)
    return (1 - each) * under + each * torch.randn(truth.shape, generator=dice), level
