"""A mail provider on loopback that speaks Postmark's interface and can be told to misbehave."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NAME, PASSWORD = "byname", "9f86d081884c7d659a2f"
SECRET = f"{NAME}:{PASSWORD}"


class Provider:
    """What arrived, and how it answers from now on."""

    def __init__(self) -> None:
        self.mails: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.answer: dict[str, Any] | bytes = {"ErrorCode": 0, "Message": "OK", "MessageID": "pm-1"}
        self.breaks_off = False  # after the mail was read: nobody hears whether it was taken


@contextmanager
def mail_provider(settings: Any) -> Iterator[Provider]:
    """Runs on a free port, with the settings that lead to it."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            provider.mails.append(json.loads(body))
            provider.headers.append(dict(self.headers))
            if provider.breaks_off:
                self.close_connection = True
                return
            told = provider.answer
            if not isinstance(told, bytes):
                told = json.dumps(told | {"To": provider.mails[-1]["To"]}).encode()
            self.send_response(provider.status)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    use_provider(settings, "postmark", POSTMARK_API_URL=f"http://127.0.0.1:{server.server_port}/")
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def use_provider(settings: Any, name: str, **more: str) -> None:
    """The settings of a provider, with whatever keys any of them asks for."""
    keys = ("API_KEY", "API_TOKEN", "SERVER_TOKEN", "SECRET_KEY", "WEBHOOK_SIGNING_KEY")
    settings.MAIL_PROVIDER, settings.MAIL_WEBHOOK_SECRET = name, SECRET
    settings.EMAIL_BACKEND = f"anymail.backends.{name}.EmailBackend"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "REQUESTS_TIMEOUT": 5}
    settings.ANYMAIL |= {f"{name.upper()}_{key}": "quiet" for key in keys} | more
