"""The web server's way into Django: ``manage.py serve`` runs this under uvicorn.

Pages are made in a few threads, as under any WSGI server, but no thread ever waits for somebody's line: a
request comes to a thread when it has arrived whole, and a thread is free as soon as the answer is made. Files
are read and sent piece by piece by the event loop, as fast as each reader takes them.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Wsgi = Callable[..., Iterable[bytes]]

PIECE_BYTES = 64 * 1024
IN_MEMORY_BYTES = 1024 * 1024  # longer requests and answers lie in a temporary file
MAX_REQUEST_BYTES = 2 * 1024**3
# A recipient's pages take no files: nobody without an account fills the disk through them.
SMALL_PATHS, MAX_SMALL_BYTES = ("/v/",), 64 * 1024
SILENT_S = 60.0  # a request of which nothing more arrives for so long is given up
FILE_READERS = 4
CONNECTION_S = 60  # a thread keeps its connection to the database so long


class GoneAway(Exception):
    """The other side closed the line, or stands still, in the middle of its request."""


class TooLong(Exception):
    """The request is longer than this address takes."""


class FileAnswer:
    """``wsgi.file_wrapper``: an answer that is read while it is sent."""

    def __init__(self, file: Any, piece_bytes: int = PIECE_BYTES) -> None:
        self.file = file
        self.piece_bytes = min(piece_bytes, PIECE_BYTES)

    def read(self) -> bytes:
        return bytes(self.file.read(self.piece_bytes))

    def close(self) -> None:
        self.file.close()


@dataclass
class Answer:
    """A made answer; ``body`` reads it in pieces."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: FileAnswer


class Bridge:
    """An ASGI application around a WSGI one."""

    def __init__(self, wsgi: Wsgi, threads: int) -> None:
        self._wsgi = wsgi
        self._pages = ThreadPoolExecutor(threads, "page")
        self._files = ThreadPoolExecutor(FILE_READERS, "file")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"Only http is spoken here, not {scope['type']}.")
        with SpooledTemporaryFile(IN_MEMORY_BYTES) as body:
            try:
                await _receive_body(receive, body, _find_limit(scope["path"]))
            except GoneAway:
                return
            except TooLong:
                await _send_status(send, 413, b"This is too long to be sent here.\n")
                return
            answer = await self._run(self._pages, self._make, scope, body)
        gone = asyncio.ensure_future(receive())  # whoever has gone away needs no more of the file
        try:
            await self._send(answer, send, gone)
        finally:
            gone.cancel()
            await self._run(self._pages, answer.body.close)

    def _make(self, scope: Message, body: IO[bytes]) -> Answer:
        """In a thread: have Django answer; what is no file is collected whole."""
        started: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
            started[:] = [status, headers]

        made = self._wsgi(build_environ(scope, body), start)
        if not isinstance(made, FileAnswer):
            made = _collect(made)
        status, headers = started
        encoded = [
            (name.lower().encode("latin-1"), value.strip().encode("latin-1")) for name, value in headers
        ]
        return Answer(int(status.split(" ", 1)[0]), encoded, made)

    async def _send(self, answer: Answer, send: Send, gone: asyncio.Future[Message]) -> None:
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        in_memory = isinstance(answer.body.file, SpooledTemporaryFile)
        more = True
        while more and not gone.done():
            piece = answer.body.read() if in_memory else await self._run(self._files, answer.body.read)
            more = bool(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": more})

    async def _run(self, pool: ThreadPoolExecutor, work: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(pool, work, *arguments)


def build_environ(scope: Message, body: IO[bytes]) -> dict[str, Any]:
    """The request as WSGI has it. Headers with an underscore are left out: they would pass for others."""
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileAnswer,
    }
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").upper()
        if "_" in name:
            continue
        key = name.replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        text = value.decode("latin-1")
        joined = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joined}{text}" if key in environ else text
    return environ


def raise_file_limit() -> None:
    """Each reader needs a socket and a file: as many as the system lets this process have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def _receive_body(receive: Receive, body: IO[bytes], limit: int) -> None:
    length, more = 0, True
    while more:
        try:
            async with asyncio.timeout(SILENT_S):
                message = await receive()
        except TimeoutError:
            raise GoneAway from None
        if message["type"] != "http.request":
            raise GoneAway
        piece = message.get("body", b"")
        length += len(piece)
        if length > limit:
            raise TooLong
        body.write(piece)
        more = message.get("more_body", False)
    body.seek(0)


def _find_limit(path: str) -> int:
    return MAX_SMALL_BYTES if path.startswith(SMALL_PATHS) else MAX_REQUEST_BYTES


def _collect(made: Iterable[bytes]) -> FileAnswer:
    collected = SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 (closed with the answer)
    try:
        for piece in made:
            collected.write(piece)
    finally:
        close = getattr(made, "close", None)
        if close is not None:
            close()
    collected.seek(0)
    return FileAnswer(collected)


async def _send_status(send: Send, status: int, words: bytes) -> None:
    headers = [(b"content-type", b"text/plain"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words})


def _build() -> Bridge:
    wsgi = get_wsgi_application()
    from django.conf import settings
    from django.db import connections

    # The threads stay, and so may their connections: most of what a recipient's page costs else.
    connections.settings["default"] |= {"CONN_MAX_AGE": CONNECTION_S, "CONN_HEALTH_CHECKS": True}
    raise_file_limit()
    return Bridge(wsgi, settings.WEB_THREADS)


application = _build()
