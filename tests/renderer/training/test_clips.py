from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from renderer.config import BakeConfig
from renderer.diffusion.fit import fit_refiner
from renderer.diffusion.lessons import Lessons, lessons_of
from renderer.diffusion.refine import load_refiner
from renderer.errors import RenderError
from renderer.progress import silent
from renderer.training.clips import lessons_of_clips, load_lessons, make_lessons
from renderer.training.gain import Gain, gain_on
from tests import takes


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    takes.good(folder / "one.mp4")
    takes.without_a_face(folder / "two.mp4")
    return folder


@pytest.fixture(scope="module")
def learned(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Lessons:
    torch.set_num_threads(1)
    out = tmp_path_factory.mktemp("lessons") / "one.safetensors"
    make_lessons(clips / "one.mp4", out)
    return load_lessons(out)


def test_lessons_are_drafts_beside_what_was_filmed(learned: Lessons) -> None:
    assert len(learned.drafts) == len(learned.truths) > 100
    apart = np.abs(learned.drafts.astype(int) - learned.truths).mean(-1)
    mouths = learned.mouths > 0.5
    assert 0.5 < apart[mouths].mean() < 40
    assert apart[learned.masks == 0].mean() < 0.5


@pytest.mark.slow
def test_a_clip_without_a_face_is_left_out_with_its_reason(
    clips: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    people = lessons_of_clips(clips, tmp_path, workers=1)
    assert len(people) == 1
    assert "1 of 2 clips can be learned from" in caplog.text
    assert "two.mp4 is left out" in capfd.readouterr().err
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = lessons_of_clips(clips, tmp_path, workers=1)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    assert [one.name for one in again] == [one.name for one in people]


def test_a_folder_without_clips_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"python -m renderer\.studio"):
        lessons_of_clips(tmp_path, tmp_path / "kept", workers=1)


@pytest.mark.slow
def test_a_short_fit_from_the_base_beats_one_from_nothing(learned: Lessons) -> None:
    """The demo's presenter was never in the base weights' lessons. Every fourth run of frames is kept back:
    one last stretch alone may look unlike all that was learned."""
    runs = [slice(start, start + 16) for start in range(16, len(learned.drafts) - 15, 64)]
    known = np.ones(len(learned.drafts), bool)
    for run in runs:
        known[run] = False

    def fitted(start: str) -> Gain:
        config = replace(BakeConfig(), start=start, fit_seconds=1e6, fit_steps_max=25)
        parts = (learned.drafts, learned.truths, learned.masks.astype(np.float32), learned.points)
        weights = fit_refiner(*(part[known] for part in parts), config, silent)
        return gain_on(load_refiner(weights).float(), [_part(learned, run) for run in runs])

    assert fitted("base").mouth_db > fitted("nothing").mouth_db


def _part(lessons: Lessons, at: slice) -> Lessons:
    return lessons_of(lessons.drafts[at], lessons.truths[at], lessons.masks[at], lessons.points[at])
