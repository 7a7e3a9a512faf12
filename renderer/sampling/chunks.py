"""Split a long timeline into chunks that are denoised one after the other, with the result of the whole.

Each step of the sampler mixes a frame only with those that share a window with it. So a chunk needs some
frames of context on both sides and, step by step, those windows of the whole timeline that reach into it.
The context is thrown away afterwards: it only makes the chunk come out as if all had been denoised at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch

from renderer.config import DiffusionConfig
from renderer.sampling.sampler import lay_step_windows
from renderer.sampling.windows import WindowLayout


@dataclass(frozen=True)
class TimelineChunk:
    """``output`` are the timeline's frames that come out; those of ``context`` must be given. ``layouts`` are
    each step's windows, counted from the context's first frame; empty for a whole timeline."""

    output: range
    context: range
    layouts: tuple[WindowLayout, ...] = ()

    @property
    def output_slice(self) -> slice:
        """The output frames within the context."""
        return slice(self.output.start - self.context.start, self.output.stop - self.context.start)


def split_into_chunks(total: int, config: DiffusionConfig, frames: int) -> list[TimelineChunk]:
    """``total`` frames in chunks of about equal length, ``frames`` at most, in order.

    Mode ``autoregressive`` cannot be split: there every frame depends on all before it.
    """
    count = 1 if config.mode == "autoregressive" else max(1, -(-total // frames))
    if count == 1:
        return [TimelineChunk(range(total), range(total))]
    bounds = [round(total * place / count) for place in range(count + 1)]
    steps = [lay_step_windows(config, [total], step) for step in range(config.steps)]
    outputs = (range(start, end) for start, end in pairwise(bounds))
    return [_build_chunk(output, total, steps) for output in outputs]


def _build_chunk(output: range, total: int, steps: Sequence[WindowLayout]) -> TimelineChunk:
    """Backwards from the last step: which windows write a needed frame, and which frames those see."""
    needed = torch.zeros(total, dtype=torch.bool)
    needed[output.start : output.stop] = True
    parts: list[WindowLayout] = []
    for layout in reversed(steps):
        writes = (needed[layout.frames] & (layout.valid > 0)).any(1)
        parts.insert(0, WindowLayout(layout.frames[writes], layout.valid[writes]))
        needed[parts[0].frames.flatten()] = True
    first, last = int(needed.nonzero().min()), int(needed.nonzero().max())
    return TimelineChunk(
        output, range(first, last + 1), tuple(WindowLayout(part.frames - first, part.valid) for part in parts)
    )
