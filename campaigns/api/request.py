"""The request of a program: read before anything looks at it, so that nothing in it can surprise."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja import Schema
from ninja.parser import Parser
from pydantic import ConfigDict

from campaigns.api.problems import ApiProblem
from campaigns.models import ApiToken

JSON_BYTES_MAX = 2 * 2**20
DEPTH_MAX = 20
KEY_CHARACTERS_MAX = 255
KEY_PATTERN = f"[A-Za-z0-9_.:-]{{1,{KEY_CHARACTERS_MAX}}}"  # of an Idempotency-Key
SOME_TEXT = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"  # more than spaces
NUMBER_MAX = 2**53 - 1  # what every program reads as it was written
TAKES_FILES = "/import"
WITH_BODY = ("POST", "PUT", "PATCH")
JSON, FORM = "application/json", "multipart/form-data"


class ApiRequest(HttpRequest):
    """A request whose token was found."""

    token: ApiToken
    user: User
    json_body: Any  # the JSON of its body; None where it has none


def read_body(request: HttpRequest) -> None:
    """Read the JSON of a request, and refuse what is too large, too deep or no text. Raises ApiProblem."""
    request.json_body = None  # type: ignore[attr-defined]
    for name, values in request.GET.lists():
        for text in (name, *values):
            _require_text(text, name)
    if request.method not in WITH_BODY or not _has_body(request):
        return
    kind = (request.content_type or "").lower()
    if kind == FORM and request.path.endswith(TAKES_FILES):
        _require_size(request, settings.API_FILE_BYTES)
        request.FILES  # noqa: B018 - read now: what cannot be read is refused before anything is done
        return
    if kind != JSON:
        raise ApiProblem(415, "media_type", f"Send {JSON}; a spreadsheet comes as {FORM} to its own address.")
    _require_size(request, JSON_BYTES_MAX)
    read = _read_json(request.body)
    _require_plain(read, "", 0)
    request.json_body = read  # type: ignore[attr-defined]


class Asked(Schema):
    """What a body says; a field that is not known is refused, so that a typing mistake is seen."""

    model_config = ConfigDict(extra="forbid")


class ReadBody(Parser):
    """Gives the library what was read already."""

    def parse_body(self, request: HttpRequest) -> Any:
        return request.json_body  # type: ignore[attr-defined]


def _has_body(request: HttpRequest) -> bool:
    return request.headers.get("Content-Length", "0").strip() not in ("", "0")


def _require_size(request: HttpRequest, most: int) -> None:
    told = request.headers.get("Content-Length", "")
    if not told.isdecimal() or int(told[:20]) > most:
        raise ApiProblem(413, "too_large", f"A request of this kind has up to {most >> 20} MB.")


def _read_json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ApiProblem(400, "unreadable", "The body is not JSON that can be read.") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON.")


def _require_plain(value: Any, place: str, depth: int) -> None:
    """No letters that a database or a page cannot hold, no endless numbers, nothing folded too deep."""
    if depth > DEPTH_MAX:
        raise ApiProblem(422, "invalid", f"{place}: more than {DEPTH_MAX} levels.")
    if isinstance(value, str):
        _require_text(value, place)
    elif isinstance(value, int | float) and not abs(value) <= NUMBER_MAX:  # nor infinite
        raise ApiProblem(422, "invalid", f"{place}: a number is too large.")
    elif isinstance(value, list):
        for at, one in enumerate(value):
            _require_plain(one, f"{place}[{at}]", depth + 1)
    elif isinstance(value, dict):
        for key, one in value.items():
            _require_text(key, place)
            _require_plain(one, f"{place}.{key}".lstrip("."), depth + 1)


def _require_text(text: str, place: str) -> None:
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ApiProblem(422, "invalid", "A text has a sign that is no letter (NUL or half a sign).")
