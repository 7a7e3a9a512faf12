from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from renderer.config import DiffusionConfig
from renderer.refiner.colour_residual import ColourResidual, fit_colour_residual, split_weights
from renderer.refiner.network import MouthRefiner
from renderer.refiner.refine import load_refiner, refine
from renderer.refiner.training_pairs import TrainingPairs, build_training_pairs
from tests.renderer.refiner.mouths import drawn_mouths

LATER = slice(96, 120)


@pytest.fixture(scope="module")
def pairs() -> TrainingPairs:
    """Drafts that are too dark, and darker the wider the mouth is open."""
    mouths = drawn_mouths(120)
    return build_training_pairs(mouths.drafts, mouths.truths, mouths.masks, mouths.points)


@pytest.fixture(scope="module")
def residual(pairs: TrainingPairs) -> ColourResidual:
    found, _ = fit_colour_residual(part_of(pairs, slice(0, 90)))
    assert found is not None
    return found


def part_of(pairs: TrainingPairs, part: slice) -> TrainingPairs:
    return TrainingPairs(**{name: value[part] for name, value in vars(pairs).items()})


def error(drafts: np.ndarray, pairs: TrainingPairs) -> float:
    return float(((drafts.astype(float) - pairs.truths) ** 2 * pairs.masks[..., None]).mean())


def test_the_colour_residual_brings_later_drafts_nearer_to_what_was_filmed(
    pairs: TrainingPairs, residual: ColourResidual
) -> None:
    later = part_of(pairs, LATER)
    corrected = residual.apply(later.drafts, later.masks, later.points)
    assert error(corrected, later) < 0.6 * error(later.drafts, later)


def test_outside_the_mask_a_draft_stays_as_it_is(pairs: TrainingPairs, residual: ColourResidual) -> None:
    later = part_of(pairs, LATER)
    corrected = residual.apply(later.drafts, later.masks, later.points)
    assert np.array_equal(corrected[later.masks == 0], later.drafts[later.masks == 0])
    assert not np.array_equal(corrected, later.drafts)


def test_a_frame_looks_the_same_whatever_is_drawn_with_it(
    pairs: TrainingPairs, residual: ColourResidual
) -> None:
    later = part_of(pairs, LATER)
    together = residual.apply(later.drafts, later.masks, later.points)
    alone = residual.apply(later.drafts[5:6], later.masks[5:6], later.points[5:6])
    assert np.array_equal(together[5:6], alone)


def test_lips_that_the_take_never_showed_count_as_the_nearest_that_it_did(
    pairs: TrainingPairs, residual: ColourResidual
) -> None:
    later = part_of(pairs, slice(96, 97))
    odd, odder = later.points.copy(), later.points.copy()
    odd[:, ::2] += 400
    odder[:, ::2] += 9000
    one, other = (residual.apply(later.drafts, later.masks, points) for points in (odd, odder))
    assert np.array_equal(one, other)


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_residual_that_only_chance_could_predict_hardly_changes_a_draft(
    pairs: TrainingPairs, seed: int
) -> None:
    change = np.random.default_rng(seed).normal(0, 12, (120, 1, 1, 3))
    shaded = np.clip(pairs.truths + change * pairs.masks[..., None], 0, 255).astype(np.uint8)
    # Only the truth varies: neither draft nor lips can tell how.
    blind = replace(pairs, drafts=pairs.truths, truths=shaded)
    found, _ = fit_colour_residual(part_of(blind, slice(0, 90)))
    later = part_of(blind, LATER)
    corrected = later.drafts if found is None else found.apply(later.drafts, later.masks, later.points)
    assert error(corrected, later) < 1.05 * error(later.drafts, later)


def test_a_short_take_gets_no_colour_residual(pairs: TrainingPairs) -> None:
    assert fit_colour_residual(part_of(pairs, slice(0, 40)))[0] is None


def test_training_drafts_show_the_residual_that_the_rest_of_the_take_predicts(pairs: TrainingPairs) -> None:
    _, drafts = fit_colour_residual(pairs)
    assert error(drafts, pairs) < 0.7 * error(pairs.drafts, pairs)


def test_the_colour_residual_travels_with_the_weights_and_is_drawn_without_a_network(
    pairs: TrainingPairs, residual: ColourResidual
) -> None:
    silent = {name: value.numpy() for name, value in MouthRefiner(base_channels=8).state_dict().items()}
    net = load_refiner(silent | residual.to_arrays())
    assert net.is_identity and split_weights(silent)[1] is None
    later = part_of(pairs, LATER)
    drawn = refine(
        net, later.drafts, later.truths, later.masks, later.points,
        seed_key="test", frame_ids=range(24), config=DiffusionConfig(),
    )  # fmt: skip
    assert np.array_equal(drawn, residual.apply(later.drafts, later.masks, later.points))
