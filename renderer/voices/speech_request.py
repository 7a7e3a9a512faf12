"""Asks a speech server for one line's sound: bounded in time and size, and refused in words a person can use.

Only the address that was named is asked: no redirect is followed and no proxy used, and the address that was
checked is the one that is connected to, so a name cannot change its meaning in between. An address of this
machine or of a private network needs to be allowed; a public one needs https. The key goes to that server
alone, never into a message.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from renderer.errors import RenderError
from renderer.voices.speech_server import SpeechServer

# A minute of uncompressed stereo at 48 kHz is 11.5 MB; a line is far shorter.
SIZE_MAX_BYTES = 32 * 2**20
_ERROR_BYTES = 64 * 1024  # enough of an error's page to say what it says
_CHUNK_BYTES = 64 * 1024
_WAIT_MAX_S = 30.0  # a longer wait is left to whoever starts the work again
_TOLD_CHARACTERS = 200
_USER_AGENT = "byname"


@dataclass(frozen=True)
class _Answer:
    """What a server sent. ``body`` ends early where it was an error's page."""

    status: int
    content_type: str
    retry_after: str
    body: bytes


def request_speech(server: SpeechServer, text: str, voice: str, rate: float) -> bytes:
    """The sound of a text as the server's file, in the format that the settings name.

    Raises RenderError, in words for each way to fail; ``permanent`` is False where trying again may help.
    Failures that may pass are tried again here first.
    """
    asked = {
        "model": server.model,
        "voice": voice,
        "input": text,
        "response_format": server.sound,
        "speed": rate,
    }
    body = json.dumps(asked, ensure_ascii=False).encode()
    for tried in range(server.retries + 1):
        try:
            return _ask_once(server, body, voice)
        except _Passing as passing:
            wait_s = server.retry_wait_s * 2**tried if passing.wait_s is None else passing.wait_s
            if tried == server.retries or wait_s > _WAIT_MAX_S:
                raise RenderError(passing.message, permanent=False) from None
            if wait_s > 0:
                time.sleep(wait_s)
    raise AssertionError("the last try returns or raises")


