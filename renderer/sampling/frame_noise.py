"""Noise that belongs to a frame, whatever window, batch or message the frame is seen in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import torch


def make_frame_noise(seed_key: str, frame_ids: Sequence[str | int], shape: Sequence[int]) -> torch.Tensor:
    """Standard normal noise [n, *shape], float32, on the CPU.

    Row i depends on ``seed_key`` and ``frame_ids[i]`` alone: a frame that two messages share gets the same
    noise in both, wherever its segment begins.
    """
    if not len(frame_ids):
        return torch.zeros((0, *shape))
    return torch.stack([_make_noise(seed_key, frame_id, shape) for frame_id in frame_ids])


def _make_noise(seed_key: str, frame_id: str | int, shape: Sequence[int]) -> torch.Tensor:
    digest = hashlib.sha256(f"{seed_key}\n{frame_id}".encode()).digest()
    generator = torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)
    return torch.randn(tuple(shape), generator=generator)
