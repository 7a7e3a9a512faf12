"""Signing in: whoever guesses passwords waits, and nobody else has to."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def find_client_address(request: HttpRequest) -> str:
    """The address that a request came from: what our own proxy says, and never what a client claims."""
    if settings.BEHIND_PROXY:
        told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if told:
            return str(told)
    return str(request.META.get("REMOTE_ADDR", ""))


def refuse_guesser(request: HttpRequest, original: Any = None, credentials: Any = None) -> HttpResponse:
    """The answer to an address with too many wrong passwords, also to a right one."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    answer = HttpResponse(
        f"Too many wrong passwords came from your address. Wait {minutes} minutes, then try again. "
        "Others can sign in meanwhile.\n",
        status=429,
        content_type="text/plain; charset=utf-8",
    )
    answer["Retry-After"] = str(minutes * 60)
    return answer
