from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from renderer.motion.ear import ROWS, EarNetwork
from renderer.motion.visemes import VISEMES
from renderer.speech.log_mel import BANDS, HOP_S
from renderer.speech.speech import Phone
from renderer.training import ear
from renderer.training.ear import Pair, build_pair, measure_hearing, sample_windows, train
from renderer.training.ear_speech import EarSpeech, save_talker
from renderer.weights import read_metadata


def make_speech(seed: int, length_s: float = 6.0) -> EarSpeech:
    """A talker whose every sound has bands of its own."""
    rng = np.random.default_rng(seed)
    phones = tuple(
        Phone(str(rng.choice(list("amiso"))), 0.15 * n, 0.15 * (n + 1)) for n in range(round(length_s / 0.15))
    )
    bands = np.zeros((round(length_s / HOP_S), BANDS), np.float32)
    for phone in phones:
        here = slice(round(phone.start_s / HOP_S), round(phone.end_s / HOP_S))
        bands[here, 4 * "amiso".index(phone.symbol) :][:, :4] = 2.0
    return EarSpeech(bands, phones)


def make_talkers(count: int, first: int = 0) -> list[list[Pair]]:
    return [[build_pair(make_speech(first + seed)) for _ in range(2)] for seed in range(count)]


def test_a_pair_has_the_rows_of_its_moments() -> None:
    bands, target = build_pair(make_speech(0))
    assert bands.shape == (ROWS * len(target), BANDS) and target.shape[1] == len(VISEMES)


def test_windows_repeat_for_the_same_seed_and_short_talks_end_in_silence() -> None:
    talkers = make_talkers(2)
    first, again = (sample_windows(talkers, 4, 400, np.random.default_rng(1)) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        assert one.equal(other)
    sounds, targets = first
    assert sounds.shape == (4, ROWS * 400, BANDS) and targets.shape == (4, 400, len(VISEMES))
    assert not targets[:, 310:].any()


def test_training_teaches_the_ear_to_hear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ear, "_WINDOW", 80)
    validation = make_talkers(1, first=50)
    before = measure_hearing(EarNetwork(24).eval(), validation)
    net, steps = train(make_talkers(4), validation, 12.0, 24, 0)
    after = measure_hearing(net, validation)
    assert steps > 10
    assert after["open"] > 0.6 and after["open"] > before["open"] + 0.2


def test_weights_are_written_with_what_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ear, "_VALIDATION_TALKERS", 1)
    talks = tmp_path / "talks"
    talks.mkdir()
    for number in range(3):
        save_talker([make_speech(number)], talks / f"ear-11-{number:04d}.safetensors")
    parser = argparse.ArgumentParser()
    ear.add_arguments(parser)
    out = tmp_path / "ear.safetensors"
    asked = ["--out", str(out), "--teachers", str(tmp_path), "--talks", str(talks), "--talkers", "3"]
    assert ear.run(parser.parse_args([*asked, "--minutes", "0.01", "--width", "16"])) == 0
    assert all(array.dtype == np.float16 for array in load_file(out).values())
    facts = read_metadata(out)["ear"]
    assert facts["config"] == {"width": 16, "rounds": 2}
    assert (
        facts["talkers"] == 2
        and facts["steps"] > 0
        and facts["validation"].keys() == {"open", "width", "closed"}
    )
    out.unlink()
    assert ear.run(parser.parse_args([*asked, "--only-speech"])) == 0
    assert not out.exists()
