"""A network in training: full-precision master weights, a fast copy that computes, a moving average."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from renderer.config import BakeConfig
from renderer.refiner.network import MouthRefiner
from renderer.runtime.device import optimise_for_device

Floats = npt.NDArray[np.float32]

RATE_FROM_SCRATCH = 3e-4
_EMA_SHARE = 0.08  # of all steps; the moving average spans about so many


class EmaTrainer:
    """After ``step`` steps in ``spent_s`` seconds, at a learning rate of at most ``rate``, from ``start``.

    ``master`` are the full-precision weights, ``fast`` a copy in the device's best format, ``ema`` the
    exponential moving average of the master weights, which is the result.
    """

    def __init__(
        self,
        config: BakeConfig,
        device: torch.device,
        start: Mapping[str, Floats] | None = None,
        rate: float = RATE_FROM_SCRATCH,
    ) -> None:
        self._rate = rate
        self.master = build_network(config, start).to(device)
        self.ema = copy.deepcopy(self.master).requires_grad_(False)
        self.fast = copy.deepcopy(self.master)
        optimise_for_device(self.fast, device)
        self.optimiser = torch.optim.AdamW(
            self.master.parameters(), rate, betas=(0.9, 0.98), weight_decay=1e-3, fused=True
        )
        self.step, self.spent_s = 0, 0.0

    def predict(
        self, noisy: torch.Tensor, conditioning: torch.Tensor, level: torch.Tensor, window: int
    ) -> torch.Tensor:
        """Noisy frames [B * W, 3, S, S] and conditioning [B * W, 9, S, S] → clean frames [B * W, 3, S, S]."""
        weight = self.fast.enter.weight
        noisy, conditioning, level = (part.to(weight.device) for part in (noisy, conditioning, level))
        shape = (-1, window)
        windows = [
            part.reshape(*shape, *part.shape[1:]) for part in (noisy, conditioning, conditioning[:, :3])
        ]
        return self.fast(windows[0], windows[1].to(weight.dtype), level, windows[2]).flatten(0, 1)

    def update(self, loss: torch.Tensor, rate_factor: float, total: int) -> None:
        """One optimiser step in full precision with the fast copy's gradients; a broken loss is skipped."""
        self.fast.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        for master, fast in zip(self.master.parameters(), self.fast.parameters(), strict=True):
            # In the weight's own memory order: the fused optimiser reads both as plain rows of numbers.
            master.grad = None if fast.grad is None else torch.empty_like(master).copy_(fast.grad)
        norm = nn.utils.clip_grad_norm_(self.master.parameters(), 1.0)
        if torch.isfinite(norm):
            for group in self.optimiser.param_groups:
                group["lr"] = self._rate * rate_factor
            self.optimiser.step()
        self.step += 1
        self._update_ema(max(1 / (_EMA_SHARE * total), 1 / (self.step + 1)))

    @torch.no_grad()
    def _update_ema(self, share: float) -> None:
        """Moves the average towards the master weights, and the fast copy onto them."""
        master = list(self.master.parameters())
        torch._foreach_lerp_(list(self.ema.parameters()), master, min(share, 1.0))
        torch._foreach_copy_(list(self.fast.parameters()), master)

    def finish(self) -> MouthRefiner:
        """The averaged network, ready to predict in full precision."""
        return self.ema.eval()


def build_network(config: BakeConfig, start: Mapping[str, Floats] | None = None) -> MouthRefiner:
    """A network with the weights ``start``, or with the first weights of the config's seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        net = MouthRefiner(base_channels=config.base_channels)
    if start is not None:
        net.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in start.items()})
    return net
