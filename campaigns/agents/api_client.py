"""The API as an agent's server asks it: an address and a token, nothing else."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

TIMEOUT_S = 60.0
Query = dict[str, str | int | bool | None]


class ApiRefused(Exception):
    """What the API answered instead, as a sentence."""


@dataclass(frozen=True)
class ApiClient:
    """``url`` is where Byname is reached, such as https://videos.example.org."""

    url: str
    token: str

    def get(self, *path: str | int, query: Query | None = None) -> Any:
        """The JSON at an address below /api/v1. Raises ApiRefused."""
        asked = {name: str(value) for name, value in (query or {}).items() if value not in (None, "")}
        return self._ask("GET", path, asked, None)

    def post(self, *path: str | int, body: dict[str, Any] | None = None) -> Any:
        """The JSON that comes of it. Raises ApiRefused."""
        return self._ask("POST", path, {}, body or {})

    def _ask(self, method: str, path: tuple[str | int, ...], query: dict[str, str], body: Any) -> Any:
        parts = urlsplit(self.url)
        where = "/".join(quote(str(part), safe="") for part in path)
        address = f"{parts.path.rstrip('/')}/api/v1/{where}" + (f"?{urlencode(query)}" if query else "")
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection = _open(parts.scheme, parts.netloc)
        try:
            connection.request(method, address, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return _read(answer.status, answer.read())
        except (OSError, http.client.HTTPException) as error:
            raise ApiRefused(f"{self.url} was not reached ({type(error).__name__}). Try again.") from error
        finally:
            connection.close()


def _open(scheme: str, netloc: str) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    return kind(netloc, timeout=TIMEOUT_S)


def _read(status: int, body: bytes) -> Any:
    try:
        told = json.loads(body)
    except ValueError as error:
        raise ApiRefused(f"The answer ({status}) cannot be read. Is this the address of Byname?") from error
    if status >= 400:
        detail = told.get("detail", "") if isinstance(told, dict) else ""
        raise ApiRefused(f"{detail} ({told.get('code', status) if isinstance(told, dict) else status})")
    return told
