from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from renderer.likeness.vocal_tract import measure_formants, measure_spectrum_gap_db
from renderer.voices.kokoro_decoder import RATE_HZ as VOICE_HZ
from tests.renderer.likeness.voices import say

RATE_HZ = 16_000


def test_formants_of_a_made_vowel_are_found_where_they_were_put() -> None:
    wanted = (600.0, 1_200.0, 2_500.0)
    sound = np.zeros(RATE_HZ)
    sound[:: RATE_HZ // 120] = 1.0
    for hertz in (0.0, *wanted):  # a glottis, which falls by frequency, and three resonances
        turn, decay = 2 * np.pi * hertz / RATE_HZ, np.exp(-np.pi * 80 / RATE_HZ)
        sound = lfilter([1.0], [1, -2 * decay * np.cos(turn), decay**2] if hertz else [1, -0.95], sound)
    found = measure_formants(np.asarray(sound / np.abs(sound).max(), np.float32), RATE_HZ)
    assert found == pytest.approx(wanted, rel=0.08)


def test_two_sounds_of_one_voice_have_nearer_spectra_than_those_of_two_voices() -> None:
    own = measure_spectrum_gap_db(say("af_heart"), VOICE_HZ, say("af_heart", 1, 1), VOICE_HZ)
    other = measure_spectrum_gap_db(say("af_heart"), VOICE_HZ, say("am_fenrir", 1, 1), VOICE_HZ)
    assert own < 0.8 * other