class _Passing(Exception):
    """A failure that may pass; ``wait_s`` is what the server asked for, None where it did not."""

    def __init__(self, message: str, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.message, self.wait_s = message, wait_s


def _ask_once(server: SpeechServer, body: bytes, voice: str) -> bytes:
    try:
        with _open_connection(server) as (connection, deadline):
            answer = _exchange(server, connection, body)
            if deadline.passed:
                raise TimeoutError
    except (TimeoutError, ssl.SSLError, OSError, http.client.HTTPException) as error:
        raise _explain_failure(server, error, deadline_passed=isinstance(error, TimeoutError)) from None
    return _check_answer(server, answer, voice)


# --- the connection ---


@dataclass
class _Deadline:
    passed: bool = False


@contextmanager
def _open_connection(server: SpeechServer) -> Iterator[tuple[http.client.HTTPConnection, _Deadline]]:
    """A connection that is cut when the time is up, however slowly bytes drip in."""
    parts = urlsplit(server.url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    sock = _connect(server, host, port, secure)
    deadline = _Deadline()

    def cut() -> None:
        deadline.passed = True
        with suppress(OSError):  # closed already
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(server.timeout_s, cut)
    timer.daemon = True
    timer.start()
    connection = http.client.HTTPConnection(host, port, timeout=server.timeout_s)
    try:
        if secure:
            context = ssl.create_default_context()
            sock = context.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)
            sock.do_handshake()
        connection.sock = sock
        yield connection, deadline
    except (OSError, http.client.HTTPException) as error:
        if deadline.passed:
            raise TimeoutError from error
        raise
    finally:
        timer.cancel()
        connection.close()
        sock.close()


def _connect(server: SpeechServer, host: str, port: int, secure: bool) -> socket.socket:
    error: OSError | None = None
    for address in _resolve(server, host, port):
        _check_address(server, address, secure)
        try:
            return socket.create_connection((address, port), timeout=server.timeout_s)
        except OSError as found:
            error = found
    raise error or OSError("no address")


def _resolve(server: SpeechServer, host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise _Passing(
            f"The speech server {server.place} is not known by this name. Check SPEECH_SERVER_URL and the "
            "network."
        ) from error
    return list(dict.fromkeys(str(address[0]).partition("%")[0] for *_, address in found))


def _check_address(server: SpeechServer, address: str, secure: bool) -> None:
    number = ipaddress.ip_address(address)
    mapped = getattr(number, "ipv4_mapped", None)
    if (mapped or number).is_global:
        if not secure:
            raise RenderError(
                f"The speech server {server.place} is reached over http, where others can read what is said "
                "and the key. Set SPEECH_SERVER_URL to its https address."
            )
    elif not server.private:
        raise RenderError(
            f"The speech server {server.place} is at a private address ({address}). If it is yours, set "
            "SPEECH_SERVER_PRIVATE=yes."
        )


# --- one exchange ---


def _exchange(server: SpeechServer, connection: http.client.HTTPConnection, body: bytes) -> _Answer:
    headers = {
        "Content-Type": "application/json",
        "Accept": "audio/*",
        "Accept-Encoding": "identity",
        "User-Agent": _USER_AGENT,
    }
    if server.key:
        headers["Authorization"] = f"Bearer {server.key}"
    connection.request("POST", urlsplit(server.endpoint).path, body, headers)
    response = connection.getresponse()
    content_type = response.headers.get_content_type() if response.headers.get("Content-Type") else ""
    good = response.status == 200
    read = _read_body(response, SIZE_MAX_BYTES if good else _ERROR_BYTES, server if good else None)
    return _Answer(response.status, content_type, response.headers.get("Retry-After", ""), read)


def _read_body(response: http.client.HTTPResponse, most: int, server: SpeechServer | None) -> bytes:
    """The body, or its beginning where more than ``most`` bytes of an error come (no ``server``)."""
    read = bytearray()
    while chunk := response.read1(_CHUNK_BYTES):
        read += chunk
        if len(read) > most and server is None:
            return bytes(read)
        if len(read) > most and server is not None:
            raise RenderError(
                f"The speech server {server.place} sent more than {most // 2**20} MB for one line. "
                "Check that SPEECH_SERVER_URL names a speech server, and choose another format."
            )
    if response.length:  # fewer bytes than were announced
        raise http.client.IncompleteRead(bytes(read), response.length)
    return bytes(read)


def _explain_failure(server: SpeechServer, error: Exception, *, deadline_passed: bool) -> Exception:
    place = server.place
    if isinstance(error, ssl.SSLCertVerificationError):
        return RenderError(
            f"The certificate of the speech server {place} is not trusted. Renew it, or add its authority to "
            "this machine."
        )
    if deadline_passed:
        return _Passing(
            f"The speech server {place} did not finish within {server.timeout_s} s. Try again later, or set "
            "SPEECH_SERVER_TIMEOUT_S higher."
        )
    if isinstance(error, ConnectionRefusedError):
        return _Passing(
            f"The speech server {place} cannot be reached. Check that it runs, and SPEECH_SERVER_URL."
        )
    if isinstance(error, ssl.SSLError):
        return _Passing(
            f"The speech server {place} does not speak https there. Check SPEECH_SERVER_URL and its port."
        )
    if isinstance(error, OSError | http.client.IncompleteRead | http.client.RemoteDisconnected):
        return _Passing(f"The connection to the speech server {place} broke off. Try again.")
    return RenderError(
        f"What answers at {place} is no web server that can be understood. Check SPEECH_SERVER_URL."
    )


# --- what came back ---


def _check_answer(server: SpeechServer, answer: _Answer, voice: str) -> bytes:
    if answer.status != 200:
        raise _explain_status(server, answer, voice)
    kind = answer.content_type
    if kind and not kind.startswith("audio/") and kind != "application/octet-stream":
        noun = {"text/html": "a web page", "application/json": "JSON"}.get(kind, kind)
        raise RenderError(
            f"The speech server {server.place} answered with {noun} instead of sound"
            f"{_quote(server, answer)}. Check SPEECH_SERVER_URL: it may be the address of something else."
        )
    if not answer.body:
        raise RenderError(
            f"The speech server {server.place} sent no sound. Check its log, and that it has the voice "
            f"“{voice}”.",
            permanent=False,
        )
    return answer.body


def _explain_status(server: SpeechServer, answer: _Answer, voice: str) -> Exception:
    place, status, said = server.place, answer.status, _quote(server, answer)
    if status in (401, 403):
        return RenderError(
            f"The speech server {place} refused the key (status {status}). Check SPEECH_SERVER_KEY."
        )
    if status == 429:
        wait_s = _parse_retry_after(answer.retry_after)
        return _Passing(f"The speech server {place} is busy or its quota is used up{said}.", wait_s)
    if status >= 500:
        wait_s = _parse_retry_after(answer.retry_after)
        return _Passing(f"The speech server {place} failed (status {status}){said}.", wait_s)
    if 300 <= status < 400:
        return RenderError(
            f"The speech server {place} sends on to another address, which is not followed. Set "
            "SPEECH_SERVER_URL to the address that answers itself."
        )
    if status in (404, 405):
        return RenderError(
            f"The speech server {place} has no such address, model or voice (status {status}){said}. Check "
            f"SPEECH_SERVER_URL, the model “{server.model}” and the voice “{voice}”."
        )
    return RenderError(
        f"The speech server {place} refused the request (status {status}){said}. Check the model "
        f"“{server.model}”, the voice “{voice}” and the format “{server.sound}”."
    )


def _parse_retry_after(header: str) -> float | None:
    """Seconds; a date counts as not given, because clocks differ."""
    return float(header) if re.fullmatch(r"\d{1,6}", header.strip()) else None


def _quote(server: SpeechServer, answer: _Answer) -> str:
    """What a server says of its error, as `: “…”`, "" where it says nothing that can be read.

    Some servers repeat the key, whole or with its end: what looks like it is left out.
    """
    try:
        found = json.loads(answer.body)
    except ValueError:
        return ""
    if isinstance(found, dict):
        found = found.get("error", found.get("detail", found.get("message", "")))
    if isinstance(found, dict):
        found = found.get("message", "")
    if not isinstance(found, str):
        return ""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in found).split())
    for secret in (server.key, server.key[:6], server.key[-4:]):
        if len(secret) >= 4:
            plain = re.sub(rf"\S*{re.escape(secret)}\S*", "…", plain)
    return f": “{plain[:_TOLD_CHARACTERS]}”" if plain else ""
