from __future__ import annotations

from itertools import chain
from typing import get_args

import pytest
import torch

from renderer.config import DiffusionConfig, FusionMode
from renderer.diffusion.sampler import denoise_timeline, denoise_timelines
from renderer.diffusion.stretches import stretches

TOTAL = 131


class Mixing:
    """A denoiser in which every frame of a window changes every other one; counts what it was asked for."""

    def __init__(self, first: int = 0) -> None:
        self.first, self.windows = first, 0

    def __call__(self, noisy: torch.Tensor, frames: torch.Tensor, level: float) -> torch.Tensor:
        self.windows += len(noisy)
        place = torch.arange(1, noisy.shape[1] + 1).view(1, -1, 1)
        near = (noisy * place).mean(1, keepdim=True)
        return torch.tanh(noisy + 3 * near + torch.sin(frames + self.first)[..., None] * level)


def noise() -> torch.Tensor:
    return torch.randn((TOTAL, 5), generator=torch.Generator().manual_seed(7))


def known() -> tuple[torch.Tensor, torch.Tensor]:
    """Four frames at each end."""
    mask = torch.zeros(TOTAL, dtype=torch.bool)
    mask[:4] = mask[-4:] = True
    return torch.full((TOTAL, 5), 0.25), mask


def in_stretches(config: DiffusionConfig, frames: int) -> tuple[torch.Tensor, int]:
    parts, windows = [], 0
    planes, mask = known()
    for one in stretches(TOTAL, config, frames):
        seen, denoiser = slice(one.seen.start, one.seen.stop), Mixing(one.seen.start)
        clean = denoise_timelines(
            denoiser, noise()[seen], planes[seen], mask[seen], [len(one.seen)], config, 3, one.cuts
        )
        parts.append(clean[one.kept])
        windows += denoiser.windows
    return torch.cat(parts), windows


@pytest.mark.parametrize("mode", get_args(FusionMode))
@pytest.mark.parametrize("steps", [1, 2, 4])
@pytest.mark.parametrize("frames", [20, 45, TOTAL])
def test_stretches_give_the_bits_of_the_whole_timeline(mode: FusionMode, steps: int, frames: int) -> None:
    config = DiffusionConfig(mode, steps)
    whole = denoise_timeline(Mixing(), noise(), *known(), config)
    parts, _ = in_stretches(config, frames)
    assert torch.equal(parts, whole)


def test_a_stretch_that_knew_nothing_of_its_neighbours_would_not() -> None:
    config = DiffusionConfig()
    whole = denoise_timeline(Mixing(), noise(), *known(), config)
    alone = denoise_timeline(Mixing(), noise()[:45], *(part[:45] for part in known()), config)
    assert not torch.allclose(alone[30:], whole[30:45], atol=0.01)


def test_stretches_cover_each_frame_once_and_none_is_longer_than_asked() -> None:
    found = stretches(TOTAL, DiffusionConfig(), 45)
    assert list(chain.from_iterable(one.own for one in found)) == list(range(TOTAL))
    assert all(len(one.own) <= 45 for one in found)
    assert all(one.seen.start <= one.own.start and one.own.stop <= one.seen.stop for one in found)


def test_what_a_stretch_sees_beyond_its_own_frames_is_bounded_by_the_steps_and_not_by_the_timeline() -> None:
    config = DiffusionConfig(steps=2)
    for one in stretches(7500, config, 250):
        assert len(one.seen) - len(one.own) <= 2 * config.steps * config.window_frames


def test_an_autoregressive_timeline_stays_whole() -> None:
    assert len(stretches(TOTAL, DiffusionConfig("autoregressive"), 20)) == 1
