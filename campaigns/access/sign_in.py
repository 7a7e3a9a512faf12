"""Signing in: whoever guesses passwords waits, and nobody else has to."""

from __future__ import annotations

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse


def find_client_address(request: HttpRequest) -> str:
    """The address that a request came from: what our own proxy says, and never what a client claims."""
    if settings.BEHIND_PROXY:
        told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if told:
            return str(told)
    return str(request.META.get("REMOTE_ADDR", ""))


def is_guesser(request: HttpRequest, user: User) -> bool:
    """Whether too many wrong passwords and codes came from this request's address."""
    return not AxesProxyHandler.is_allowed(request, {"username": user.get_username()})


def knows_password(request: HttpRequest, password: str) -> bool:
    """Whether this is the password of whoever is signed in; a wrong one counts as at signing in."""
    found = authenticate(request, username=request.user.get_username(), password=password)
    return found is not None and found.pk == request.user.pk


def refuse_guesser(request: HttpRequest, original: Any = None, credentials: Any = None) -> HttpResponse:
    """The answer to an address with too many wrong passwords or codes, also to a right one."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    answer = HttpResponse(
        f"Too many wrong passwords or codes came from your address. Wait {minutes} minutes, then try again. "
        "Others can sign in meanwhile.\n",
        status=429,
        content_type="text/plain; charset=utf-8",
    )
    answer["Retry-After"] = str(minutes * 60)
    return answer
