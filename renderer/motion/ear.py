"""The ear: a small network from sound to viseme activations, in any language.

A recogniser of words hears nonsense in a language that it does not know. The ear knows no words: it was
taught by many voices and languages which mouth goes with which sound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional as F

from renderer.motion.dilated_block import DilatedBlock
from renderer.motion.visemes import VISEMES
from renderer.speech.log_mel import BANDS, HOP_S

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

# The ear hears a moment every 20 ms; two rows of the bands make one.
GRID_HZ = 50
ROWS = round(1 / (GRID_HZ * HOP_S))
_DILATIONS = (1, 2, 4, 8)
_MEDIUM_LEVEL = 1.0


class EarNetwork(nn.Module):
    """Dilated convolutions that look ±0.6 s both ways: bands → viseme activations.

    The names of its layers are those of the shipped weights.
    """

    def __init__(self, width: int = 96, rounds: int = 2) -> None:
        super().__init__()
        self.enter = nn.Linear(ROWS * BANDS, width)
        self.blocks = nn.ModuleList(DilatedBlock(width, dilation) for dilation in _DILATIONS * rounds)
        self.settle = nn.LayerNorm(width)
        self.leave = nn.Linear(width, len(VISEMES))

    def forward(self, bands: torch.Tensor) -> torch.Tensor:
        """Bands [B, ROWS * n, BANDS] → activations [B, n, V]."""
        x = self.enter((bands - _MEDIUM_LEVEL).reshape(len(bands), -1, ROWS * BANDS))
        for block in self.blocks:
            x = block(x)
        return torch.as_tensor(self.leave(F.silu(self.settle(x))))


def hear_activations(bands: Floats, times: Doubles, weights: Mapping[str, Floats]) -> Floats:
    """Viseme activations [n, V] at ``times`` [n] s of a sound's log-mel ``bands`` from time 0; nothing is
    active beyond its ends. ``weights`` are those of an `EarNetwork`.
    """
    return listen(bands, weights)(times)


def listen(bands: Floats, weights: Mapping[str, Floats]) -> Callable[[Doubles], Floats]:
    """As `hear_activations`, for any times; the network runs once."""
    if not len(bands):
        return lambda times: np.zeros((len(times), len(VISEMES)), np.float32)
    heard = hear_on_grid(load_ear(weights), bands)
    grid = np.arange(len(heard)) / GRID_HZ
    return lambda times: np.stack([np.interp(times, grid, column, 0, 0) for column in heard.T], 1).astype(
        np.float32
    )


def hear_on_grid(net: EarNetwork, bands: Floats) -> Floats:
    """Bands [m, BANDS] → activations [n, V] at `GRID_HZ`, moment i at i / GRID_HZ seconds."""
    padded = np.pad(bands, ((0, -len(bands) % ROWS), (0, 0)))
    with torch.inference_mode():
        return np.asarray(net(torch.from_numpy(padded)[None])[0].numpy(), np.float32)


def load_ear(arrays: Mapping[str, Floats]) -> EarNetwork:
    """A network that hears, from its float32 arrays."""
    blocks = {name.split(".")[1] for name in arrays if name.startswith("blocks.")}
    net = EarNetwork(arrays["settle.weight"].shape[0], len(blocks) // len(_DILATIONS))
    net.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in arrays.items()})
    return net.eval()
