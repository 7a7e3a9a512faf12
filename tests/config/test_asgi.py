"""The bridge between uvicorn and Django: requests arrive whole, answers wait for nobody."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from typing import Any

import pytest
import uvicorn

from config.asgi import MAX_SMALL_BYTES, Bridge
from tests.waiting import wait_until

LONG = 30_000_000
PATIENCE_S = 20.0


class Endless(io.RawIOBase):
    """A long file of zeros that notes how much of it was read, and whether it was closed."""

    def __init__(self) -> None:
        self.given = 0
        super().__init__()

    def read(self, most: int = -1) -> bytes:
        piece = bytes(min(most, LONG - self.given))
        self.given += len(piece)
        return piece


class Site:
    """A WSGI application with one thread, behind the bridge and a real web server."""

    def __init__(self) -> None:
        self.files: list[Endless] = []
        config = uvicorn.Config(
            Bridge(self.answer, threads=1), port=0, http="h11", ws="none", lifespan="off", log_config=None
        )
        self.server = uvicorn.Server(config)
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.thread = threading.Thread(target=self.server.run, args=([self.listening],), daemon=True)

    def answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"] == "/file":
            self.files.append(Endless())
            start("200 OK", [("Content-Length", str(LONG))])
            return environ["wsgi.file_wrapper"](self.files[-1])
        if environ["PATH_INFO"] == "/long":
            start("200 OK", [("Content-Length", str(LONG))])
            return (bytes(1000) for _ in range(LONG // 1000))
        start("200 OK", [("X-Seen", environ.get("HTTP_X_FORWARDED_PROTO", "none"))])
        return [environ["REQUEST_METHOD"].encode(), b" ", environ["wsgi.input"].read()[:20]]

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes, Any]:
        asking = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        asking.request(method, path, body or None, headers)
        answer = asking.getresponse()
        read = answer.read()
        asking.close()
        return answer.status, read, answer.headers

    def line(self, sent: str) -> socket.socket:
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        made.settimeout(PATIENCE_S)
        made.connect(("127.0.0.1", self.port))
        made.sendall(sent.encode())
        return made


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    made.thread.start()
    yield made
    made.server.should_exit = made.server.force_exit = True
    made.thread.join(PATIENCE_S)
    made.listening.close()


def test_one_thread_serves_many_who_read_and_write_slowly(site: Site) -> None:
    with ExitStack() as lines:
        for begun in ["GET /file", "GET /long"] * 5:
            one = lines.enter_context(site.line(f"{begun} HTTP/1.1\r\nHost: x\r\n\r\n"))
            assert one.recv(12) == b"HTTP/1.1 200"
        for _ in range(5):
            lines.enter_context(site.line("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"))
            lines.enter_context(site.line("GET / HTTP/1.1\r\nHos"))
        assert site.ask("POST", "/", b"whole")[:2] == (200, b"POST whole")


def test_a_file_and_a_long_answer_arrive_whole(site: Site) -> None:
    assert [len(site.ask("GET", path)[1]) for path in ("/file", "/long")] == [LONG, LONG]
    assert site.files[0].closed


def test_a_file_is_read_no_further_when_its_reader_has_left(site: Site) -> None:
    with site.line("GET /file HTTP/1.1\r\nHost: x\r\n\r\n") as one:
        one.recv(12)
    wait_until(lambda: site.files and site.files[0].closed, PATIENCE_S, "the file to be closed")
    assert site.files[0].given < LONG


def test_a_recipients_page_takes_no_long_request(site: Site) -> None:
    assert site.ask("POST", "/v/x/events", bytes(MAX_SMALL_BYTES + 1))[0] == 413
    assert site.ask("POST", "/admin/", bytes(MAX_SMALL_BYTES + 1))[0] == 200


def test_a_header_with_an_underscore_does_not_pass_for_another(site: Site) -> None:
    assert site.ask("GET", "/", X_Forwarded_Proto="https")[2]["X-Seen"] == "none"
    assert site.ask("GET", "/", **{"X-Forwarded-Proto": "https"})[2]["X-Seen"] == "https"
