"""Make one lesson look like many: other light, cameras and sides, so that real footage is one more case."""

from __future__ import annotations

import torch
from torch.nn import functional as F

_DRAFT, _AROUND, _MASK = slice(0, 3), slice(3, 6), slice(6, 7)
_BLUR_SHARE = 0.3


def varied(
    told: torch.Tensor, truth: torch.Tensor, weight: torch.Tensor, dice: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Condition [n, 9, s, s], truth [n, 3, s, s] and weight [n, 1, s, s] of one run, seen otherwise.

    Draft, surroundings and truth change alike: how a draft misses the truth must stay as it is, or a network
    learns to mend what is not broken.
    """
    told = told.clone()
    known = (told[:, _MASK] <= 0).to(told.dtype)
    change = _Camera(dice)
    truth = change(truth)
    told[:, _AROUND] = change(told[:, _AROUND]) * known
    told[:, _DRAFT] = change(told[:, _DRAFT])
    # Outside the mask the draft is what was filmed, blurred or not.
    told[:, _DRAFT] = torch.where(known > 0, truth, told[:, _DRAFT])
    if _one(dice) < 0.5:
        told, truth, weight = told.flip(-1), truth.flip(-1), weight.flip(-1)
    return told, truth, weight


class _Camera:
    """Colours, contrast and sharpness of another camera, the same for every picture it is shown."""

    def __init__(self, dice: torch.Generator) -> None:
        self._gain = 1 + 0.12 * torch.randn(3, 1, 1, generator=dice) + 0.15 * torch.randn(1, generator=dice)
        self._lift = 0.12 * torch.randn(1, generator=dice) + 0.04 * torch.randn(3, 1, 1, generator=dice)
        self._power = float(torch.exp(0.25 * torch.randn(1, generator=dice)))
        self._grey = 0.5 * _one(dice) if _one(dice) < 0.5 else 0.0
        self._blur_px = 0.3 + 0.7 * _one(dice) if _one(dice) < _BLUR_SHARE else 0.0

    def __call__(self, planes: torch.Tensor) -> torch.Tensor:
        bright = ((planes + 1) / 2).clamp(0, 1) ** self._power * 2 - 1
        bright = bright + self._grey * (bright.mean(1, keepdim=True) - bright)
        return _blurred(bright * self._gain + self._lift, self._blur_px).clamp(-1, 1)


def _blurred(planes: torch.Tensor, sigma_px: float) -> torch.Tensor:
    if not sigma_px:
        return planes
    reach = 3
    ramp = torch.arange(-reach, reach + 1, dtype=planes.dtype)
    bell = torch.exp(-(ramp**2) / (2 * sigma_px**2))
    bell = (bell / bell.sum()).expand(planes.shape[1], 1, 1, -1)
    wide = F.pad(planes, (reach, reach, reach, reach), mode="replicate")
    wide = F.conv2d(wide, bell, groups=planes.shape[1])
    return F.conv2d(wide, bell.transpose(2, 3), groups=planes.shape[1])


def _one(dice: torch.Generator) -> float:
    return float(torch.rand(1, generator=dice))
