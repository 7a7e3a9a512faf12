from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from renderer.config import BakeConfig
from renderer.errors import RenderError
from renderer.progress import ignore_progress
from renderer.refiner.fit import fit_refiner
from renderer.refiner.refine import load_refiner
from renderer.refiner.training_pairs import TrainingPairs, build_training_pairs
from renderer.training.clip_pairs import load_pairs_of_clips, load_training_pairs, save_training_pairs
from renderer.training.gain import Gain, measure_gain
from tests import takes


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    takes.good(folder / "one.mp4")
    takes.without_a_face(folder / "two.mp4")
    return folder


@pytest.fixture(scope="module")
def pairs(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingPairs:
    torch.set_num_threads(1)
    out = tmp_path_factory.mktemp("pairs") / "one.safetensors"
    save_training_pairs(clips / "one.mp4", out)
    return load_training_pairs(out)


def test_training_pairs_are_drafts_beside_what_was_filmed(pairs: TrainingPairs) -> None:
    assert len(pairs.drafts) == len(pairs.truths) > 100
    apart = np.abs(pairs.drafts.astype(int) - pairs.truths).mean(-1)
    mouths = pairs.mouths > 0.5
    assert 0.5 < apart[mouths].mean() < 40
    assert apart[pairs.masks == 0].mean() < 0.5


@pytest.mark.slow
def test_a_clip_without_a_face_is_left_out_with_its_reason(
    clips: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    people = load_pairs_of_clips(clips, tmp_path, workers=1)
    assert len(people) == 1
    assert "1 of 2 clips can be learned from" in caplog.text
    assert "two.mp4 is left out" in capfd.readouterr().err
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = load_pairs_of_clips(clips, tmp_path, workers=1)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    assert [one.name for one in again] == [one.name for one in people]


def test_a_folder_without_clips_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"python -m renderer\.synthetic"):
        load_pairs_of_clips(tmp_path, tmp_path / "kept", workers=1)


@pytest.mark.slow
def test_a_short_fit_from_the_base_beats_one_from_nothing(pairs: TrainingPairs) -> None:
    """The demo's presenter was never in the base weights' training data. Every fourth run of frames is held
    out: one last run alone may look unlike all that was learned."""
    runs = [slice(start, start + 16) for start in range(16, len(pairs.drafts) - 15, 64)]
    trained = np.ones(len(pairs.drafts), bool)
    for run in runs:
        trained[run] = False

    def fitted(start: str) -> Gain:
        config = replace(BakeConfig(), start=start, fit_seconds=1e6, fit_steps_max=25)
        parts = (pairs.drafts, pairs.truths, pairs.masks.astype(np.float32), pairs.points)
        weights = fit_refiner(*(part[trained] for part in parts), config, ignore_progress)
        return measure_gain(load_refiner(weights).float(), [_part(pairs, run) for run in runs])

    assert fitted("base").mouth_db > fitted("nothing").mouth_db


def _part(pairs: TrainingPairs, at: slice) -> TrainingPairs:
    return build_training_pairs(pairs.drafts[at], pairs.truths[at], pairs.masks[at], pairs.points[at])
