"""The page between password and code: who guesses codes waits, and is told so."""

from __future__ import annotations

from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client

from tests import people
from tests.campaigns.access.test_sign_in_steps import CODE, give_password

LIMIT = 10


def test_a_wrong_code_is_told_in_a_sentence_and_signs_nobody_in(alice: User) -> None:
    device, _ = people.second_factor(alice)
    client = Client()
    give_password(client)
    answer = client.post(CODE, {"code": people.wrong_code(device)})
    assert answer.status_code == 400 and "This code is wrong" in answer.content.decode()
    answer = client.post(CODE, {"code": people.code_of(device)})
    assert "Wait 1 second" in answer.content.decode()
    people.forget_wrong_codes()
    assert client.post(CODE, {"code": people.code_of(device)}).status_code == 302


def test_wrong_codes_count_against_the_address_and_right_passwords_forgive_none(alice: User) -> None:
    device, codes = people.second_factor(alice)
    client = Client(REMOTE_ADDR="203.0.113.5")
    for _ in range(LIMIT - 1):
        give_password(client)
        client.post(CODE, {"code": people.wrong_code(device)})
        people.forget_wrong_codes()
    give_password(client)
    assert client.post(CODE, {"code": people.wrong_code(device)}).status_code == 429
    refused = client.post(CODE, {"code": codes[0]})
    assert refused.status_code == 429 and "wrong passwords or codes" in refused.content.decode()
    other = Client(REMOTE_ADDR="203.0.113.6")
    give_password(other)
    assert other.post(CODE, {"code": codes[0]}).status_code == 302


def test_who_typed_too_short_a_code_has_not_guessed(alice: User) -> None:
    people.second_factor(alice)
    client = Client()
    give_password(client)
    assert "six digits" in client.post(CODE, {"code": "12345"}).content.decode()
    assert not AccessAttempt.objects.exists()


def test_few_recovery_codes_are_told_of(alice: User) -> None:
    _, codes = people.second_factor(alice)
    device = alice.staticdevice_set.get()  # type: ignore[attr-defined]
    for token in list(device.token_set.all())[3:]:
        token.delete()
    told = []
    for code in codes:
        client = Client()
        give_password(client)
        people.forget_wrong_codes()
        answer = client.post(CODE, {"code": code}, follow=True)
        if answer.status_code == 200:
            told.append("left. Make new ones" in answer.content.decode())
    assert told == [True, True, True]


def test_without_a_second_factor_a_password_is_enough(alice: User) -> None:
    client = Client()
    form = {"username": "alice", "password": people.PASSWORD}
    assert client.post("/admin/login/", form)["Location"] == "/admin/"
    assert client.get("/admin/login/")["Location"] == "/admin/"
    assert client.get(CODE)["Location"] == "/admin/login/"
