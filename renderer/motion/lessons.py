"""How the motion model learns: windows of talk whose motion is known, at all noise levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from renderer.motion.flow import MotionFlow
from renderer.motion.measures import OPEN
from renderer.motion.shares import SHARES
from renderer.motion.told import SOUND

Floats = npt.NDArray[np.float32]

# Few-step sampling starts from pure noise, so half of all lessons do too.
_PURE_NOISE_SHARE = 0.5
_LEVEL_MIN = 0.05
_VELOCITY, _SMOOTHNESS = 0.5, 0.1
_WEIGHTS = [1.0] * len(SHARES)
_WEIGHTS[OPEN] = 2.0


@dataclass(frozen=True, eq=False)
class Talk:
    """One stretch of talk: ``told`` [n, TOLD], drafted and true shares [n, M], ``counts`` [n] 0..1, how far
    each frame's truth can be trusted, and ``said`` [n, V], the pull of what was truly said (which listeners
    may have misheard)."""

    told: Floats
    draft: Floats
    truth: Floats
    counts: Floats
    said: Floats

    def part(self, place: slice) -> Talk:
        return Talk(*(array[place] for array in _parts(self)))


@dataclass(frozen=True, eq=False)
class Windows:
    """A batch of windows as tensors [B, W, ...]."""

    told: torch.Tensor
    draft: torch.Tensor
    truth: torch.Tensor
    counts: torch.Tensor
    said: torch.Tensor


def windows_of(
    talks: Sequence[Talk], count: int, frames: int, rng: np.random.Generator, deaf_share: float
) -> Windows:
    """``count`` random windows; in about ``deaf_share`` of them the sound is not heard."""
    lengths = np.array([max(len(talk.told) - frames + 1, 1) for talk in talks], np.float64)
    picked = []
    for number in rng.choice(len(talks), count, p=lengths / lengths.sum()):
        start = int(rng.integers(int(lengths[number])))
        window = [_cut(part, start, frames) for part in _parts(talks[number])]
        if rng.random() < deaf_share:
            window[0] = window[0].copy()
            window[0][:, SOUND] = 0
        picked.append(window)
    return Windows(*(torch.from_numpy(np.stack(parts)) for parts in zip(*picked, strict=True)))


def flow_loss(net: MotionFlow, batch: Windows, dice: torch.Generator) -> torch.Tensor:
    """Squared error of the clean guess, of its velocity and of its acceleration."""
    count = len(batch.truth)
    level = torch.rand(count, generator=dice) * (1 - _LEVEL_MIN) + _LEVEL_MIN
    level = torch.where(torch.rand(count, generator=dice) < _PURE_NOISE_SHARE, 1.0, level)
    each = level[:, None, None]
    noise = torch.randn(batch.truth.shape, generator=dice)
    guess = net((1 - each) * batch.truth + each * noise, batch.told, level, batch.draft)
    return motion_error(guess, batch.truth, batch.counts)


def motion_error(guess: torch.Tensor, truth: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
    """Guess and truth [B, W, M], counts [B, W] → a single number."""
    missed = (guess - truth) * counts[..., None] * torch.tensor(_WEIGHTS).sqrt()
    faster = missed.diff(dim=1)
    return (
        missed.square().mean()
        + _VELOCITY * faster.square().mean()
        + _SMOOTHNESS * faster.diff(dim=1).square().mean()
    )


def _parts(talk: Talk) -> tuple[Floats, ...]:
    return talk.told, talk.draft, talk.truth, talk.counts, talk.said


def _cut(rows: Floats, start: int, frames: int) -> Floats:
    """Rows from ``start``; what a short talk lacks is filled with nothing, which does not count."""
    found = rows[start : start + frames]
    missing = frames - len(found)
    return np.pad(found, ((0, missing), *[(0, 0)] * (rows.ndim - 1))) if missing else found
