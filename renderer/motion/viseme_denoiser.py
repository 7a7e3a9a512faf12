"""The viseme denoiser: a small flow-matching network that predicts clean viseme activations.

It starts from noisy activations and is conditioned on the recognised phones and the sound.
"""

from __future__ import annotations

import math

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import nn
from torch.nn import functional as F

from renderer.motion.conditioning import ACTIVATIONS, CONDITIONING_SIZE
from renderer.motion.dilated_block import DilatedBlock
from renderer.motion.visemes import VISEMES

_EMBEDDING = 64
_DILATIONS = (1, 2, 4, 8)


class VisemeDenoiser(ModelMixin, ConfigMixin):
    """x0 = recognised activations + residual over whole windows; the last layer starts at zero, so an
    untrained network returns what was recognised. Dilated convolutions look both ways in time; no moment is
    earlier than another.

    The names of its layers are those of the shipped weights.
    """

    @register_to_config
    def __init__(
        self,
        width: int = 96,
        rounds: int = 2,
        conditioning_size: int = CONDITIONING_SIZE,
        visemes: int = len(VISEMES),
    ) -> None:
        super().__init__()
        self.enter = nn.Linear(conditioning_size + visemes, width)
        self.level_1 = nn.Linear(_EMBEDDING, width)
        self.level_2 = nn.Linear(width, width)
        self.blocks = nn.ModuleList(DilatedBlock(width, dilation) for dilation in _DILATIONS * rounds)
        self.settle = nn.LayerNorm(width)
        self.leave = nn.Linear(width, visemes)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, noisy: torch.Tensor, conditioning: torch.Tensor, level: torch.Tensor) -> torch.Tensor:
        """Noisy windows [B, W, V], conditioning [B, W, C] and noise levels [B] (1 is pure noise) → clean
        windows [B, W, V].
        """
        recognised = conditioning[..., ACTIVATIONS]
        return recognised + self.leave(
            self.compute_features(noisy - (1 - level[:, None, None]) * recognised, conditioning, level)
        )

    def compute_features(
        self, residual_noise: torch.Tensor, conditioning: torch.Tensor, level: torch.Tensor
    ) -> torch.Tensor:
        """[B, W, width]: what the last layer reads; ``residual_noise`` is the noise around what was
        recognised.
        """
        waves = torch.exp(torch.linspace(0, math.log(200.0), _EMBEDDING // 2, device=level.device))
        angles = level[:, None].float() * waves
        embedding = torch.cat([angles.sin(), angles.cos()], 1).to(conditioning.dtype)
        x = (
            self.enter(torch.cat([residual_noise, conditioning], 2))
            + self.level_2(F.silu(self.level_1(embedding)))[:, None]
        )
        for block in self.blocks:
            x = block(x)
        return F.silu(self.settle(x))
