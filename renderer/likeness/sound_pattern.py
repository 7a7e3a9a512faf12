"""What a sound says, apart from who says it: how each band of frequency rises and falls over time."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor

BANDS = 20
_WINDOW_S, _HOP_S = 0.040, 0.0125
_LOW_HZ, _HIGH_HZ = 150.0, 7_000.0
_FLOOR = 1e-4


def compute_pattern(sound: Tensor, rate_hz: int) -> Tensor:
    """Sound [s] → [BANDS, frames], each band with mean 0 and deviation 1; differentiable."""
    window = round(_WINDOW_S * rate_hz)
    spectrum = torch.stft(
        sound,
        window,
        round(_HOP_S * rate_hz),
        window=torch.hann_window(window),
        pad_mode="constant",
        return_complex=True,
    )
    power = _build_filters(window, rate_hz) @ spectrum.abs().square()
    level = torch.log(power + _FLOOR * power.detach().mean())
    return (level - level.mean(1, keepdim=True)) / (level.std(1, keepdim=True) + 1e-3)


def measure_pattern_gap(one: Tensor, other: Tensor) -> Tensor:
    """0 for equal patterns, 1 for unrelated ones."""
    return 1 - (one * other).mean()


@cache
def _build_filters(window: int, rate_hz: int) -> Tensor:
    """[BANDS, bins] triangles, evenly apart on the mel scale."""
    low, high = (np.log1p(hertz / 700) for hertz in (_LOW_HZ, _HIGH_HZ))
    edges = 700 * np.expm1(np.linspace(low, high, BANDS + 2))
    bins = np.fft.rfftfreq(window, 1 / rate_hz)
    left, middle, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rise, fall = (bins - left) / (middle - left), (right - bins) / (right - middle)
    with torch.inference_mode(False):  # kept, and part of a fit's gradients later
        return torch.from_numpy(np.clip(np.minimum(rise, fall), 0, None).astype(np.float32))
