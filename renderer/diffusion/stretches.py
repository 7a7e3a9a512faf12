"""A long timeline in stretches that are denoised one after the other, with the result of the whole.

Each step of the sampler mixes a frame only with those that share a window with it. So a stretch needs some
frames on both sides and, step by step, those windows of the whole timeline that reach into it. Of these
frames nothing is kept: they only make the stretch come out as if all had been denoised at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch

from renderer.config import DiffusionConfig
from renderer.diffusion.sampler import windows_of_step
from renderer.diffusion.windows import Cut


@dataclass(frozen=True)
class Stretch:
    """Frames ``own`` of a timeline come out; all of ``seen`` must be given. ``cuts`` are each step's windows,
    counted from the first seen frame; empty where the stretch is a whole timeline."""

    own: range
    seen: range
    cuts: tuple[Cut, ...] = ()

    @property
    def kept(self) -> slice:
        """The own frames among the seen ones."""
        return slice(self.own.start - self.seen.start, self.own.stop - self.seen.start)


def stretches(total: int, config: DiffusionConfig, frames: int) -> list[Stretch]:
    """``total`` frames in stretches of about equal length, ``frames`` at most, in order.

    Mode ``autoregressive`` cannot be cut: there every frame hangs on all before it.
    """
    count = 1 if config.mode == "autoregressive" else max(1, -(-total // frames))
    if count == 1:
        return [Stretch(range(total), range(total))]
    bounds = [round(total * place / count) for place in range(count + 1)]
    steps = [windows_of_step(config, [total], step) for step in range(config.steps)]
    owns = (range(start, end) for start, end in pairwise(bounds))
    return [_stretch(own, total, steps) for own in owns]


def _stretch(own: range, total: int, steps: Sequence[Cut]) -> Stretch:
    """Backwards from the last step: which windows write a needed frame, and which frames those see."""
    needed = torch.zeros(total, dtype=torch.bool)
    needed[own.start : own.stop] = True
    parts: list[Cut] = []
    for cut in reversed(steps):
        writes = (needed[cut.frames] & (cut.own > 0)).any(1)
        parts.insert(0, Cut(cut.frames[writes], cut.own[writes]))
        needed[parts[0].frames.flatten()] = True
    first, last = int(needed.nonzero().min()), int(needed.nonzero().max())
    return Stretch(own, range(first, last + 1), tuple(Cut(part.frames - first, part.own) for part in parts))
