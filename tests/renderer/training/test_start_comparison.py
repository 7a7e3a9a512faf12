from __future__ import annotations

from dataclasses import fields

import pytest
import torch

from renderer.refiner.training_pairs import TrainingPairs, build_training_pairs
from renderer.training.start_comparison import SplitTake, compare_starts
from tests.renderer.refiner.mouths import drawn_mouths


@pytest.fixture(scope="module")
def split() -> SplitTake:
    torch.set_num_threads(1)
    mouths = drawn_mouths(96)
    whole = build_training_pairs(mouths.drafts, mouths.truths, mouths.masks, mouths.points)
    return SplitTake(*(part_of(whole, part) for part in (slice(0, 72), slice(72, 96))))


def part_of(pairs: TrainingPairs, part: slice) -> TrainingPairs:
    return TrainingPairs(**{one.name: getattr(pairs, one.name)[part] for one in fields(TrainingPairs)})


@pytest.fixture(scope="module")
def lines(split: SplitTake) -> list[str]:
    return list(compare_starts(split, 3, ["nothing", "base"]))


def test_each_start_is_fitted_as_long_and_drawn_in_one_step_and_in_two(lines: list[str]) -> None:
    names = [line.split(":")[0] for line in lines]
    assert names == [
        f"{start}, drawn in {steps}"
        for start in ("base weights, no fit", "3 steps from nothing", "3 steps from base")
        for steps in (1, 2)
    ]


def test_all_are_compared_with_the_same_drafts(lines: list[str]) -> None:
    assert len({line.split("mask ")[1].split(" ->")[0] for line in lines}) == 1


def test_the_colour_residual_counts_as_part_of_a_fit(lines: list[str]) -> None:
    drafted, fitted = (float(lines[2].split("mask ")[1].split()[place]) for place in (0, 2))
    assert fitted > drafted + 1
