from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from safetensors.torch import save_file

from renderer.motion.conditioning import ACTIVATIONS, CONDITIONING_SIZE, SOUND
from renderer.motion.denoiser_loss import TrainingSpeech
from renderer.motion.visemes import VISEMES, find_visemes
from renderer.speech.log_mel import BANDS, HOP_S
from renderer.speech.phones import parse_phones
from renderer.speech.speech import Phone
from renderer.synthetic.sentences import sample_sentence
from renderer.training import denoiser
from renderer.training.denoiser import EmaTrainer, load_training_speech, sample_batch
from renderer.training.line_words import draw_line_words
from renderer.training.speech_augmentation import augment_bands, simulate_recogniser
from renderer.training.synthetic_speech import SyntheticSpeech, synthesise_speech


def make_training_speech(seed: int, moments: int = 150) -> TrainingSpeech:
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(moments, SOUND.start)).astype(np.float32)
    bands = rng.uniform(1, 2, (2 * moments, BANDS)).astype(np.float32)
    return TrainingSpeech(bands, [inputs], inputs[:, ACTIVATIONS] + 0.5)


# --- synthetic speakers ---


def test_sentences_repeat_for_the_same_seed_and_vary_otherwise() -> None:
    first, again = ([sample_sentence(np.random.default_rng(3)) for _ in range(2)] for _ in range(2))
    assert first == again
    rng = np.random.default_rng(4)
    assert len({sample_sentence(rng) for _ in range(50)}) > 45


def test_line_words_are_many_and_repeat_for_the_same_seed() -> None:
    first, again = ([draw_line_words(np.random.default_rng(seed)) for seed in range(60)] for _ in range(2))
    assert first == again
    words = [word for line in first for word in line]
    # A network could learn a few hundred by heart.
    assert len(set(words)) > len(words) / 2
    assert all(word.isalpha() for word in words)


@pytest.mark.slow
def test_synthetic_speech_has_exact_phones_and_recognised_ones_over_the_same_time() -> None:
    speech = synthesise_speech(6.0, np.random.default_rng(5))
    assert 6 <= speech.duration_s < 12
    for phones in (speech.phones, speech.recognised):
        assert phones[-1].end_s == pytest.approx(speech.duration_s, abs=0.03)
        assert all(a.end_s <= b.start_s + 1e-6 for a, b in pairwise(phones))
    shapes = {shape for phone in speech.phones for shape in find_visemes(phone.symbol)}
    assert len(shapes) > 10
    assert all(parse_phones(phone.symbol) == [phone.symbol] for phone in speech.phones if phone.symbol)


