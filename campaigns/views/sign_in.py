"""Signing in: a password, then a code where the account has a second factor."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from campaigns.access.second_factor import CodeRefused, check_code, count_recovery_codes, find_device
from campaigns.access.second_factor_gate import must_set_up
from campaigns.access.sign_in import is_guesser, refuse_guesser
from campaigns.access.sign_in_steps import complete, count_wrong_code, find_held, hold

TOO_LATE = "Sign in again: it took too long, or your account was changed meanwhile."
FEW_CODES = 3


class SignIn(LoginView):
    """The dashboard's page, which signs nobody in before their code."""

    template_name = "admin/login.html"

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        if find_device(user) is None:
            return super().form_valid(form)
        hold(self.request, user, self.get_success_url())
        return HttpResponseRedirect(reverse("sign-in-code"))


def show_sign_in(request: HttpRequest) -> HttpResponseBase:
    """The password's page; whoever has to set up a second factor first is led there."""
    if request.method == "GET" and admin.site.has_permission(request):
        return HttpResponseRedirect(reverse("admin:index"))
    if request.method == "GET" and must_set_up(request):
        return HttpResponseRedirect(reverse("second-factor"))
    context = {
        **admin.site.each_context(request),
        "title": "Log in",
        "app_path": request.get_full_path(),
        "username": request.user.get_username(),
    }
    return SignIn.as_view(extra_context=context, authentication_form=admin.site.login_form)(request)


@never_cache
def show_code(request: HttpRequest) -> HttpResponse:
    """Asks whose password was right for a code of their app, or a recovery code."""
    user = find_held(request)
    if user is None or find_device(user) is None:
        if request.method == "POST":
            messages.error(request, TOO_LATE)
        return HttpResponseRedirect(reverse("admin:login"))
    if is_guesser(request, user):
        return refuse_guesser(request)
    if request.method != "POST":
        return _ask(request)
    try:
        device = check_code(user, request.POST.get("code", ""))
    except CodeRefused as refused:
        if refused.guessed:
            count_wrong_code(request, user)
        return _ask(request, str(refused), status=400)
    then = complete(request, user, device)
    _tell_of_few_codes(request, user)
    return HttpResponseRedirect(then)


def _ask(request: HttpRequest, refusal: str = "", status: int = 200) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": "Code", "refusal": refusal}
    return render(request, "campaigns/sign_in_code.html", context, status=status)


def _tell_of_few_codes(request: HttpRequest, user: User) -> None:
    left = count_recovery_codes(user)
    if left < FEW_CODES:
        which = {0: "No recovery code is", 1: "One recovery code is"}.get(left, f"{left} recovery codes are")
        messages.warning(request, f"{which} left. Make new ones under “Second factor” in your menu.")
