import numpy as np
import pytest

from renderer.config import VoiceConfig
from renderer.errors import RenderError
from renderer.runtime.store import Store
from renderer.voices.http_voice import describe_server, load_http
from renderer.voices.speech_cache import compute_speech_key, speak_cached
from renderer.voices.text_to_speech import speak
from tests.speech_server import KEY, answer, encode, make_sound

LINE = "We counted twenty seven open tickets, and nine of them are yours."
SERVER = VoiceConfig(engine="http")


@pytest.fixture
def post(speech_server):
    return speech_server


def test_a_line_has_the_times_of_its_words(post):
    found, truth = speak(LINE, SERVER), speak(LINE, VoiceConfig(engine="pyttsx3"))
    assert [word.text for word in found.words] == LINE.split()
    assert found.duration_s == pytest.approx(truth.duration_s, abs=0.15)
    errors_s = [a.start_s - b.start_s for a, b in zip(found.words, truth.words, strict=True)]
    assert np.median(np.abs(errors_s)) < 0.06
    assert sum(1 for phone in found.phones if phone.symbol) > 30


@pytest.mark.parametrize("form", ["wav", "pcm", "mp3", "flac"])
def test_every_format_is_understood(post, monkeypatch, form):
    monkeypatch.setenv("SPEECH_SERVER_FORMAT", form)
    speech = speak("Hello Ada, nice to meet you.", SERVER)
    assert post.asked[0]["response_format"] == form
    assert speech.duration_s == pytest.approx(speak("Hello Ada, nice to meet you.", SERVER).duration_s)
    assert [word.text for word in speech.words] == ["Hello", "Ada,", "nice", "to", "meet", "you."]


def test_voice_and_pace_are_those_that_are_chosen(post, monkeypatch):
    monkeypatch.setenv("SPEECH_SERVER_LANGUAGE", "de")
    slow = speak("Guten Tag, schön, dass Sie da sind.", VoiceConfig("http", "de", 0.8))
    fast = speak("Guten Tag, schön, dass Sie da sind.", VoiceConfig("http", "de", 1.4))
    assert [asked["speed"] for asked in post.asked] == [0.8, 1.4]
    assert [asked["voice"] for asked in post.asked] == ["de", "de"]
    assert slow.duration_s > 1.3 * fast.duration_s
    assert [word.text for word in slow.words] == ["Guten", "Tag,", "schön,", "dass", "Sie", "da", "sind."]


def test_a_line_is_asked_for_once(post, tmp_path):
    store = Store(tmp_path, max_bytes=10**8)
    first = speak_cached("Hello Ada.", SERVER, store)
    assert np.array_equal(speak_cached("Hello Ada.", SERVER, store).samples, first.samples)
    assert len(post.asked) == 1


def test_another_server_model_voice_or_format_is_another_sound_and_another_key_is_not(post, monkeypatch):
    def key():
        return compute_speech_key("Hello.", SERVER)

    keys = {key()}
    monkeypatch.setenv("SPEECH_SERVER_KEY", "another")
    assert key() in keys
    for name, value in {"MODEL": "m", "VOICE": "v", "FORMAT": "mp3", "URL": "https://a.example"}.items():
        monkeypatch.setenv(f"SPEECH_SERVER_{name}", value)
        assert key() not in keys
        keys.add(key())
    assert KEY not in str(describe_server())


def test_an_answer_that_says_something_else_is_told(post):
    post.faults = [
        answer(200, "audio/wav", make_sound("Your call is important to us, please hold the line."))
    ]
    with pytest.raises(RenderError, match=r"did not say “Hello Ada, nice to meet you\.”") as refused:
        speak("Hello Ada, nice to meet you.", SERVER)
    assert not refused.value.permanent


@pytest.mark.parametrize("body", [b"RIFF" + bytes(900), b"\x00" * 400, b"hello, I am no sound"])
def test_an_answer_that_is_no_sound_is_told(post, body):
    post.faults = [answer(200, "audio/wav", body)]
    with pytest.raises(RenderError, match="is no sound of at most 600 s that can be read"):
        speak("Hello Ada.", SERVER)


def test_days_of_silence_in_a_small_file_are_not_unpacked(post):
    post.faults = [answer(200, "audio/flac", encode(np.zeros(8_000 * 700, np.float32), 8_000, "flac"))]
    with pytest.raises(RenderError, match="is no sound of at most 600 s"):
        speak("Hello Ada.", SERVER)


def test_an_answer_of_silence_is_told(post):
    post.faults = [answer(200, "audio/wav", encode(np.zeros(48_000, np.float32), 24_000, "wav"))]
    with pytest.raises(RenderError, match="sent silence") as refused:
        speak("Hello Ada.", SERVER)
    assert not refused.value.permanent


def test_sounds_in_ipa_are_refused_by_the_word(post):
    with pytest.raises(RenderError, match=r"“Xochitl” has some in IPA\. Respell the word"):
        load_http("").say(["Hi", "Xochitl"], 1.0, {1: "ˈsoʊtʃiːl"})


def test_without_an_address_the_engine_says_what_to_set(monkeypatch):
    monkeypatch.delenv("SPEECH_SERVER_URL", raising=False)
    with pytest.raises(RenderError, match=r"No speech server is set\. Set SPEECH_SERVER_URL"):
        speak("Hello Ada.", SERVER)
