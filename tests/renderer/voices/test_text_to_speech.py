"""Both engines, really speaking."""

from functools import lru_cache
from itertools import pairwise

import numpy as np
import pytest

from renderer.config import VoiceConfig
from renderer.errors import RenderError
from renderer.speech.loudness import measure_lufs, measure_true_peak
from renderer.speech.phones import VOWELS
from renderer.voices.registry import ENGINES
from renderer.voices.text_to_speech import speak
from renderer.words.pronunciations import Pronunciation

LINE = "Hello Zoë, Dr. Smith saved $1,250 for a week in 2024!"

both = pytest.mark.parametrize("engine", [engine.name for engine in ENGINES])


@lru_cache
def said(text, engine, rate=1.0):
    return speak(text, VoiceConfig(engine=engine, rate=rate))


@both
@pytest.mark.parametrize("text", ["Hi.", "Hi Jo.", LINE])
def test_every_line_is_at_minus_16_lufs_with_safe_peaks(engine, text):
    speech = said(text, engine)
    assert speech.rate_hz == 48_000
    assert speech.samples.dtype == np.float32
    assert measure_lufs(speech.samples, 48_000) == pytest.approx(-16.0, abs=0.3)
    assert measure_true_peak(speech.samples) <= 10 ** (-1 / 20)


@both
def test_the_same_text_is_the_same_sound_whatever_was_said_before(engine):
    first = said(LINE, engine)
    speak("Something else entirely.", VoiceConfig(engine=engine))
    again = speak(LINE, VoiceConfig(engine=engine))
    assert np.array_equal(first.samples, again.samples)
    assert (first.phones, first.words) == (again.phones, again.words)


@both
def test_phones_cover_the_line_without_gaps_and_silence_is_short_at_both_ends(engine):
    speech = said(LINE, engine)
    assert speech.phones[0].start_s == 0.0
    assert speech.phones[-1].end_s == pytest.approx(speech.duration_s, abs=1e-3)
    assert all(a.end_s == pytest.approx(b.start_s) for a, b in pairwise(speech.phones))
    for edge in (speech.phones[0], speech.phones[-1]):
        assert not edge.symbol and edge.end_s - edge.start_s <= 0.0205


@both
def test_phones_are_single_symbols_and_some_vowels_are_stressed(engine):
    speech = said(LINE, engine)
    assert all(len(phone.symbol) <= 1 for phone in speech.phones)
    assert all(phone.symbol in VOWELS for phone in speech.phones if phone.stress)
    assert {phone.stress for phone in speech.phones} >= {0, 1}


@both
def test_vowels_are_loud_and_silences_quiet(engine):
    speech = said("Hello Zoë, we are happy you came. Please come again.", engine)

    def level(phone):
        own = speech.samples[round(phone.start_s * 48_000) : round(phone.end_s * 48_000)]
        return float(np.sqrt(np.mean(own**2)))

    vowels = [level(phone) for phone in speech.phones if phone.symbol in VOWELS]
    pauses = [level(p) for p in speech.phones if not p.symbol and p.end_s - p.start_s > 0.1]
    assert pauses
    assert max(pauses) < 0.25 * np.median(vowels)


@both
def test_words_are_the_scripts_own_in_order_each_with_time(engine):
    speech = said(LINE, engine)
    assert [word.text for word in speech.words] == LINE.split()
    assert all(a.end_s <= b.start_s + 1e-9 for a, b in pairwise(speech.words))
    assert all(word.end_s - word.start_s > 0.03 for word in speech.words)
    spans = {word.text: word.end_s - word.start_s for word in speech.words}
    assert spans["$1,250"] > 1.0 > spans["Hello"] > spans["a"]
    assert spans["2024!"] > 0.8


@both
def test_a_pause_after_a_comma_belongs_to_no_word(engine):
    words = said("Hello Zoë, thank you for watching!", engine).words
    assert words[2].start_s - words[1].end_s > 0.1


@both
def test_a_higher_rate_is_faster(engine):
    assert said(LINE, engine, 1.4).duration_s < 0.85 * said(LINE, engine).duration_s


@both
@pytest.mark.parametrize("text", ["😀", "王小明", "..."])
def test_what_no_voice_can_say_is_an_error_that_names_it(engine, text):
    with pytest.raises(RenderError) as caught:
        speak(text, VoiceConfig(engine=engine))
    assert text in caught.value.message and caught.value.permanent


@both
def test_hard_names_are_said_and_not_spelt_out(engine):
    for name in ("Łukasz", "Nguyễn", "O’Brien-Smith", "Siobhán", "Ngũgĩ", "Håkansson", "Þórdís"):
        assert 0.2 < said(f"Hi {name}!", engine).duration_s < 1.8, name


@both
def test_a_rate_out_of_range_is_refused(engine):
    with pytest.raises(RenderError, match="speaking rate"):
        speak("Hi.", VoiceConfig(engine=engine, rate=9.0))


@pytest.mark.parametrize("engine", ["piper", "pyttsx3"])
def test_a_voice_that_cannot_read_ipa_says_so_and_a_respelling_helps(engine):
    ada = Pronunciation("Ada", "ʃɪˈvɔːn", is_ipa=True)
    with pytest.raises(
        RenderError, match=r"does not read the phonetic alphabet: “Ada.” is given as /ʃɪˈvɔːn/"
    ):
        speak("Hi Ada.", VoiceConfig(engine=engine), [ada])
    assert speak("Hi Ada.", VoiceConfig(engine=engine), [Pronunciation("Ada", "shiv-awn")]).duration_s > 0.3
