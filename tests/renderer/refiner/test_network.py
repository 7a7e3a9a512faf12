"""The network sees its frames as blocks of pixels."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from renderer.refiner.network import _split_into_blocks


def test_blocks_are_those_of_pixel_unshuffle_in_the_order_of_convolutions() -> None:
    frames = torch.randn(3, 12, 32, 48, generator=torch.Generator().manual_seed(1))
    blocks = _split_into_blocks(frames)
    assert torch.equal(blocks, F.pixel_unshuffle(frames, 4))
    assert blocks.is_contiguous(memory_format=torch.channels_last)