@pytest.mark.slow
def test_a_speakers_speech_is_made_once_and_comes_back_the_same(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(denoiser, "_SECONDS_EACH", 6.0)
    made = load_training_speech(3, tmp_path, 7)
    written = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    again = load_training_speech(3, tmp_path, 7)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written
    for one, other in zip(made.inputs, again.inputs, strict=True):
        assert one.shape == (len(made.target), SOUND.start) and np.array_equal(one, other)
    # What was recognised is near what was said, and not the same.
    r = np.corrcoef(made.inputs[0][:, ACTIVATIONS].ravel(), made.target.ravel())[0, 1]
    assert 0.3 < r < 0.999


# --- augmentation ---


def test_a_simulated_recogniser_errs_at_times_and_keeps_order_and_length() -> None:
    phones = tuple(Phone("amiso"[n % 5], 0.1 * n, 0.1 * (n + 1)) for n in range(60))
    wrong = []
    for seed in range(8):
        recognised = simulate_recogniser(phones, np.random.default_rng(seed))
        assert all(a.end_s <= b.start_s + 1e-9 for a, b in pairwise(recognised))
        assert abs(recognised[-1].end_s - 6.0) < 0.3
        wrong.append(
            len(phones) - len({(p.symbol, round(p.start_s, 1)) for p in recognised} & _round_starts(phones))
        )
    assert 0 < np.mean(wrong) < 40


def _round_starts(phones: tuple[Phone, ...]) -> set[tuple[str, float]]:
    return {(phone.symbol, round(phone.start_s, 1)) for phone in phones}


def test_augmentation_changes_the_place_and_keeps_loud_from_quiet() -> None:
    bands = np.full((6, 200, BANDS), 0.3, np.float32)
    bands[:, 50:150] = 2.2
    varied = augment_bands(bands, np.random.default_rng(1))
    assert varied.shape == bands.shape and varied.dtype == np.float32
    assert np.array_equal(varied, augment_bands(bands, np.random.default_rng(1)))
    telling = varied[np.ptp(varied, (1, 2)) > 0]
    assert len({row.tobytes() for row in telling}) == len(telling) >= 4
    assert np.all(telling[:, 60:140].mean((1, 2)) > telling[:, :40].mean((1, 2)))


def test_some_training_pairs_have_sound_that_tells_nothing() -> None:
    varied = augment_bands(np.random.default_rng(0).uniform(0, 3, (100, 50, BANDS)), np.random.default_rng(2))
    assert 3 <= sum(float(np.ptp(row)) == 0 for row in varied) <= 20


def test_a_training_pair_has_the_sound_of_its_own_moment() -> None:
    silent_first = make_training_speech(1)
    silent_first.bands[: len(silent_first.bands) // 2] = 0
    silent_first.target[:] = np.arange(len(silent_first.target))[:, None] / 100
    conditioning, target = sample_batch([silent_first], 12, 40, np.random.default_rng(0))
    assert conditioning.shape == (12, 40, CONDITIONING_SIZE) and target.shape == (12, 40, len(VISEMES))
    late = target[:, :, 0] > 0.85
    early = target[:, :, 0] < 0.65
    loudness = conditioning[..., SOUND].mean(2)
    assert float(loudness[late].mean()) > float(loudness[early].mean()) + 0.3


# --- training ---


def test_a_training_goes_on_where_it_was(tmp_path: Path) -> None:
    talks = [make_training_speech(seed) for seed in range(3)]
    straight, first = EmaTrainer(16, 0), EmaTrainer(16, 0)
    for step in range(4):
        straight.train_step(talks, step / 10)
    for step in range(2):
        first.train_step(talks, step / 10)
    first.save(tmp_path / "kept.safetensors")
    second = EmaTrainer(16, 0)
    second.load(tmp_path / "kept.safetensors")
    for step in range(2, 4):
        second.train_step(talks, step / 10)
    assert second.progress.step == 4
    for one, other in zip(straight.ema.parameters(), second.ema.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_a_training_may_start_from_earlier_weights(tmp_path: Path) -> None:
    earlier, trainer = EmaTrainer(16, 0), EmaTrainer(16, 1)
    earlier.train_step([make_training_speech(1), make_training_speech(2)], 0.0)
    halves = {name: value.half() for name, value in earlier.net.state_dict().items()}
    save_file(halves, tmp_path / "before.safetensors")
    trainer.start_from(tmp_path / "before.safetensors")
    for net in (trainer.net, trainer.ema):
        for one, other in zip(net.parameters(), earlier.net.parameters(), strict=True):
            assert torch.allclose(one, other, atol=1e-3)
    assert (
        np.isfinite(trainer.train_step([make_training_speech(1), make_training_speech(2)], 0.0))
        and trainer.progress.step == 1
    )


def talkers(folder: Path, count: int, seed: int) -> None:
    """Files of talkers as `load_training_speech` keeps them: three changing seconds each."""
    folder.mkdir()
    for number in range(count):
        rng = np.random.default_rng(number)
        target, heard = (
            tuple(Phone("amiso"[rng.integers(5)], 0.1 * n, 0.1 * (n + 1)) for n in range(30))
            for _ in range(2)
        )
        bands = rng.uniform(1, 2, (round(3 / HOP_S), BANDS)).astype(np.float32)
        SyntheticSpeech(bands, target, heard, 3.0).save(folder / f"speech-{seed}-{number:04d}.safetensors")


def test_weights_are_written_with_what_they_are(tmp_path: Path) -> None:
    talkers(tmp_path / "talks", 10, seed=11)
    out = tmp_path / "motion.safetensors"
    parser = argparse.ArgumentParser()
    denoiser.add_arguments(parser)
    asked = ["--out", str(out), "--minutes", "0.02", "--talkers", "10", "--width", "16"]
    asked += ["--talks", str(tmp_path / "talks")]
    assert denoiser.run(parser.parse_args(asked)) == 0
    arrays = load_file(out)
    assert all(array.dtype == np.float16 for array in arrays.values())
    from renderer.weights import read_metadata

    facts = read_metadata(out)["motion"]
    assert facts["config"] == {"width": 16, "rounds": 2}
    assert facts["steps"] > 0 and 0 < facts["error_share"] < 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["motion.safetensors", "talks"]
