from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from renderer.motion.lessons import Talk, windows_of
from renderer.motion.shares import SHARES
from renderer.motion.told import DRAFT, SOUND, TOLD
from renderer.motion.visemes import VISEMES, visemes_of
from renderer.speech.phones import phones_in
from renderer.studio.sentences import sentence
from renderer.training import motion
from renderer.training.motion import Pupil, coloured, lessons_of, restyled
from renderer.training.motion_speech import practice_speech


def talk(seed: int, frames: int = 150) -> Talk:
    rng = np.random.default_rng(seed)
    told = rng.normal(size=(frames, TOLD)).astype(np.float32)
    told[:, -1] = 1
    draft = told[:, DRAFT]
    said = told[:, : len(VISEMES)]
    return Talk(told, draft, draft + said[:, : len(SHARES)], np.ones(frames, np.float32), said)


def batch(seed: int = 0):
    return windows_of([talk(1), talk(2)], 4, 64, np.random.default_rng(seed), deaf_share=0.0)


def dice(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# --- talkers ---


def test_sentences_repeat_for_the_same_dice_and_vary_otherwise() -> None:
    first, again = ([sentence(np.random.default_rng(3)) for _ in range(2)] for _ in range(2))
    assert first == again
    rng = np.random.default_rng(4)
    assert len({sentence(rng) for _ in range(50)}) > 45


@pytest.mark.slow
def test_practice_speech_has_exact_phones_and_heard_ones_over_the_same_time() -> None:
    speech = practice_speech(6.0, np.random.default_rng(5))
    assert 6 <= speech.duration_s < 12
    for phones in (speech.phones, speech.heard):
        assert phones[-1].end_s == pytest.approx(speech.duration_s, abs=0.03)
        assert all(a.end_s <= b.start_s + 1e-6 for a, b in pairwise(phones))
    shapes = {shape for phone in speech.phones for shape in visemes_of(phone.symbol)}
    assert len(shapes) > 10
    assert all(phones_in(phone.symbol) == [phone.symbol] for phone in speech.phones if phone.symbol)


@pytest.mark.slow
def test_a_talkers_lessons_are_made_once_and_come_back_the_same(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(motion, "_SECONDS_EACH", 10.0)
    made = lessons_of(3, tmp_path, 7)
    assert len(made) == 4
    for one in made:
        assert one.told.shape[1] == TOLD and one.truth.shape[1] == len(SHARES)
        speaking = one.counts > 0
        assert speaking.any()
        # The draft was taught by the other half: near the truth, and not the truth.
        r = np.corrcoef(one.draft[speaking, 0], one.truth[speaking, 0])[0, 1]
        assert 0.3 < r < 0.999
    written = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = lessons_of(3, tmp_path, 7)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written
    assert all(np.array_equal(a.told, b.told) for a, b in zip(made, again, strict=True))


# --- what is varied ---


def test_colouring_changes_what_is_heard_and_nothing_else() -> None:
    plain = batch()
    varied = coloured(plain, dice())
    assert torch.equal(varied.told[..., : SOUND.start], plain.told[..., : SOUND.start])
    assert not torch.allclose(varied.told[..., SOUND], plain.told[..., SOUND])
    assert torch.equal(varied.told[..., -1], plain.told[..., -1])


def test_unheard_sound_stays_unheard() -> None:
    deaf = windows_of([talk(1)], 4, 64, np.random.default_rng(0), deaf_share=1.0)
    assert not coloured(deaf, dice()).told[..., SOUND].any()


def test_restyling_moves_truth_and_draft_alike_and_tells_the_new_draft() -> None:
    plain = batch()
    varied = restyled(plain, dice())
    assert torch.equal(varied.told[..., DRAFT], varied.draft)
    moved = [(new - old).flatten() for new, old in ((varied.truth, plain.truth), (varied.draft, plain.draft))]
    assert float(torch.corrcoef(torch.stack(moved))[0, 1]) > 0.5
    assert torch.equal(varied.said, plain.said)


# --- learning ---


def test_a_training_goes_on_where_it_was(tmp_path: Path) -> None:
    talks = [talk(seed) for seed in range(3)]
    straight, first = Pupil(16, 0), Pupil(16, 0)
    for step in range(4):
        straight.lesson(talks, step / 10)
    for step in range(2):
        first.lesson(talks, step / 10)
    first.save(tmp_path / "kept.safetensors")
    second = Pupil(16, 0)
    second.load(tmp_path / "kept.safetensors")
    for step in range(2, 4):
        second.lesson(talks, step / 10)
    assert second.at.step == 4
    for one, other in zip(straight.mean.parameters(), second.mean.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_weights_are_written_with_what_they_are(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(motion, "lessons_of", lambda number, folder, seed: [talk(number)])
    out = tmp_path / "motion.safetensors"
    parser = argparse.ArgumentParser()
    motion.add_arguments(parser)
    asked = ["--out", str(out), "--minutes", "0.02", "--talkers", "8", "--width", "16"]
    assert motion.run(parser.parse_args(asked)) == 0
    arrays = load_file(out)
    assert all(array.dtype == np.float16 for array in arrays.values())
    from renderer.weights import told

    facts = told(out)["motion"]
    assert facts["config"] == {"width": 16, "rounds": 2}
    assert facts["steps"] > 0 and 0 < facts["error_share_hearing"] < 2
    assert [path.name for path in tmp_path.iterdir()] == ["motion.safetensors"]
