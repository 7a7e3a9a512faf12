"""The page of a person's own second factor, and the one that takes away another person's lost one."""

from __future__ import annotations

from base64 import b32encode
from typing import Any

import segno
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django_otp.plugins.otp_totp.models import TOTPDevice

from campaigns.access.second_factor import (
    CodeRefused,
    begin,
    confirm,
    count_recovery_codes,
    find_begun,
    find_device,
    remove,
    renew_codes,
)
from campaigns.access.second_factor_gate import mark_verified, must_set_up
from campaigns.access.sign_in import knows_password

_BEGUN = "second_factor_begun"  # the session's key
WRONG_PASSWORD = "This is not your password. Type the one that you sign in with."


@never_cache  # it shows secrets
def show_second_factor(request: HttpRequest) -> HttpResponse:
    """Set it up, renew the recovery codes, switch it off."""
    assert isinstance(request.user, User)
    action = request.POST.get("action", "") if request.method == "POST" else ""
    try:
        if action == "begin":
            request.session[_BEGUN] = begin(request.user)
        elif action == "confirm":
            device, codes = confirm(request.user, request.session.get(_BEGUN), request.POST.get("code", ""))
            mark_verified(request, device)
            return _show(request, codes=codes)
        elif action in ("renew", "remove"):
            if not knows_password(request, request.POST.get("password", "")):
                return _show(request, status=400, **{f"{action}_refusal": WRONG_PASSWORD})
            if action == "renew":
                return _show(request, codes=renew_codes(request.user))
            remove(request.user, request.user)
            messages.success(request, "Your second factor is off: your password is enough to sign in.")
    except CodeRefused as refused:
        return _show(request, status=400, refusal=str(refused))
    return HttpResponseRedirect(reverse("second-factor")) if action else _show(request)


@never_cache
def remove_of_other(request: HttpRequest, account: User) -> HttpResponse:
    """For who lost the phone and the recovery codes. Whoever does it types their own password."""
    people = reverse("admin:auth_user_changelist")
    if account.pk == request.user.pk:
        return HttpResponseRedirect(reverse("second-factor"))
    if find_device(account) is None:
        messages.info(request, f"{account} has no second factor.")
        return HttpResponseRedirect(people)
    refusal = ""
    if request.method == "POST":
        if knows_password(request, request.POST.get("password", "")):
            remove(account, request.user)
            messages.success(request, f"{account} signs in with the password alone from now on.")
            return HttpResponseRedirect(people)
        refusal = WRONG_PASSWORD
    context = {
        **admin.site.each_context(request), "title": "Remove a second factor", "account": account,
        "people": people, "refusal": refusal,
    }  # fmt: skip
    return render(request, "campaigns/second_factor_remove.html", context, status=400 if refusal else 200)


def _show(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    assert isinstance(request.user, User)
    device, begun = find_device(request.user), find_begun(request.user, request.session.get(_BEGUN))
    context = {
        **admin.site.each_context(request),
        "title": "Second factor",
        "device": device,
        "codes_left": count_recovery_codes(request.user),
        "must": must_set_up(request),
    }
    if context["must"]:
        context["sidebar_navigation"] = []  # nothing of it opens yet
    if device is None and begun is not None:
        context |= {"qr": _draw(begun), "secret": _spell(begun)}
    return render(request, "campaigns/second_factor.html", {**context, **more}, status=status)


def _draw(device: TOTPDevice) -> str:
    code = segno.make(device.config_url, error="m", micro=False)
    # Black on white in the dark, too: not every camera reads the reverse.
    return mark_safe(code.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True))


def _spell(device: TOTPDevice) -> str:
    secret = b32encode(device.bin_key).decode()
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
