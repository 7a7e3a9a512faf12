from __future__ import annotations

import torch

from renderer.refiner.training_noise import add_noise

WINDOW, WINDOWS = 4, 600


def shown() -> tuple[torch.Tensor, torch.Tensor]:
    """What is under the noise of each frame [n, W], 1 for the truth and 0 for the draft, and the levels."""
    truth, drafts = torch.full((WINDOW * WINDOWS, 3, 32, 32), 100.0), torch.zeros(WINDOW * WINDOWS, 3, 32, 32)
    noisy, level = add_noise(truth, drafts, WINDOW, torch.Generator().manual_seed(1))
    clean = noisy.mean((1, 2, 3)).reshape(WINDOWS, WINDOW) / 100
    return clean / (1 - level).clamp_min(1e-6)[:, None], level


def test_half_of_the_training_windows_start_from_pure_noise() -> None:
    _, level = shown()
    assert 0.4 < float((level == 1).float().mean()) < 0.6


def test_the_truth_is_shown_at_the_ends_of_some_windows_as_kept_frames_are() -> None:
    under, level = shown()
    true = under[level < 0.9].round().bool()
    kept = true.any(1)
    assert 0.1 < float(kept.float().mean()) < 0.3
    assert not true.all(1).any()
    assert (true[kept][:, 0] != true[kept][:, -1]).all()  # at one end
    assert ((true[:, 1:] != true[:, :-1]).sum(1) <= 1).all()  # and in one run
