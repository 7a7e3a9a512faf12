from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import torch

from renderer.config import BakeConfig, DiffusionConfig
from renderer.errors import Cancelled
from renderer.progress import Step, ignore_progress
from renderer.refiner.fit import STAGE, fit_refiner
from renderer.refiner.refine import load_refiner, refine
from tests.renderer.refiner.mouths import Mouths, drawn_mouths

SMALL = BakeConfig(crop_px=32, fit_seconds=120, fit_steps_max=160, base_channels=8)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def mouths() -> Mouths:
    return drawn_mouths()


def fit(mouths: Mouths, config: BakeConfig, **more: object) -> dict[str, np.ndarray]:
    progress = more.pop("progress", ignore_progress)
    return fit_refiner(mouths.drafts, mouths.truths, mouths.masks, mouths.points, config, progress, **more)


def psnr(guess: np.ndarray, truth: np.ndarray, masks: np.ndarray) -> float:
    squares = ((guess.astype(float) - truth) ** 2).mean(-1)
    return float(10 * np.log10(255**2 * masks.sum() / (squares * masks).sum()))


def test_fitted_mouths_are_nearer_to_the_truth_than_their_drafts(mouths: Mouths) -> None:
    net = load_refiner(fit(mouths, SMALL))
    later_mouths = drawn_mouths(96)
    later = slice(70, 96)
    drafts, truths, masks = later_mouths.drafts[later], later_mouths.truths[later], later_mouths.masks[later]
    refined = refine(
        net,
        drafts,
        truths,
        masks,
        later_mouths.points[later],
        seed_key="test",
        frame_ids=range(26),
        config=DiffusionConfig(steps=2),
    )
    assert psnr(refined, truths, masks) > psnr(drafts, truths, masks) + 1.5


def test_a_fit_that_learned_nothing_keeps_the_drafts(mouths: Mouths) -> None:
    perfect = Mouths(mouths.truths, mouths.truths, mouths.masks, mouths.points)
    weights = fit(perfect, BakeConfig(crop_px=32, fit_steps_max=12, base_channels=8))
    assert not weights["leave.weight"].any()


def test_a_fit_ends_when_its_time_is_over(mouths: Mouths) -> None:
    began = time.monotonic()
    fit(mouths, BakeConfig(crop_px=32, fit_seconds=1.0, fit_steps_max=10**6, base_channels=8))
    assert time.monotonic() - began < 6


def test_the_same_take_fits_to_the_same_weights(mouths: Mouths) -> None:
    config = BakeConfig(crop_px=32, fit_seconds=600, fit_steps_max=10, base_channels=8)
    one, two = fit(mouths, config), fit(mouths, config)
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_an_interrupted_fit_goes_on_where_it_was(mouths: Mouths, tmp_path: Path) -> None:
    config = BakeConfig(crop_px=32, fit_seconds=600, fit_steps_max=20, base_channels=8)
    checkpoint = tmp_path / "fit.safetensors"

    def stop_at_ten(step: Step) -> None:
        if step.done == 10:
            raise Cancelled

    with pytest.raises(Cancelled):
        fit(mouths, config, progress=stop_at_ten, checkpoint=checkpoint)
    seen: list[int] = []
    resumed = fit(mouths, config, progress=lambda step: seen.append(step.done), checkpoint=checkpoint)
    straight = fit(mouths, config)
    assert seen[0] == 10
    assert all(np.allclose(resumed[name], straight[name], atol=1e-6) for name in straight)


def test_a_checkpoint_of_another_take_is_not_used(mouths: Mouths, tmp_path: Path) -> None:
    config = BakeConfig(crop_px=32, fit_seconds=600, fit_steps_max=5, base_channels=8)
    checkpoint = tmp_path / "fit.safetensors"
    fit(mouths, config, checkpoint=checkpoint)
    other = Mouths(mouths.drafts[::-1].copy(), mouths.truths, mouths.masks, mouths.points)
    seen: list[int] = []
    fit(other, config, progress=lambda step: seen.append(step.done), checkpoint=checkpoint)
    assert seen[0] == 0


def test_a_damaged_checkpoint_means_a_fresh_start(mouths: Mouths, tmp_path: Path) -> None:
    config = BakeConfig(crop_px=32, fit_seconds=600, fit_steps_max=3, base_channels=8)
    checkpoint = tmp_path / "fit.safetensors"
    checkpoint.write_bytes(b"not a checkpoint")
    assert fit(mouths, config, checkpoint=checkpoint)


def test_progress_names_the_work_and_ends_complete(mouths: Mouths) -> None:
    seen: list[Step] = []
    fit(mouths, BakeConfig(crop_px=32, fit_steps_max=12, base_channels=8), progress=seen.append)
    assert {step.stage for step in seen} == {STAGE} == {"fitting the mouth model"}
    assert seen[-1].done == seen[-1].total == 12


def test_too_few_frames_are_refused(mouths: Mouths) -> None:
    few = Mouths(mouths.drafts[:4], mouths.truths[:4], mouths.masks[:4], mouths.points[:4])
    with pytest.raises(ValueError, match="at least 8"):
        fit(few, SMALL)
