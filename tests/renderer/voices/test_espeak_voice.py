import numpy as np
import pytest

from renderer.config import VoiceConfig
from renderer.errors import RenderError
from renderer.voices.espeak_voice import load_espeak
from renderer.voices.piper_voice import load_piper
from renderer.voices.text_to_speech import speak


def test_the_events_last_as_long_as_the_saved_sound():
    said = load_espeak("").say(["Hello", "there."], 1.0)
    assert said.phones[-1].end_s == pytest.approx(len(said.samples) / said.rate_hz, abs=1e-3)
    assert max(abs(said.samples)) > 0.05


def test_each_phone_belongs_to_the_word_that_espeak_reports():
    said = load_espeak("").say(["Hi", "", "Bo"], 1.0)
    heard = [(p.symbol, word) for p, word in zip(said.phones, said.word_of, strict=True) if p.symbol]
    assert heard == [("h", 0), ("a", 0), ("ɪ", 0), ("b", 2), ("o", 2), ("ʊ", 2)]


def test_other_languages_speak_their_own_letters():
    assert speak("Привет, Иван!", VoiceConfig("pyttsx3", "ru")).duration_s > 0.5
    assert speak("Schöne Grüße", VoiceConfig("pyttsx3", "de")).words[0].text == "Schöne"


def test_an_unknown_voice_is_refused_by_name():
    with pytest.raises(RenderError, match="no voice called “klingon-x”"):
        speak("Hi.", VoiceConfig("pyttsx3", "klingon-x"))


def test_it_does_not_disturb_piper_in_the_same_process():
    before = load_piper("").say(["Hi", "Priya."], 1.0)
    load_espeak("de").say(["Hallo."], 1.0)
    after = load_piper("").say(["Hi", "Priya."], 1.0)
    assert np.array_equal(before.samples, after.samples)
    assert before.phones == after.phones


def test_text_that_looks_like_an_option_or_a_command_is_only_text():
    said = load_espeak("").say(["-f", "/etc/hosts", "$(id)"], 1.0)
    assert len(said.samples) > 10_000


def test_british_english_speaks_by_its_usual_name():
    assert load_espeak("en-gb").language == "en-gb"
    british, american = (load_espeak(voice).say(["hot"], 1.0).phones for voice in ("en-gb", "en-us"))
    assert "ɒ" in {phone.symbol for phone in british} - {phone.symbol for phone in american}
    assert load_espeak("en-gb+f2").say(["Bath"], 1.0).phones
