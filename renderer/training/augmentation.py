"""Augmentation: one run of frames under other light, from other cameras, mirrored."""

from __future__ import annotations

import torch
from torch.nn import functional as F

_DRAFT, _AROUND, _MASK = slice(0, 3), slice(3, 6), slice(6, 7)
_BLUR_SHARE = 0.3


def augment(
    conditioning: torch.Tensor, truth: torch.Tensor, weight: torch.Tensor, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Conditioning [n, 9, s, s], truth [n, 3, s, s] and weight [n, 1, s, s] of one run, altered at random.

    Draft, surroundings and truth change alike: the difference of draft and truth must stay as it is, or a
    network learns to correct what is not wrong.
    """
    conditioning = conditioning.clone()
    is_unmasked = (conditioning[:, _MASK] <= 0).to(conditioning.dtype)
    change = _Camera(generator)
    truth = change(truth)
    conditioning[:, _AROUND] = change(conditioning[:, _AROUND]) * is_unmasked
    conditioning[:, _DRAFT] = change(conditioning[:, _DRAFT])
    # Outside the mask the draft is what was filmed, blurred or not.
    conditioning[:, _DRAFT] = torch.where(is_unmasked > 0, truth, conditioning[:, _DRAFT])
    if _sample_share(generator) < 0.5:
        conditioning, truth, weight = conditioning.flip(-1), truth.flip(-1), weight.flip(-1)
    return conditioning, truth, weight


class _Camera:
    """Colours, contrast and sharpness of another camera, the same for every picture it is shown."""

    def __init__(self, generator: torch.Generator) -> None:
        self._gain = (
            1 + 0.12 * torch.randn(3, 1, 1, generator=generator) + 0.15 * torch.randn(1, generator=generator)
        )
        self._lift = 0.12 * torch.randn(1, generator=generator) + 0.04 * torch.randn(
            3, 1, 1, generator=generator
        )
        self._power = float(torch.exp(0.25 * torch.randn(1, generator=generator)))
        self._grey = 0.5 * _sample_share(generator) if _sample_share(generator) < 0.5 else 0.0
        self._blur_px = (
            0.3 + 0.7 * _sample_share(generator) if _sample_share(generator) < _BLUR_SHARE else 0.0
        )

    def __call__(self, planes: torch.Tensor) -> torch.Tensor:
        bright = ((planes + 1) / 2).clamp(0, 1) ** self._power * 2 - 1
        bright = bright + self._grey * (bright.mean(1, keepdim=True) - bright)
        return _blur(bright * self._gain + self._lift, self._blur_px).clamp(-1, 1)


def _blur(planes: torch.Tensor, sigma_px: float) -> torch.Tensor:
    if not sigma_px:
        return planes
    reach = 3
    ramp = torch.arange(-reach, reach + 1, dtype=planes.dtype)
    bell = torch.exp(-(ramp**2) / (2 * sigma_px**2))
    bell = (bell / bell.sum()).expand(planes.shape[1], 1, 1, -1)
    wide = F.pad(planes, (reach, reach, reach, reach), mode="replicate")
    wide = F.conv2d(wide, bell, groups=planes.shape[1])
    return F.conv2d(wide, bell.transpose(2, 3), groups=planes.shape[1])


def _sample_share(generator: torch.Generator) -> float:
    return float(torch.rand(1, generator=generator))
