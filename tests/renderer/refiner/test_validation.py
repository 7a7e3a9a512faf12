from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from renderer.config import BakeConfig
from renderer.refiner.network import MouthRefiner
from renderer.refiner.training_pairs import TrainingPairs, build_training_pairs
from renderer.refiner.validation import choose_best_network, choose_validation_runs
from tests.renderer.refiner.mouths import drawn_mouths

SMALL = BakeConfig(crop_px=32, base_channels=8)


@pytest.fixture(scope="module")
def pairs() -> TrainingPairs:
    """Drafts that are eight grey levels too dark, and right in everything else."""
    mouths = drawn_mouths(64)
    dark = np.where(mouths.masks[..., None] > 0, np.maximum(mouths.truths.astype(int) - 8, 0), mouths.truths)
    return build_training_pairs(dark.astype(np.uint8), mouths.truths, mouths.masks, mouths.points)


def brightening(levels: float) -> MouthRefiner:
    net = MouthRefiner(base_channels=8)
    torch.nn.init.constant_(net.leave.bias, levels / 127.5)
    return net.eval()


@pytest.mark.parametrize("total", [8, 40, 183, 440, 5000])
def test_validation_runs_lie_apart_from_each_other_all_over_the_take(total: int) -> None:
    runs = choose_validation_runs(total)
    assert all(one.stop <= next_one.start for one, next_one in pairwise(runs))
    assert runs[0].start < total / 4 and runs[-1].stop > 3 * total / 4 and runs[-1].stop <= total
    assert sum(run.stop - run.start for run in runs) <= max(total / 8, 8)


def test_a_residual_that_is_too_strong_is_kept_in_part(pairs: TrainingPairs) -> None:
    kept = choose_best_network([brightening(16)], pairs, choose_validation_runs(64), SMALL)
    assert float(kept.leave.bias[0].detach()) * 127.5 == pytest.approx(8)


def test_the_better_of_two_networks_is_kept(pairs: TrainingPairs) -> None:
    kept = choose_best_network([brightening(-5), brightening(8)], pairs, choose_validation_runs(64), SMALL)
    assert float(kept.leave.bias[0].detach()) * 127.5 == pytest.approx(8)


def test_networks_that_only_harm_are_replaced_by_one_that_changes_nothing(pairs: TrainingPairs) -> None:
    assert choose_best_network(
        [brightening(-5), brightening(90)], pairs, choose_validation_runs(64), SMALL
    ).is_identity
