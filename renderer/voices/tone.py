"""The colour of a voice's sound: a smooth filter over all frequencies, as of a microphone or a room."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

BANDS = 12
_LOW_HZ, _HIGH_HZ = 80.0, 7_600.0
GAIN_MAX_DB = 6.0


def apply_tone(sound: Tensor, rate_hz: int, gains_db: Tensor) -> Tensor:
    """Sound [s] through gains [BANDS] in dB at frequencies evenly apart on the mel scale; differentiable."""
    spectrum = torch.fft.rfft(sound)
    hertz = torch.fft.rfftfreq(len(sound), 1 / rate_hz)
    low, high = (_to_mel(torch.tensor(edge)) for edge in (_LOW_HZ, _HIGH_HZ))
    place = ((_to_mel(hertz) - low) / (high - low) * (BANDS - 1)).clamp(0, BANDS - 1.001)
    below = place.long()
    share = place - below
    gain_db = gains_db[below] * (1 - share) + gains_db[below + 1] * share
    return torch.fft.irfft(spectrum * 10 ** (gain_db / 20), len(sound))


def _to_mel(hertz: Tensor) -> Tensor:
    return 2595 / float(np.log(10)) * torch.log1p(hertz / 700)
