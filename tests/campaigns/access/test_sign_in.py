"""Ten wrong passwords from one address, and it waits; everybody else signs in meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.db.models import F
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from campaigns.access.sign_in import find_client_address
from tests.people import PASSWORD

LIMIT = 10


def sign_in(password: str, address: str = "203.0.113.5", name: str = "alice") -> HttpResponse:
    form = {"username": name, "password": password, "next": "/admin/"}
    return Client(REMOTE_ADDR=address).post("/admin/login/", form)


def guess(times: int, **where: str) -> None:
    for number in range(times):
        sign_in(f"wrong {number}", **where)


def test_after_ten_wrong_passwords_the_right_one_does_not_help(alice: User) -> None:
    guess(LIMIT - 1)
    assert sign_in(PASSWORD).status_code == 302
    guess(LIMIT)
    refused = sign_in(PASSWORD)
    assert (refused.status_code, refused["Retry-After"]) == (429, "600")
    assert "Wait 10 minutes" in refused.content.decode()


def test_other_names_do_not_help_who_guesses_and_others_are_not_shut_out(alice: User) -> None:
    for number in range(LIMIT):
        guess(1, name=f"person {number}")
    assert sign_in(PASSWORD).status_code == 429
    assert sign_in(PASSWORD, address="203.0.113.6").status_code == 302


def test_it_ends_though_the_guessing_goes_on(alice: User) -> None:
    guess(LIMIT + 3)
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=10))
    assert sign_in(PASSWORD).status_code == 302


@pytest.mark.parametrize(("behind", "address"), [(False, "192.0.2.1"), (True, "203.0.113.9")])
def test_a_client_does_not_choose_its_address(settings: Settings, behind: bool, address: str) -> None:
    settings.BEHIND_PROXY = behind
    request = RequestFactory().get(
        "/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="198.51.100.7, 203.0.113.9"
    )
    assert find_client_address(request) == address
