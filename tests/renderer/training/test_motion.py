from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from safetensors.torch import save_file

from renderer.motion.lessons import Talk
from renderer.motion.told import PULLS, SOUND, TOLD
from renderer.motion.visemes import VISEMES, visemes_of
from renderer.speech.phones import phones_in
from renderer.speech.sound import BANDS, HOP_S
from renderer.speech.speech import Phone
from renderer.studio.sentences import sentence
from renderer.training import motion
from renderer.training.motion import Pupil, lesson_batch, talk_of_talker
from renderer.training.motion_speech import PracticeSpeech, practice_speech
from renderer.training.motion_variety import coloured, misheard
from renderer.training.practice_words import practice_words


def talk(seed: int, moments: int = 150) -> Talk:
    rng = np.random.default_rng(seed)
    heard = rng.normal(size=(moments, SOUND.start)).astype(np.float32)
    bands = rng.uniform(1, 2, (2 * moments, BANDS)).astype(np.float32)
    return Talk(bands, [heard], heard[:, PULLS] + 0.5)


# --- talkers ---


def test_sentences_repeat_for_the_same_dice_and_vary_otherwise() -> None:
    first, again = ([sentence(np.random.default_rng(3)) for _ in range(2)] for _ in range(2))
    assert first == again
    rng = np.random.default_rng(4)
    assert len({sentence(rng) for _ in range(50)}) > 45


def test_practice_words_are_many_and_repeat_for_the_same_dice() -> None:
    first, again = ([practice_words(np.random.default_rng(seed)) for seed in range(60)] for _ in range(2))
    assert first == again
    words = [word for line in first for word in line]
    # A network could learn a few hundred by heart.
    assert len(set(words)) > len(words) / 2
    assert all(word.isalpha() for word in words)


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
def test_a_talkers_speech_is_made_once_and_comes_back_the_same(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(motion, "_SECONDS_EACH", 6.0)
    made = talk_of_talker(3, tmp_path, 7)
    written = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = talk_of_talker(3, tmp_path, 7)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written
    for one, other in zip(made.heard, again.heard, strict=True):
        assert one.shape == (len(made.said), SOUND.start) and np.array_equal(one, other)
    # What was heard is near what was said, and not the same.
    r = np.corrcoef(made.heard[0][:, PULLS].ravel(), made.said.ravel())[0, 1]
    assert 0.3 < r < 0.999


# --- what is varied ---


def test_a_fair_listener_mishears_some_and_keeps_order_and_length() -> None:
    phones = tuple(Phone("amiso"[n % 5], 0.1 * n, 0.1 * (n + 1)) for n in range(60))
    wrong = []
    for seed in range(8):
        taken = misheard(phones, np.random.default_rng(seed))
        assert all(a.end_s <= b.start_s + 1e-9 for a, b in pairwise(taken))
        assert abs(taken[-1].end_s - 6.0) < 0.3
        wrong.append(len(phones) - len({(p.symbol, round(p.start_s, 1)) for p in taken} & _said(phones)))
    assert 0 < np.mean(wrong) < 40


def _said(phones: tuple[Phone, ...]) -> set[tuple[str, float]]:
    return {(phone.symbol, round(phone.start_s, 1)) for phone in phones}


def test_colouring_changes_the_place_and_keeps_loud_from_quiet() -> None:
    bands = np.full((6, 200, BANDS), 0.3, np.float32)
    bands[:, 50:150] = 2.2
    varied = coloured(bands, np.random.default_rng(1))
    assert varied.shape == bands.shape and varied.dtype == np.float32
    assert np.array_equal(varied, coloured(bands, np.random.default_rng(1)))
    telling = varied[np.ptp(varied, (1, 2)) > 0]
    assert len({row.tobytes() for row in telling}) == len(telling) >= 4
    assert np.all(telling[:, 60:140].mean((1, 2)) > telling[:, :40].mean((1, 2)))


def test_some_lessons_are_about_sound_that_tells_nothing() -> None:
    varied = coloured(np.random.default_rng(0).uniform(0, 3, (100, 50, BANDS)), np.random.default_rng(2))
    assert 3 <= sum(float(np.ptp(row)) == 0 for row in varied) <= 20


def test_a_lesson_shows_the_sound_of_its_own_moment() -> None:
    silent_first = talk(1)
    silent_first.bands[: len(silent_first.bands) // 2] = 0
    silent_first.said[:] = np.arange(len(silent_first.said))[:, None] / 100
    told, said = lesson_batch([silent_first], 12, 40, np.random.default_rng(0))
    assert told.shape == (12, 40, TOLD) and said.shape == (12, 40, len(VISEMES))
    late = said[:, :, 0] > 0.85
    early = said[:, :, 0] < 0.65
    loudness = told[..., SOUND].mean(2)
    assert float(loudness[late].mean()) > float(loudness[early].mean()) + 0.3


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


def test_a_training_may_begin_with_weights_of_before(tmp_path: Path) -> None:
    taught, pupil = Pupil(16, 0), Pupil(16, 1)
    taught.lesson([talk(1), talk(2)], 0.0)
    halves = {name: value.half() for name, value in taught.net.state_dict().items()}
    save_file(halves, tmp_path / "before.safetensors")
    pupil.start(tmp_path / "before.safetensors")
    for net in (pupil.net, pupil.mean):
        for one, other in zip(net.parameters(), taught.net.parameters(), strict=True):
            assert torch.allclose(one, other, atol=1e-3)
    assert np.isfinite(pupil.lesson([talk(1), talk(2)], 0.0)) and pupil.at.step == 1


def talkers(folder: Path, count: int, seed: int) -> None:
    """Files of talkers as `talk_of_talker` keeps them: three seconds of changing phones and sound each."""
    folder.mkdir()
    for number in range(count):
        rng = np.random.default_rng(number)
        said, heard = (
            tuple(Phone("amiso"[rng.integers(5)], 0.1 * n, 0.1 * (n + 1)) for n in range(30))
            for _ in range(2)
        )
        bands = rng.uniform(1, 2, (round(3 / HOP_S), BANDS)).astype(np.float32)
        PracticeSpeech(bands, said, heard, 3.0).save(folder / f"speech-{seed}-{number:04d}.safetensors")


def test_weights_are_written_with_what_they_are(tmp_path: Path) -> None:
    talkers(tmp_path / "talks", 10, seed=11)
    out = tmp_path / "motion.safetensors"
    parser = argparse.ArgumentParser()
    motion.add_arguments(parser)
    asked = ["--out", str(out), "--minutes", "0.02", "--talkers", "10", "--width", "16"]
    asked += ["--talks", str(tmp_path / "talks")]
    assert motion.run(parser.parse_args(asked)) == 0
    arrays = load_file(out)
    assert all(array.dtype == np.float16 for array in arrays.values())
    from renderer.weights import told

    facts = told(out)["motion"]
    assert facts["config"] == {"width": 16, "rounds": 2}
    assert facts["steps"] > 0 and 0 < facts["error_share"] < 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["motion.safetensors", "talks"]
