"""Between password and code: the session remembers whose password was right, and signs nobody in."""

from __future__ import annotations

import time

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django_otp.plugins.otp_totp.models import TOTPDevice

from campaigns.access.second_factor_gate import mark_verified

HELD_S = 600
_HELD = "sign_in_held"


def hold(request: HttpRequest, user: User, then: str) -> None:
    """The password was right; ``then``: the page that was asked for."""
    request.session.cycle_key()  # whoever knew this session before does not share what comes
    request.session[_HELD] = {
        "user": user.pk,
        "backend": user.backend,
        "password": user.get_session_auth_hash(),
        "until": time.time() + HELD_S,
        "then": then,
    }


def find_held(request: HttpRequest) -> User | None:
    """Whose password was right a short while ago, if they may still sign in by it."""
    held = request.session.get(_HELD)
    if held is None or held["until"] < time.time():
        return None
    user = User.objects.filter(pk=held["user"], is_active=True, is_staff=True).first()
    if user is None or not constant_time_compare(held["password"], user.get_session_auth_hash()):
        return None
    return user


def complete(request: HttpRequest, user: User, device: TOTPDevice) -> str:
    """Sign in whom `find_held` found, by a code of this app; the address to go on with."""
    held = request.session.pop(_HELD)
    login(request, user, backend=held["backend"])
    mark_verified(request, device)
    return str(held["then"])


def count_wrong_code(request: HttpRequest, user: User) -> None:
    """A wrong code counts like a wrong password against the address that it came from."""
    user_login_failed.send(sender=__name__, credentials={"username": user.get_username()}, request=request)
