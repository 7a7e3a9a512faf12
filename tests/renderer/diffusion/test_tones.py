from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from renderer.config import DiffusionConfig
from renderer.diffusion.lessons import Lessons, lessons_of
from renderer.diffusion.network import MouthRefiner
from renderer.diffusion.refine import load_refiner, refine
from renderer.diffusion.tones import Tones, fit_tones, split
from tests.renderer.diffusion.mouths import drawn_mouths

LATER = slice(96, 120)


@pytest.fixture(scope="module")
def lessons() -> Lessons:
    """Drafts that are too dark, and darker the wider the mouth is open."""
    mouths = drawn_mouths(120)
    return lessons_of(mouths.drafts, mouths.truths, mouths.masks, mouths.points)


@pytest.fixture(scope="module")
def tones(lessons: Lessons) -> Tones:
    found, _ = fit_tones(part_of(lessons, slice(0, 90)))
    assert found is not None
    return found


def part_of(lessons: Lessons, part: slice) -> Lessons:
    return Lessons(**{name: value[part] for name, value in vars(lessons).items()})


def error(drafts: np.ndarray, lessons: Lessons) -> float:
    return float(((drafts.astype(float) - lessons.truths) ** 2 * lessons.masks[..., None]).mean())


def test_tones_bring_later_drafts_nearer_to_what_was_filmed(lessons: Lessons, tones: Tones) -> None:
    later = part_of(lessons, LATER)
    toned = tones.added(later.drafts, later.masks, later.points)
    assert error(toned, later) < 0.6 * error(later.drafts, later)


def test_outside_the_mask_a_draft_stays_as_it_is(lessons: Lessons, tones: Tones) -> None:
    later = part_of(lessons, LATER)
    toned = tones.added(later.drafts, later.masks, later.points)
    assert np.array_equal(toned[later.masks == 0], later.drafts[later.masks == 0])
    assert not np.array_equal(toned, later.drafts)


def test_a_frame_looks_the_same_whatever_is_drawn_with_it(lessons: Lessons, tones: Tones) -> None:
    later = part_of(lessons, LATER)
    together = tones.added(later.drafts, later.masks, later.points)
    alone = tones.added(later.drafts[5:6], later.masks[5:6], later.points[5:6])
    assert np.array_equal(together[5:6], alone)


def test_lips_that_the_take_never_showed_count_as_the_nearest_that_it_did(
    lessons: Lessons, tones: Tones
) -> None:
    later = part_of(lessons, slice(96, 97))
    odd, odder = later.points.copy(), later.points.copy()
    odd[:, ::2] += 400
    odder[:, ::2] += 9000
    one, other = (tones.added(later.drafts, later.masks, points) for points in (odd, odder))
    assert np.array_equal(one, other)


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_tones_that_only_chance_could_tell_hardly_change_a_draft(lessons: Lessons, seed: int) -> None:
    change = np.random.default_rng(seed).normal(0, 12, (120, 1, 1, 3))
    shaded = np.clip(lessons.truths + change * lessons.masks[..., None], 0, 255).astype(np.uint8)
    # Only the truth varies: neither draft nor lips can tell how.
    blind = replace(lessons, drafts=lessons.truths, truths=shaded)
    found, _ = fit_tones(part_of(blind, slice(0, 90)))
    later = part_of(blind, LATER)
    toned = later.drafts if found is None else found.added(later.drafts, later.masks, later.points)
    assert error(toned, later) < 1.05 * error(later.drafts, later)


def test_a_short_take_gets_no_tones(lessons: Lessons) -> None:
    assert fit_tones(part_of(lessons, slice(0, 40)))[0] is None


def test_practice_drafts_show_tones_that_the_rest_of_the_take_tells(lessons: Lessons) -> None:
    _, drafts = fit_tones(lessons)
    assert error(drafts, lessons) < 0.7 * error(lessons.drafts, lessons)


def test_tones_travel_with_the_weights_and_are_drawn_without_a_network(
    lessons: Lessons, tones: Tones
) -> None:
    silent = {name: value.numpy() for name, value in MouthRefiner(base_channels=8).state_dict().items()}
    net = load_refiner(silent | tones.arrays())
    assert net.leaves_drafts_alone and split(silent)[1] is None
    later = part_of(lessons, LATER)
    drawn = refine(
        net, later.drafts, later.truths, later.masks, later.points,
        seed_key="test", frame_ids=range(24), config=DiffusionConfig(),
    )  # fmt: skip
    assert np.array_equal(drawn, tones.added(later.drafts, later.masks, later.points))
