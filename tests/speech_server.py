"""A real speech server on loopback that speaks the protocol of OpenAI's, and can be told to misbehave."""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import av
import numpy as np

from renderer.voices.espeak_voice import EspeakSpeaker

KEY = "sk-test-7f3a9c"
Answer = Callable[[BaseHTTPRequestHandler], None]
_CODECS = {"wav": "pcm_s16le", "mp3": "libmp3lame", "flac": "flac"}
_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac", "pcm": "audio/pcm"}


@dataclass
class SpeechPost:
    """What was asked, and how the server answers from now on: ``faults`` first, one for each request."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    faults: list[Answer] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    open_at_once: list[int] = field(default_factory=list)


@contextmanager
def serve_speech() -> Iterator[SpeechPost]:
    post = SpeechPost()
    speakers: list[object] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            speakers.append(self)
            post.open_at_once.append(len(speakers))
            try:
                self._answer()
            finally:
                speakers.remove(self)

        def _answer(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            post.asked.append(asked)
            post.keys.append(self.headers.get("Authorization", ""))
            if post.faults:
                return post.faults.pop(0)(self)
            if self.path != "/v1/audio/speech":
                return answer(404, "application/json", b'{"detail": "Not Found"}')(self)
            if post.keys[-1] != f"Bearer {KEY}":
                said = json.dumps({"error": {"message": f"Incorrect API key: {post.keys[-1]}"}}).encode()
                return answer(401, "application/json", said)(self)
            if asked["voice"] not in ("alloy", "de"):
                return answer(404, "application/json", b'{"error": {"message": "no such voice"}}')(self)
            form = asked["response_format"]
            answer(200, _TYPES[form], make_sound(asked["input"], form, asked["voice"], asked["speed"]))(self)

        def log_message(self, *_: Any) -> None:
            """Nothing on the tests' output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    post.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield post
    finally:
        post.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def make_sound(text: str, form: str = "wav", voice: str = "alloy", speed: float = 1.0) -> bytes:
    """A text in eSpeak's voice, as a file."""
    spoken = EspeakSpeaker(voice if voice != "alloy" else "en-us").say(_read_numbers(text).split(), speed)
    if form == "pcm":
        step = spoken.rate_hz / 24_000
        at = np.arange(0, len(spoken.samples) - 1, step)
        even = np.interp(at, np.arange(len(spoken.samples)), spoken.samples)
        return (even * 32_767).astype("<i2").tobytes()
    return encode(spoken.samples, spoken.rate_hz, form)


def _read_numbers(text: str) -> str:
    """Sums and years as such servers read them; eSpeak alone says "dollar one point two five zero"."""
    sums = re.sub(r"\$(\d+),(\d{3})", r"\1\2 dollars", text)
    return re.sub(r"\b20(\d\d)\b", r"twenty \1", sums)


def encode(samples: np.ndarray, rate_hz: int, form: str) -> bytes:
    """Mono samples as a file of this format."""
    file = io.BytesIO()
    with av.open(file, "w", format=form) as out:
        stream = out.add_stream(_CODECS[form], rate=rate_hz, layout="mono")
        whole = (np.clip(samples, -1, 1) * 32_767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(whole[None], format="s16", layout="mono")
        frame.sample_rate = rate_hz
        resampler = av.AudioResampler(stream.format, stream.layout, stream.rate)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return file.getvalue()


def answer(status: int, content_type: str, body: bytes, **headers: str) -> Answer:
    """Answers like that, whatever was asked."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return send


def endless(handler: BaseHTTPRequestHandler) -> None:
    """A sound without an end."""
    handler.send_response(200)
    handler.send_header("Content-Type", "audio/wav")
    handler.end_headers()
    handler.close_connection = True
    try:
        while True:
            handler.wfile.write(bytes(2**20))
    except OSError:
        pass  # the client has had enough


def drip(post: SpeechPost) -> Answer:
    """The first bytes of an answer, and then nothing more until the test is over."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n\r\nRIFF")
        handler.wfile.flush()
        post.released.wait()
        handler.close_connection = True

    return send


def cut(handler: BaseHTTPRequestHandler) -> None:
    """Half of what was announced."""
    handler.send_response(200)
    handler.send_header("Content-Type", "audio/wav")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(bytes(500))
    handler.close_connection = True


def babble(handler: BaseHTTPRequestHandler) -> None:
    """No HTTP at all."""
    handler.wfile.write(b"220 mail.example.org ESMTP\r\n")
    handler.close_connection = True
