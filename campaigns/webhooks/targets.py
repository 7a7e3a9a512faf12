"""A call to another system that cannot be turned against this one.

The name is looked up once, every address that it has is judged, and the connection goes to a judged one.
Redirects are not followed. Nobody waits longer than a deadline, however slowly an answer drips in.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

DEADLINE_S = 15.0
URL_CHARACTERS_MAX = 2000
ANSWER_BYTES = 1024  # of an answer that are looked at
# Networks that reach hosts of IPv4 by another name; the address in them is judged.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class TargetRefused(Exception):
    """An address that is not called; the sentence says why."""


class NoAnswer(Exception):
    """Nothing, or nothing that can be read, came back; the sentence says what happened."""


def check_url(url: str) -> SplitResult:
    """The parts of a webhook's address, without asking the network. Raises TargetRefused."""
    if len(url) > URL_CHARACTERS_MAX or not url.isascii() or not url.isprintable() or " " in url:
        raise TargetRefused("That is no web address. Write it as https://example.org/hook.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise TargetRefused("That is no web address. Write it as https://example.org/hook.") from error
    allowed = ("https", "http") if settings.WEBHOOKS_PRIVATE else ("https",)
    if parts.scheme not in allowed or not parts.hostname or port == 0:
        raise TargetRefused("A webhook's address begins with https:// and names a host.")
    if parts.username is not None or parts.password is not None:
        raise TargetRefused("An address with a name or password in it is not called. Use the signature.")
    with contextlib.suppress(ValueError):
        _require_public(ipaddress.ip_address(parts.hostname))
    return parts


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send the body and give back the status of the answer. Raises TargetRefused and NoAnswer."""
    parts = check_url(url)
    host, port = str(parts.hostname), parts.port or (443 if parts.scheme == "https" else 80)
    address = find_address(host, port)
    connection = _Pinned(host, port, address, parts.scheme == "https")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _deadline(connection):
            connection.request("POST", path, body, {"Host": parts.netloc, **headers})
            answer = connection.getresponse()
            answer.read(ANSWER_BYTES)
            return answer.status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(_describe(error)) from error
    finally:
        connection.close()


def find_address(host: str, port: int) -> str:
    """The first of the host's addresses, all of which may be called. Raises TargetRefused and NoAnswer."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NoAnswer(f"The host {host} was not found.") from error
    addresses = [str(one[4][0]) for one in found]
    for address in addresses:
        _require_public(ipaddress.ip_address(address.partition("%")[0]))
    return addresses[0]


def _require_public(address: Address) -> None:
    if settings.WEBHOOKS_PRIVATE:
        return
    if not all(_is_public(one) for one in (address, *_find_inner(address))):
        raise TargetRefused(
            f"{address} lies in a private network, which webhooks do not reach. "
            "Whoever runs Byname can allow it by WEBHOOKS_PRIVATE."
        )


def _is_public(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _find_inner(address: Address) -> Iterator[Address]:
    """The addresses of IPv4 that this one stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return
    for inner in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())):
        if inner is not None:
            yield inner
    if address in _NAT64:
        yield ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)


class _Pinned(http.client.HTTPConnection):
    """Connects to an address that was judged, and speaks with the host by its name."""

    def __init__(self, host: str, port: int, address: str, is_secure: bool) -> None:
        super().__init__(host, port, timeout=DEADLINE_S)
        self._address = address
        self._is_secure = is_secure

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._is_secure:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


@contextlib.contextmanager
def _deadline(connection: http.client.HTTPConnection) -> Iterator[None]:
    """Cut the line when the time is over: a socket's own timeout begins anew with every byte. TimeoutError,
    also where what came before the cut looks like an answer."""
    is_over = threading.Event()

    def cut() -> None:
        is_over.set()
        if connection.sock is not None:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(DEADLINE_S, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if is_over.is_set():
            raise TimeoutError


def _describe(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"Nothing was answered within {DEADLINE_S:.0f} s."
    if isinstance(error, ssl.SSLError):
        return "The certificate of the host does not count."
    if isinstance(error, ConnectionRefusedError):
        return "The host refused the connection."
    return f"The line broke ({type(error).__name__})."
