"""Noise levels of a few-step flow-matching solver; the step itself is the diffusers scheduler's."""

from __future__ import annotations

import torch
from diffusers import FlowMatchEulerDiscreteScheduler


class FlowSolver:
    """One first-order solver for one buffer: x_t = (1 - t) x0 + t noise, from t = 1 to 0.

    Its state is global. Never keep one per window: windows would then disagree on where they are.
    """

    def __init__(self, steps: int) -> None:
        if steps < 1:
            raise ValueError(f"A solver takes at least one step, not {steps}.")
        self._scheduler = FlowMatchEulerDiscreteScheduler()
        # Even levels that end in 0 at the last step; the class's own spacing wastes it on t = 0.001.
        self._scheduler.set_timesteps(sigmas=[1 - i / steps for i in range(steps)])

    @property
    def levels(self) -> tuple[float, ...]:
        """The noise level before each step, from 1 downwards; after the last step it is 0."""
        return tuple(float(level) for level in self._scheduler.sigmas[:-1])

    def step(self, index: int, x: torch.Tensor, x0: torch.Tensor) -> torch.Tensor:
        """The buffer after step ``index``, given the clean buffer that was predicted from it."""
        velocity = (x - x0) / self.levels[index]
        moment = self._scheduler.timesteps[index]
        return self._scheduler.step(velocity, moment, x, return_dict=False)[0]
