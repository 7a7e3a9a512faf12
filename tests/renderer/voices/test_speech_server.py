import pytest

from renderer.errors import RenderError
from renderer.voices.speech_server import SpeechServer, read_speech_server

URL = "https://speech.example.org/v1"


def read(**settings):
    return read_speech_server({f"SPEECH_SERVER_{name}": value for name, value in settings.items()})


def test_a_server_needs_only_its_address():
    assert read(URL=URL) == SpeechServer(URL)


def test_every_setting_is_read():
    server = read(
        URL=URL, KEY="k", MODEL="kokoro", VOICE="bella", FORMAT="mp3", LANGUAGE="De", TIMEOUT_S="5",
        RETRIES="0", AT_ONCE="4", PRIVATE="yes",
    )  # fmt: skip
    assert server == SpeechServer(URL, "k", "kokoro", "bella", "mp3", "de", 5, 0, 4, True)


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("http://127.0.0.1:8880", "http://127.0.0.1:8880/v1/audio/speech"),
        ("http://127.0.0.1:8880/", "http://127.0.0.1:8880/v1/audio/speech"),
        ("https://a.example/tts/v1", "https://a.example/tts/v1/audio/speech"),
    ],
)
def test_the_address_may_end_in_the_version_or_not(url, endpoint):
    assert read(URL=url).endpoint == endpoint


def test_a_key_can_lie_in_a_file(tmp_path):
    (tmp_path / "key").write_text("sk-1\nanother line\n")
    assert read(URL=URL, KEY_FILE=str(tmp_path / "key")).key == "sk-1"


def test_the_key_is_not_shown_with_the_rest():
    assert "sk-secret" not in repr(read(URL=URL, KEY="sk-secret"))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "No speech server is set. Set SPEECH_SERVER_URL"),
        ({"URL": "speech.example.org"}, "SPEECH_SERVER_URL is not a web address"),
        ({"URL": "ftp://speech.example.org"}, "SPEECH_SERVER_URL is not a web address"),
        ({"URL": "https://speech.example.org:99999"}, "SPEECH_SERVER_URL is not a web address"),
        ({"URL": "https://me:secret@speech.example.org"}, "Put the key into SPEECH_SERVER_KEY"),
        ({"URL": "https://speech.example.org?key=secret"}, "Put the key into SPEECH_SERVER_KEY"),
        ({"URL": URL, "KEY": "a b"}, "SPEECH_SERVER_KEY holds a space"),
        ({"URL": URL, "KEY": "a\r\nX-Evil: 1"}, "SPEECH_SERVER_KEY holds a space"),
        ({"URL": URL, "KEY_FILE": "/nowhere"}, "SPEECH_SERVER_KEY_FILE=/nowhere is no text file"),
        ({"URL": URL, "FORMAT": "opus"}, "SPEECH_SERVER_FORMAT=opus is not known. Use one of: wav, pcm, mp3"),
        ({"URL": URL, "TIMEOUT_S": "soon"}, "SPEECH_SERVER_TIMEOUT_S=soon is not a whole number from 1 on"),
        ({"URL": URL, "AT_ONCE": "0"}, "SPEECH_SERVER_AT_ONCE=0 is not a whole number from 1 on"),
    ],
)
def test_a_bad_setting_is_refused_by_its_name_and_without_a_secret(settings, told):
    with pytest.raises(RenderError) as refused:
        read(**settings)
    assert told in refused.value.message
    assert "secret" not in refused.value.message
