import json
import socket
from dataclasses import replace

import pytest

from renderer.errors import RenderError
from renderer.voices import speech_request
from renderer.voices.speech_request import request_speech
from renderer.voices.speech_server import SpeechServer
from tests.speech_server import KEY, answer, babble, cut, drip, endless, serve_speech

PAGE = b"<html><body>It works!</body></html>"


@pytest.fixture
def post():
    with serve_speech() as post:
        yield post


@pytest.fixture
def server(post):
    return SpeechServer(post.url, KEY, private=True, retries=1, retry_wait_s=0.0)


def ask(server, voice="alloy"):
    return request_speech(server, "Hello Ada.", voice, 1.0)


def refuse(server, voice="alloy"):
    with pytest.raises(RenderError) as refused:
        ask(server, voice)
    assert KEY not in refused.value.message
    return refused.value


def test_a_line_is_asked_for_as_the_protocol_says(post, server):
    assert ask(server)[:4] == b"RIFF"
    assert post.asked == [
        {"model": "tts-1", "voice": "alloy", "input": "Hello Ada.", "response_format": "wav", "speed": 1.0}
    ]
    assert post.keys == [f"Bearer {KEY}"]


@pytest.mark.parametrize(
    ("fault", "told", "permanent"),
    [
        (answer(200, "text/html", PAGE), "answered with a web page instead of sound", True),
        (answer(200, "application/json", b'{"error": "busy"}'), "JSON instead of sound: “busy”", True),
        (answer(200, "video/mp4", b"x"), "answered with video/mp4 instead of sound", True),
        (answer(200, "audio/wav", b""), "sent no sound", False),
        (answer(400, "application/json", b'{"detail": "no"}'), "the request (status 400): “no”", True),
        (answer(403, "text/plain", b""), "refused the key (status 403). Check SPEECH_SERVER_KEY", True),
        (answer(404, "text/html", PAGE), "no such address, model or voice (status 404). Check", True),
        (answer(302, "text/html", b"", Location="http://10.0.0.1/"), "sends on to another address", True),
        (babble, "is no web server that can be understood", True),
    ],
    ids=["page", "json", "video", "empty", "400", "403", "404", "redirect", "no http"],
)  # fmt: skip
def test_a_wrong_answer_is_told_and_not_asked_for_again(post, server, fault, told, permanent):
    post.faults = [fault]
    refused = refuse(server)
    assert told in refused.message
    assert refused.permanent is permanent
    assert len(post.asked) == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (answer(500, "text/plain", b"oops"), "failed (status 500)"),
        (answer(503, "application/json", b'{"error": {"message": "loading"}}'), "(status 503): “loading”"),
        (answer(429, "application/json", b"{}", Retry_After="0"), "is busy or its quota is used up"),
        (cut, "broke off"),
    ],
    ids=["500", "503", "429", "cut"],
)  # fmt: skip
def test_what_may_pass_is_asked_for_again(post, server, fault, told):
    post.faults = [fault]
    assert ask(server)[:4] == b"RIFF"
    post.faults = [fault, fault]
    refused = refuse(server)
    assert told in refused.message
    assert not refused.permanent


def test_a_long_wait_is_left_to_whoever_tries_again_later(post, server):
    post.faults = [answer(429, "text/plain", b"", Retry_After="3600")]
    assert not refuse(server).permanent
    assert len(post.asked) == 1


def test_a_wrong_key_is_told_without_the_key_even_if_the_server_repeats_it(post, server):
    refused = refuse(replace(server, key="sk-wrong-key"))
    assert "refused the key (status 401). Check SPEECH_SERVER_KEY" in refused.message
    assert "sk-wrong" not in refused.message
    said = json.dumps({"error": {"message": f"model of {KEY} is gone, ending in {KEY[-4:]}"}}).encode()
    post.faults = [answer(400, "application/json", said)]
    assert KEY[-4:] not in refuse(server).message


def test_a_voice_that_the_server_does_not_have_is_named(server):
    assert "“no such voice”" in (message := refuse(server, "nobody").message)
    assert "the voice “nobody”" in message


def test_a_server_that_is_too_slow_is_told_when_the_time_is_up(post, server):
    post.faults = [drip(post)]
    refused = refuse(replace(server, timeout_s=1, retries=0))
    assert "did not finish within 1 s" in refused.message
    assert not refused.permanent


def test_an_answer_without_an_end_is_cut(post, server, monkeypatch):
    monkeypatch.setattr(speech_request, "SIZE_MAX_BYTES", 2 * 2**20)
    post.faults = [endless]
    assert "sent more than 2 MB" in refuse(server).message


def test_a_server_that_is_not_there_is_told(server):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    refused = refuse(replace(server, url=f"http://127.0.0.1:{port}"))
    assert "cannot be reached" in refused.message
    assert not refused.permanent


def test_a_name_that_nobody_has_is_told(server):
    refused = refuse(replace(server, url="https://speech.invalid"))
    assert "speech.invalid is not known by this name" in refused.message
    assert not refused.permanent


def test_a_server_without_tls_is_told_where_https_is_asked_for(post, server):
    refused = refuse(replace(server, url=post.url.replace("http:", "https:")))
    assert "does not speak https there" in refused.message


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9",
        "https://10.0.0.1",
        "http://[::1]:9",
        "http://169.254.169.254",
        "https://[::ffff:10.0.0.1]",
    ],
)
def test_private_addresses_are_asked_only_where_that_is_allowed(server, url):
    refused = refuse(replace(server, url=url, private=False))
    assert "is at a private address" in refused.message
    assert "SPEECH_SERVER_PRIVATE=yes" in refused.message


def test_a_public_server_is_asked_over_https_alone(server):
    assert (
        "Set SPEECH_SERVER_URL to its https address" in refuse(replace(server, url="http://1.1.1.1")).message
    )


def test_no_proxy_of_the_environment_hears_the_line(post, server, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        assert ask(server)[:4] == b"RIFF"
        proxy.setblocking(False)
        with pytest.raises(BlockingIOError):
            proxy.accept()
