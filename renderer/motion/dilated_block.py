"""The block of the networks that look along a timeline: a dilated convolution and a mix of channels."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


class DilatedBlock(nn.Module):
    """[B, n, width] → [B, n, width]: a moment and those ``dilation`` before and after it, added to it.

    The names of its layers are those of the shipped weights.
    """

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.look = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.mix = nn.Linear(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.look(F.silu(self.norm(x)).transpose(1, 2)).transpose(1, 2)
        return torch.as_tensor(x + self.mix(F.silu(y)))
