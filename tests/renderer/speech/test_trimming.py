import numpy as np
import pytest

from renderer.speech.speech import Phone
from renderer.speech.trimming import trim_silence
from renderer.speech.utterance import Utterance

RATE_HZ = 22_050


def said(sound_from_s, sound_to_s, phones, length_s=2.0):
    t = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
    tone = np.where((t >= sound_from_s) & (t < sound_to_s), 0.3 * np.sin(2 * np.pi * 200 * t), 0)
    return Utterance(
        tone.astype(np.float32), RATE_HZ, tuple(phones), (None, *([0] * (len(phones) - 2)), None)
    )


def test_silence_around_speech_is_cut_to_20_ms_and_times_follow():
    phones = [Phone("", 0, 0.5), Phone("a", 0.5, 0.8), Phone("m", 0.8, 1.2), Phone("", 1.2, 2.0)]
    short = trim_silence(said(0.5, 1.2, phones))
    assert len(short.samples) / RATE_HZ == pytest.approx(0.74, abs=0.011)
    assert [phone.symbol for phone in short.phones] == ["", "a", "m", ""]
    assert short.phones[1].start_s == pytest.approx(0.02, abs=0.002)
    assert short.phones[2].start_s == pytest.approx(0.32, abs=0.002)
    assert short.word_of == (None, 0, 0, None)


def test_a_decay_longer_than_the_last_phone_is_kept():
    phones = [Phone("", 0, 0.5), Phone("a", 0.5, 1.0), Phone("", 1.0, 2.0)]
    short = trim_silence(said(0.5, 1.1, phones))
    assert short.phones[-2].end_s == pytest.approx(0.62, abs=0.012)


def test_a_phone_that_goes_on_in_silence_ends_with_its_sound():
    phones = [Phone("", 0, 0.5), Phone("a", 0.5, 0.8), Phone("m", 0.8, 1.4), Phone("", 1.4, 2.0)]
    short = trim_silence(said(0.6, 1.1, phones))
    assert len(short.samples) / RATE_HZ == pytest.approx(0.54, abs=0.012)
    assert short.phones[1].start_s == pytest.approx(0.02, abs=0.012)
    assert short.phones[-2].end_s == pytest.approx(0.52, abs=0.012)


def test_the_sound_begins_and_ends_at_zero():
    phones = [Phone("", 0, 0.1), Phone("a", 0.1, 1.9), Phone("", 1.9, 2.0)]
    short = trim_silence(said(0.0, 2.0, phones))
    assert short.samples[0] == short.samples[-1] == 0


def test_an_utterance_without_a_phone_is_left_alone():
    silent = Utterance(np.zeros(100, np.float32), RATE_HZ, (Phone("", 0, 0.1),), (None,))
    assert trim_silence(silent) is silent
