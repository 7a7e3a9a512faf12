from __future__ import annotations

import numpy as np

from renderer.config import VoiceConfig
from renderer.scoring.voice_quality import LINES, measure_heard, measure_mos, measure_voice
from renderer.speech.speech import Speech
from renderer.voices.text_to_speech import speak

SAID = speak(LINES[0], VoiceConfig("hibari"))
NOISE = np.random.default_rng(0).normal(0, 0.05, len(SAID.samples)).astype(np.float32)


def test_a_voice_is_measured_by_what_it_says() -> None:
    measured = measure_voice(VoiceConfig("hibari"), LINES[:1])
    assert 0 < measured.speed < 0.5
    assert 150 < measured.pitch_hz < 260
    assert 0.7 < measured.heard <= 1
    assert 2.5 < measured.mos < 5


def test_phones_of_another_line_are_not_heard() -> None:
    other = Speech(SAID.samples, speak(LINES[3], VoiceConfig("hibari")).phones, ())
    assert measure_heard([other]) < 0.4 < measure_heard([SAID])


def test_noise_is_worth_less_than_speech() -> None:
    assert measure_mos(SAID.samples + NOISE, 48_000) < measure_mos(SAID.samples, 48_000) - 0.5
