"""The small U-Net that repairs a drafted mouth: it predicts clean frames from noisy ones and the draft."""

from __future__ import annotations

import math

import torch
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from torch import nn
from torch.nn import functional as F

from renderer.refiner.colour_residual import ColourResidual

# Noisy frame, draft, take with its lower face blanked (3 each), mask, lips, outline.
INPUTS = 12
_PATCH = 4
_EMBEDDING = 128


class MouthRefiner(ModelMixin, ConfigMixin):
    """x0 = draft + mask × residual; the last layer starts at zero, so an unfitted net returns the draft.

    Works on 4 × 4 pixel blocks (`pixel_unshuffle`) at a quarter, an eighth and a sixteenth of the crop's
    size. In the two lower levels some channels look one frame back and some one frame ahead.
    ``colour_residual`` corrects drafts before the network sees them; it is not one of its weights.
    """

    colour_residual: ColourResidual | None = None

    @register_to_config
    def __init__(self, base_channels: int = 32) -> None:
        super().__init__()
        wide, deep, low = 2 * base_channels, 4 * base_channels, 6 * base_channels
        self.level_1 = nn.Linear(_EMBEDDING, _EMBEDDING)
        self.level_2 = nn.Linear(_EMBEDDING, _EMBEDDING)
        self.enter = nn.Conv2d(INPUTS * _PATCH**2, wide, 3, padding=1)
        self.down_1 = nn.ModuleList([_Block(wide, wide), _Block(wide, wide)])
        self.shrink_1 = nn.Conv2d(wide, deep, 2, stride=2)
        self.down_2 = nn.ModuleList([_Block(deep, deep, temporal=True), _Block(deep, deep, temporal=True)])
        self.shrink_2 = nn.Conv2d(deep, low, 2, stride=2)
        self.middle = nn.ModuleList([_Block(low, low, temporal=True), _Block(low, low, temporal=True)])
        self.grow_2 = nn.Conv2d(low, deep, 1)
        self.up_2 = nn.ModuleList([_Block(deep, deep, temporal=True), _Block(deep, deep)])
        self.grow_1 = nn.Conv2d(deep, wide, 1)
        self.up_1 = nn.ModuleList([_Block(wide, wide), _Block(wide, wide)])
        self.settle = nn.LayerNorm(wide)
        self.leave = nn.Conv2d(wide, 3 * _PATCH**2, 3, padding=1)
        nn.init.zeros_(self.leave.weight)
        if self.leave.bias is not None:
            nn.init.zeros_(self.leave.bias)

    @property
    def is_identity(self) -> bool:
        """Whether the last layer is silent, so that every clean window is its draft whatever the noise."""
        return not any(bool(parameter.any()) for parameter in self.leave.parameters())

    def forward(
        self, noisy: torch.Tensor, condition: torch.Tensor, level: torch.Tensor, draft: torch.Tensor
    ) -> torch.Tensor:
        """Noisy windows [B, W, 3, S, S] in -1..1, condition [B, W, 9, S, S] (draft, blanked take, mask, lips,
        outline), noise levels [B] and the draft in full precision [B, W, 3, S, S] → clean windows
        [B, W, 3, S, S] float32. S is a multiple of 16.
        """
        window = noisy.shape[1]
        flat = torch.cat([noisy.to(condition.dtype), condition], 2).flatten(0, 1)
        residual = self._predict_residual(flat, level.repeat_interleave(window), window)
        return draft + condition[:, :, 6:7].float() * residual.float().reshape(noisy.shape)

    def _predict_residual(self, frames: torch.Tensor, level: torch.Tensor, window: int) -> torch.Tensor:
        dtype = self.enter.weight.dtype
        embedding = self._embed(level, dtype)
        x = _split_into_blocks(frames.to(dtype))
        top = _run_blocks(self.down_1, self.enter(x), embedding, window)
        mid = _run_blocks(self.down_2, self.shrink_1(top), embedding, window)
        x = _run_blocks(self.middle, self.shrink_2(mid), embedding, window)
        x = _run_blocks(self.up_2, _double(self.grow_2(x)) + mid, embedding, window)
        x = _run_blocks(self.up_1, _double(self.grow_1(x)) + top, embedding, window)
        return F.pixel_shuffle(self.leave(F.silu(_normalise_per_pixel(self.settle, x))), _PATCH)

    def _embed(self, level: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
        waves = torch.exp(torch.linspace(0, math.log(200.0), _EMBEDDING // 2, device=level.device))
        angles = level[:, None].float() * waves
        spread = torch.cat([angles.sin(), angles.cos()], 1).to(dtype)
        return F.silu(self.level_2(F.silu(self.level_1(spread))))


class _Block(nn.Module):
    """Two convolutions around a residual; the noise level scales and shifts between them."""

    def __init__(self, channels: int, width: int, temporal: bool = False) -> None:
        super().__init__()
        self.temporal = temporal
        self.norm = nn.LayerNorm(channels)
        self.first = nn.Conv2d(channels, width, 3, padding=1)
        self.told = nn.Linear(_EMBEDDING, 2 * width)  # the noise level's embedding; named so in saved weights
        self.second = nn.Conv2d(width, channels, 3, padding=1)
        nn.init.zeros_(self.told.weight)
        nn.init.zeros_(self.told.bias)

    def forward(self, x: torch.Tensor, embedding: torch.Tensor, window: int) -> torch.Tensor:
        y = F.silu(_normalise_per_pixel(self.norm, x))
        if self.temporal:
            y = _shift_in_time(y, window)
        scale, shift = self.told(embedding)[:, :, None, None].chunk(2, 1)
        y = self.first(y)
        return x + self.second(F.silu(y * (1 + scale) + shift))


def _normalise_per_pixel(norm: nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Over channels at each pixel: what lies elsewhere in the crop does not matter, so the fit may cut it."""
    return norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


def _run_blocks(blocks: nn.ModuleList, x: torch.Tensor, embedding: torch.Tensor, window: int) -> torch.Tensor:
    for block in blocks:
        x = block(x, embedding, window)
    return x


def _split_into_blocks(x: torch.Tensor) -> torch.Tensor:
    """`pixel_unshuffle`, bit for bit, straight into the order that convolutions are fastest in."""
    count, planes, height, width = x.shape
    rows, columns = height // _PATCH, width // _PATCH
    parts = x.reshape(count, planes, rows, _PATCH, columns, _PATCH).permute(0, 2, 4, 1, 3, 5)
    return parts.reshape(count, rows, columns, planes * _PATCH**2).permute(0, 3, 1, 2)


def _double(x: torch.Tensor) -> torch.Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


def _shift_in_time(x: torch.Tensor, window: int) -> torch.Tensor:
    """[B * W, C, h, w]: an eighth of the channels from the frame before, an eighth from the one after.

    At a window's ends the frame itself stands in.
    """
    part = x.shape[1] // 8
    frames = x.reshape(-1, window, *x.shape[1:])
    before = torch.cat([frames[:, :1, :part], frames[:, :-1, :part]], 1)
    after = torch.cat([frames[:, 1:, part : 2 * part], frames[:, -1:, part : 2 * part]], 1)
    mixed = torch.cat([before, after, frames[:, :, 2 * part :]], 2)
    return mixed.flatten(0, 1).contiguous(memory_format=torch.channels_last)
