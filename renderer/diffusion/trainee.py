"""A network while it learns: full-precision weights, a fast copy that computes, and a running mean."""

from __future__ import annotations

import copy
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from renderer.config import BakeConfig
from renderer.diffusion.hardware import quicken
from renderer.diffusion.network import MouthRefiner

Floats = npt.NDArray[np.float32]

RATE_FROM_NOTHING = 3e-4
_MEAN_SHARE = 0.08  # the running mean spans this share of all steps


class Trainee:
    """``step`` lessons were learned in ``spent_s`` seconds, at ``rate`` at most, from weights ``start``."""

    def __init__(
        self,
        config: BakeConfig,
        device: torch.device,
        start: Mapping[str, Floats] | None = None,
        rate: float = RATE_FROM_NOTHING,
    ) -> None:
        self._rate = rate
        self.exact = network_of(config, start).to(device)
        self.mean = copy.deepcopy(self.exact).requires_grad_(False)
        self.fast = copy.deepcopy(self.exact)
        quicken(self.fast, device)
        self.optimiser = torch.optim.AdamW(
            self.exact.parameters(), rate, betas=(0.9, 0.98), weight_decay=1e-3, fused=True
        )
        self.step, self.spent_s = 0, 0.0

    def guess(
        self, noisy: torch.Tensor, told: torch.Tensor, level: torch.Tensor, window: int
    ) -> torch.Tensor:
        """Noisy frames [B * W, 3, S, S] with conditions [B * W, 9, S, S] → clean frames [B * W, 3, S, S]."""
        weight = self.fast.enter.weight
        noisy, told, level = (part.to(weight.device) for part in (noisy, told, level))
        shape = (-1, window)
        windows = [part.reshape(*shape, *part.shape[1:]) for part in (noisy, told, told[:, :3])]
        return self.fast(windows[0], windows[1].to(weight.dtype), level, windows[2]).flatten(0, 1)

    def learn(self, loss: torch.Tensor, rate_share: float, total: int) -> None:
        """One optimiser step in full precision with the fast copy's gradients; a broken loss is skipped."""
        self.fast.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        for exact, fast in zip(self.exact.parameters(), self.fast.parameters(), strict=True):
            # In the weight's own memory order: the fused optimiser reads both as plain rows of numbers.
            exact.grad = None if fast.grad is None else torch.empty_like(exact).copy_(fast.grad)
        norm = nn.utils.clip_grad_norm_(self.exact.parameters(), 1.0)
        if torch.isfinite(norm):
            for group in self.optimiser.param_groups:
                group["lr"] = self._rate * rate_share
            self.optimiser.step()
        self.step += 1
        self._follow(max(1 / (_MEAN_SHARE * total), 1 / (self.step + 1)))

    @torch.no_grad()
    def _follow(self, share: float) -> None:
        """Moves the running mean towards the full-precision weights, and the fast copy onto them."""
        exact = list(self.exact.parameters())
        torch._foreach_lerp_(list(self.mean.parameters()), exact, min(share, 1.0))
        torch._foreach_copy_(list(self.fast.parameters()), exact)

    def result(self) -> MouthRefiner:
        """The running mean, ready to predict in full precision."""
        return self.mean.eval()


def network_of(config: BakeConfig, start: Mapping[str, Floats] | None = None) -> MouthRefiner:
    """A network with the weights ``start``, or with the first weights of the config's seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        net = MouthRefiner(base_channels=config.base_channels)
    if start is not None:
        net.load_state_dict({name: torch.from_numpy(np.array(array)) for name, array in start.items()})
    return net
