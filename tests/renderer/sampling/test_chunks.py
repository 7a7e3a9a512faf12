from __future__ import annotations

from itertools import chain
from typing import get_args

import pytest
import torch

from renderer.config import DiffusionConfig, FusionMode
from renderer.sampling.chunks import split_into_chunks
from renderer.sampling.sampler import denoise_timeline, denoise_timelines

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


def kept_frames() -> tuple[torch.Tensor, torch.Tensor]:
    """Four frames at each end."""
    mask = torch.zeros(TOTAL, dtype=torch.bool)
    mask[:4] = mask[-4:] = True
    return torch.full((TOTAL, 5), 0.25), mask


def denoise_in_chunks(config: DiffusionConfig, frames: int) -> tuple[torch.Tensor, int]:
    parts, windows = [], 0
    planes, mask = kept_frames()
    for one in split_into_chunks(TOTAL, config, frames):
        context, denoiser = slice(one.context.start, one.context.stop), Mixing(one.context.start)
        clean = denoise_timelines(
            denoiser,
            noise()[context],
            planes[context],
            mask[context],
            [len(one.context)],
            config,
            3,
            one.layouts,
        )
        parts.append(clean[one.output_slice])
        windows += denoiser.windows
    return torch.cat(parts), windows


@pytest.mark.parametrize("mode", get_args(FusionMode))
@pytest.mark.parametrize("steps", [1, 2, 4])
@pytest.mark.parametrize("frames", [20, 45, TOTAL])
def test_chunks_give_the_bits_of_the_whole_timeline(mode: FusionMode, steps: int, frames: int) -> None:
    config = DiffusionConfig(mode, steps)
    whole = denoise_timeline(Mixing(), noise(), *kept_frames(), config)
    parts, _ = denoise_in_chunks(config, frames)
    assert torch.equal(parts, whole)


def test_a_chunk_that_knew_nothing_of_its_neighbours_would_not() -> None:
    config = DiffusionConfig()
    whole = denoise_timeline(Mixing(), noise(), *kept_frames(), config)
    alone = denoise_timeline(Mixing(), noise()[:45], *(part[:45] for part in kept_frames()), config)
    assert not torch.allclose(alone[30:], whole[30:45], atol=0.01)


def test_chunks_cover_each_frame_once_and_none_is_longer_than_asked() -> None:
    found = split_into_chunks(TOTAL, DiffusionConfig(), 45)
    assert list(chain.from_iterable(one.output for one in found)) == list(range(TOTAL))
    assert all(len(one.output) <= 45 for one in found)
    assert all(one.context.start <= one.output.start and one.output.stop <= one.context.stop for one in found)


def test_the_context_of_a_chunk_is_bounded_by_the_steps_and_not_by_the_timeline() -> None:
    config = DiffusionConfig(steps=2)
    for one in split_into_chunks(7500, config, 250):
        assert len(one.context) - len(one.output) <= 2 * config.steps * config.window_frames


def test_an_autoregressive_timeline_stays_whole() -> None:
    assert len(split_into_chunks(TOTAL, DiffusionConfig("autoregressive"), 20)) == 1
