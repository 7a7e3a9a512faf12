"""A real web server of another system, which can be told to misbehave."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """What arrived, and what is answered from now on."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.url = ""
        self.never_ends = threading.Event()  # set: a byte of the answer now and then, and no end


@contextmanager
def receiver() -> Iterator[Receiver]:
    """On a free port of loopback."""
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.calls.append(({name.lower(): text for name, text in self.headers.items()}, body))
            if told.never_ends.is_set():
                self._drip()
                return
            self.send_response(told.status)
            for name, text in told.headers.items():
                self.send_header(name, text)
            self.end_headers()

        def _drip(self) -> None:
            self.connection.settimeout(0.05)
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Endless: ")
            while told.never_ends.is_set() and not _is_closed(self.connection):
                with contextlib.suppress(OSError):
                    self.wfile.write(b"x")

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    try:
        yield told
    finally:
        told.never_ends.clear()
        server.shutdown()
        server.server_close()


def _is_closed(connection: Any) -> bool:
    """Waits for the other side for the socket's timeout."""
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True
