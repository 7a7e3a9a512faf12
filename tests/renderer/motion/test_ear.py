from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from renderer.motion.coarticulation import build_gestures, compute_viseme_activations
from renderer.motion.ear import GRID_HZ, ROWS, EarNetwork, hear_activations, hear_on_grid, listen, load_ear
from renderer.motion.measures import OPEN
from renderer.motion.visemes import VISEMES
from renderer.speech.log_mel import BANDS, HOP_S, compute_log_mel_bands
from renderer.weights import base_ear

OPENNESS = np.array([viseme.targets[OPEN] for viseme in VISEMES])


def make_ear(seed: int = 0) -> dict[str, np.ndarray]:
    torch.manual_seed(seed)
    return {name: value.numpy() for name, value in EarNetwork(16, 1).state_dict().items()}


def make_bands(rows: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 2, (rows, BANDS)).astype(np.float32)


def test_an_ear_of_any_size_comes_back_from_its_arrays() -> None:
    torch.manual_seed(1)
    net = EarNetwork(24, 2).eval()
    again = load_ear({name: value.numpy() for name, value in net.state_dict().items()})
    bands = make_bands(60)
    assert np.array_equal(hear_on_grid(net, bands), hear_on_grid(again, bands))


def test_a_moment_is_heard_at_its_own_time() -> None:
    weights, bands = make_ear(), make_bands(100)
    bands[60:] = bands[60]
    louder = bands.copy()
    louder[40:42] += 1.0
    times = np.arange(50) / GRID_HZ
    changed = np.abs(hear_activations(louder, times, weights) - hear_activations(bands, times, weights))
    assert times[changed.sum(1).argmax()] == pytest.approx(40 * HOP_S, abs=2 * ROWS * HOP_S)


def test_nothing_is_heard_beyond_a_sound_or_in_none() -> None:
    hear = listen(make_bands(100), make_ear())
    assert not hear(np.array([-0.5, 3.0])).any()
    assert hear(np.array([0.5])).any()
    assert not listen(make_bands(0), make_ear())(np.arange(5) / 25).any()


def test_an_odd_number_of_rows_is_heard_to_its_end() -> None:
    assert len(hear_on_grid(load_ear(make_ear()), make_bands(101))) == 51


def test_the_shipped_ear_is_small() -> None:
    weights = base_ear()
    assert weights is not None
    assert sum(array.size for array in weights.values()) < 310_000


@pytest.mark.parametrize(
    ("voice", "text"),
    [
        ("de+f2", "Morgen Abend kommen alle unsere Freunde mit dem Boot zum Fluss und bauen ein Feuer"),
        ("es+m3", "mañana por la tarde vamos a pasear por el parque con toda la familia y los amigos"),
        ("pl+f4", "jutro wieczorem wszyscy nasi znajomi przyjadą do domu nad rzeką i zrobią ognisko"),
    ],
)
def test_the_shipped_ear_hears_the_mouth_in_languages_without_a_recogniser(voice: str, text: str) -> None:
    from renderer.voices.espeak_voice import EspeakSpeaker

    weights = base_ear()
    assert weights is not None
    spoken = EspeakSpeaker(voice).say(text.split(), 1.0)
    assert all(a.end_s <= b.start_s + 1e-6 for a, b in pairwise(spoken.phones))
    times = np.arange(int(len(spoken.samples) / spoken.rate_hz * 25)) / 25
    said = compute_viseme_activations(build_gestures(spoken.phones), times) @ OPENNESS
    heard = hear_activations(compute_log_mel_bands(spoken.samples, spoken.rate_hz), times, weights) @ OPENNESS
    assert np.corrcoef(said, heard)[0, 1] > 0.7
