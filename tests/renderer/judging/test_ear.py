from __future__ import annotations

import numpy as np
import pytest

from renderer.judging.ear import EnergyEar, NetworkEar
from renderer.judging.footage import Footage
from renderer.timeline import SOUND_RATE_HZ
from renderer.weights import base_ear


@pytest.fixture(scope="module")
def network_ear() -> NetworkEar:
    weights = base_ear()
    assert weights is not None
    return NetworkEar(weights)


def test_both_ears_that_know_no_person_hear_when_the_mouth_opens(
    take: Footage, network_ear: NetworkEar
) -> None:
    spoken = take.apertures - take.apertures.mean()
    for ear in (EnergyEar(), network_ear):
        heard = ear.hear(take.samples, len(take), take.fps)
        assert heard.shape == take.apertures.shape
        assert np.corrcoef(heard, spoken)[0, 1] > 0.4


def test_a_mouth_is_heard_closed_in_silence_and_open_in_speech(
    take: Footage, network_ear: NetworkEar
) -> None:
    quiet = np.zeros(2 * SOUND_RATE_HZ, np.float32)
    still = network_ear.hear(quiet, 50, take.fps)
    speech = network_ear.hear(take.samples, len(take), take.fps)
    assert still[5:-5].mean() < 0.3 * np.quantile(speech, 0.9)


def test_the_network_hears_how_open_a_vowel_is_and_not_only_how_loud(
    take: Footage, network_ear: NetworkEar
) -> None:
    heard = network_ear.hear(take.samples, len(take), take.fps)
    quieter = network_ear.hear(0.3 * take.samples, len(take), take.fps)
    assert np.corrcoef(heard, quieter)[0, 1] > 0.9
