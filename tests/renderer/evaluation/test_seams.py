"""Joins in the video that a recipient gets."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest

from renderer.config import EngineConfig
from renderer.evaluation.seams import SeamView, measure_seams, track_seams
from renderer.face.landmarks import LIPS_AND_JAW
from renderer.presenter.lazy_take import LazyTake
from renderer.presenter.presenter import Presenter, load_presenter
from renderer.render.context import RenderContext
from renderer.render.job import MessageJob
from renderer.render.pipeline import render_batch
from renderer.render.plan import plan_message, plan_script_slots
from renderer.runtime.store import Store
from tests.presenters import Baked

NAMES = ("John", "Priya")
SCRIPT = ("Good day.", "Hello {}.", "Thank you.", "Come in, {}.", "Please sit down.", "Bye, {}.", "See you.")
PERSONAL = (1, 3, 5)


def resting(joins: tuple[int, ...], seed: int, jump_px: float = 0.0, flash_px: float = 0.0) -> SeamView:
    """A face that trembles evenly; at each join the mouth moves by ``jump_px``, and by ``flash_px`` there
    and back."""
    dice = np.random.default_rng(seed)
    face = dice.uniform(0, 200, (1, 478, 2))
    points = face + np.cumsum(dice.normal(0, 0.05, (60, 478, 2)), 0)
    for join in joins:
        points[join:, list(LIPS_AND_JAW)] += jump_px
        points[join, list(LIPS_AND_JAW)] += flash_px
    return SeamView(points.astype(np.float32), joins)


def test_joins_that_move_as_their_surroundings_do_are_kept() -> None:
    found = measure_seams([resting((20, 40), seed) for seed in range(10)])
    assert found.is_within_bounds
    assert found.velocity.ratio == pytest.approx(1, abs=0.05)
    assert found.acceleration.ratio == pytest.approx(1, abs=0.05)
    assert found.velocity.seams == 20


@pytest.mark.parametrize("jump", [{"jump_px": 0.3}, {"flash_px": 0.3}])
def test_a_jump_at_the_joins_is_found(jump: dict[str, float]) -> None:
    found = measure_seams([resting((20, 40), seed, **jump) for seed in range(10)])
    assert not found.is_within_bounds
    assert max(found.velocity_beside.ratio, found.acceleration_beside.ratio) > 1.3
    assert min(found.velocity_beside.p, found.acceleration_beside.p) < 0.01


def test_movement_of_words_beside_a_join_does_not_hide_a_jump() -> None:
    quiet = [resting((20, 40), seed, jump_px=0.3) for seed in range(10)]
    for one in quiet:
        one.points[25:35] += np.random.default_rng(1).normal(0, 9, (10, 478, 2)).astype(np.float32)
    found = measure_seams(quiet)
    assert found.velocity.ratio < 1
    assert found.velocity_beside.ratio > 1.3


@pytest.fixture(scope="module")
def watched(baked: Baked, tmp_path_factory: pytest.TempPathFactory) -> list[SeamView]:
    """Two messages of personal lines between shared ones, as MP4s, around the personal ones."""
    folder: Path = tmp_path_factory.mktemp("joins")
    presenter: Presenter = load_presenter(baked.bake)
    config, store, fps = EngineConfig(), Store(folder / "store"), presenter.facts.fps
    scripts = [tuple((str(n), line.format(name)) for n, line in enumerate(SCRIPT)) for name in NAMES]
    slots = plan_script_slots(scripts, fps, config, store)
    jobs = [
        MessageJob(lines, baked.bake, baked.take, slots, folder / str(number), config)
        for number, lines in enumerate(scripts)
    ]
    context = RenderContext(presenter, LazyTake(baked.take, presenter), store, config)
    found = []
    for job, made in render_batch(jobs, store):
        assert not isinstance(made, Exception), made
        ends = list(accumulate(len(one.path) for one in plan_message(job, context).segments))
        joins = [end for line in PERSONAL for end in ends[line - 1 : line + 1]]
        found.append(track_seams(made.video, joins, presenter))
    return found


@pytest.mark.slow
def test_personal_segments_meet_the_shared_ones_without_a_jump_in_the_decoded_video(
    watched: list[SeamView],
) -> None:
    found = measure_seams(watched)
    assert found.velocity.seams == 2 * len(PERSONAL) * len(NAMES)
    assert found.is_within_bounds, found
    assert found.velocity_beside.ratio < 2, found


@pytest.mark.slow
def test_the_same_videos_with_a_mouth_that_jumps_by_two_pixels_would_be_found_out(
    watched: list[SeamView],
) -> None:
    jumping = []
    for one in watched:
        points = one.points.copy()
        for join in one.seams:
            points[join:, list(LIPS_AND_JAW)] += 2.0
        jumping.append(SeamView(points, one.seams))
    found = measure_seams(jumping)
    assert not found.is_within_bounds
    assert found.velocity_beside.ratio > 2
