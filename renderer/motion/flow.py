"""The small network that turns drafted motion into a person's: it predicts clean motion from noisy motion."""

from __future__ import annotations

import math

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import nn
from torch.nn import functional as F

from renderer.motion.shares import SHARES
from renderer.motion.told import TOLD

_EMBEDDING = 64
_DILATIONS = (1, 2, 4, 8)


class MotionFlow(ModelMixin, ConfigMixin):
    """x0 = draft + residual over whole windows; the last layer starts at zero, so an untaught net returns
    the draft. Dilated convolutions look both ways in time; no frame is earlier than another.
    """

    @register_to_config
    def __init__(self, width: int = 64, rounds: int = 2, told: int = TOLD, shares: int = len(SHARES)) -> None:
        super().__init__()
        self.enter = nn.Linear(told + shares, width)
        self.level_1 = nn.Linear(_EMBEDDING, width)
        self.level_2 = nn.Linear(width, width)
        self.blocks = nn.ModuleList(_Block(width, dilation) for dilation in _DILATIONS * rounds)
        self.settle = nn.LayerNorm(width)
        self.leave = nn.Linear(width, shares)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(
        self, noisy: torch.Tensor, told: torch.Tensor, level: torch.Tensor, draft: torch.Tensor
    ) -> torch.Tensor:
        """Noisy windows [B, W, M], conditions [B, W, TOLD], noise levels [B] (1 is pure noise) and drafts
        [B, W, M] → clean windows [B, W, M]."""
        return draft + self.leave(self.features(noisy, told, level, draft))

    def features(
        self, noisy: torch.Tensor, told: torch.Tensor, level: torch.Tensor, draft: torch.Tensor
    ) -> torch.Tensor:
        """[B, W, width]: what the last, linear layer reads."""
        waves = torch.exp(torch.linspace(0, math.log(200.0), _EMBEDDING // 2, device=level.device))
        angles = level[:, None].float() * waves
        spread = torch.cat([angles.sin(), angles.cos()], 1).to(told.dtype)
        kind = self.level_2(F.silu(self.level_1(spread)))[:, None]
        # The noise is drawn around the draft: what is left to find out has zero mean.
        x = self.enter(torch.cat([noisy - (1 - level[:, None, None]) * draft, told], 2)) + kind
        for block in self.blocks:
            x = block(x)
        return F.silu(self.settle(x))


class _Block(nn.Module):
    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.look = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.mix = nn.Linear(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.look(F.silu(self.norm(x)).transpose(1, 2)).transpose(1, 2)
        return x + self.mix(F.silu(y))
