"""Who counts as signed in: a password alone does not, where a second factor belongs to it.

Every page asks ``request.user``, so this is decided once, here, and pages that are yet to be written need not
know of it. Between password and code nobody is signed in at all; see `access.sign_in_steps`.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django_otp.plugins.otp_totp.models import TOTPDevice

from campaigns.access.second_factor import REQUIRED, find_device

# The session's key for the app whose code was given.
_VERIFIED = "second_factor"
# Where somebody may be who has to set one up first.
_OPEN = ("second-factor", "admin:logout")


class SecondFactorGate:
    """Middleware, after Django's own for signing in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(lambda: _admit(request))  # type: ignore[assignment]
        return self.get_response(request)


def mark_verified(request: HttpRequest, device: TOTPDevice) -> None:
    """This session's person gave a code of this app."""
    request.session[_VERIFIED] = device.pk


def must_set_up(request: HttpRequest) -> bool:
    """Whether this session's person gave a password and has to set up a factor before all else."""
    known = get_user(request)
    return settings.SECOND_FACTOR == REQUIRED and isinstance(known, User) and find_device(known) is None


def _admit(request: HttpRequest) -> User | AnonymousUser:
    known = get_user(request)
    if not isinstance(known, User):
        return AnonymousUser()
    device = find_device(known)
    if device is not None:
        admitted = request.session.get(_VERIFIED) == device.pk
    else:
        admitted = settings.SECOND_FACTOR != REQUIRED or request.path in [reverse(name) for name in _OPEN]
    return known if admitted else AnonymousUser()
