"""Text that no table can hold is refused at the door, once for all pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBadRequest, HttpResponseBase, RawPostDataException

NUL = "\x00"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
WORDS = "The request holds a character that no text has (NUL). Type the text again instead of pasting it.\n"


def refuse_nul(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: 400 for a NUL in an address or a form. PostgreSQL stores none: a page would fail."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if _has_nul(request):
            return HttpResponseBadRequest(WORDS, content_type="text/plain; charset=utf-8")
        return get_response(request)

    return answer


def read_json(request: HttpRequest) -> Any:
    """What was posted as JSON; ValueError where it is none, or a form, or nested without end."""
    try:
        return json.loads(request.body)
    except (RawPostDataException, RecursionError) as error:
        raise ValueError("The request is no JSON. Reload the page and try again.") from error


def _has_nul(request: HttpRequest) -> bool:
    if NUL in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
        return True
    if request.method != "POST" or not request.user.is_authenticated:
        return False  # nobody else has forms whose text is stored
    if request.content_type == "application/json":
        return b"\\u0000" in request.body
    if request.content_type not in FORMS:
        return False
    return any(NUL in text for texts in request.POST.lists() for text in (texts[0], *map(str, texts[1])))
