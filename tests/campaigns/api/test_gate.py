"""The gate: no token, too many requests, the same request twice, and bodies made to break something."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from pytest_django import Settings

from campaigns.access.tokens import Scope
from campaigns.api.gate import sweep_answers
from campaigns.models import Campaign, HistoryEntry, IdempotentAnswer
from tests.campaigns.api.programs import make_program


def test_without_a_token_nothing_is_told(alice: User, campaign: Campaign) -> None:
    Client().force_login(alice)
    for secret in ("", "byname_x", "Bearer"):
        answer = Client().get("/api/v1/campaigns", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 401 and answer["WWW-Authenticate"] == "Bearer"
        assert answer["Content-Type"] == "application/problem+json"
    signed_in = Client()
    signed_in.force_login(alice)
    assert signed_in.post("/api/v1/campaigns", "{}", content_type="application/json").status_code == 401


def test_what_a_token_does_stands_in_the_history_with_its_name(alice: User) -> None:
    made = make_program(alice).ask("POST", "/campaigns", {"name": "Autumn"})
    assert made[0] == 201 and made[1]["name"] == "Autumn"
    entry = HistoryEntry.objects.get(verb="created the campaign")
    assert entry.actor == alice and entry.actor_name == "alice by the token “CRM”"
    assert entry.details["token"] == "CRM"


def test_too_many_requests_are_told_when_to_go_on(alice: User, settings: Settings) -> None:
    settings.API_REQUESTS_PER_MINUTE = 2
    program = make_program(alice)
    answers = [program.send("GET", "/me") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    told = json.loads(answers[2].content)
    assert 0 < int(answers[2]["Retry-After"]) <= 30 and told["retryable"] and told["code"] == "too_many"


def test_the_same_key_acts_once_and_another_body_is_refused(alice: User) -> None:
    program = make_program(alice)
    first = program.send("POST", "/campaigns", {"name": "Once"}, key="k1")
    again = program.send("POST", "/campaigns", {"name": "Once"}, key="k1")
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again["Idempotency-Replayed"] == "true" and Campaign.objects.count() == 1
    status, told = program.ask("POST", "/campaigns", {"name": "Twice"}, key="k1")
    assert (status, told["code"]) == (422, "other_request")
    assert make_program(alice).ask("POST", "/campaigns", {"name": "Twice"}, key="k1")[0] == 201


def test_a_refused_request_did_nothing_and_is_tried_anew_with_its_key(
    alice: User, campaign: Campaign
) -> None:
    program, path = make_program(alice), f"/campaigns/{campaign.pk}/archive"
    Campaign.objects.update(state="rendering")
    assert program.ask("POST", path, key="k1")[0] == 409
    Campaign.objects.update(state="draft")
    assert program.ask("POST", path, key="k1")[0] == 200
    assert program.send("GET", "/me")["Cache-Control"] == "no-store"


def test_a_key_is_forgotten_after_a_day(alice: User) -> None:
    program = make_program(alice)
    program.ask("POST", "/campaigns", {"name": "Once"}, key="k1")
    assert sweep_answers() == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE campaigns_idempotentanswer SET at = at - interval '25 h'")
    assert program.ask("POST", "/campaigns", {"name": "Other"}, key="k1")[0] == 201
    with connection.cursor() as cursor:
        cursor.execute("UPDATE campaigns_idempotentanswer SET at = at - interval '25 h'")
    assert sweep_answers() == 1 and not IdempotentAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_requests_at_once_with_one_key_one_acts(alice: User) -> None:
    program, start = make_program(alice), Barrier(4)

    def ask(_: int) -> int:
        start.wait()
        try:
            return program.ask("POST", "/campaigns", {"name": "Race"}, key="race")[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        statuses = set(pool.map(ask, range(4)))
    assert 201 in statuses and statuses <= {201, 409}
    assert Campaign.objects.filter(name="Race").count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_at_work_the_second_is_told_so(alice: User) -> None:
    program = make_program(alice)
    with transaction.atomic(), connection.cursor() as cursor:
        held = f"{program.token.pk}:busy"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [held])

        def ask() -> tuple[int, Any]:
            try:
                return program.ask("POST", "/campaigns", {"name": "Second"}, key="busy")
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            status, told = pool.submit(ask).result()
    assert (status, told["code"], told["retryable"]) == (409, "at_work", True)


def test_a_scope_that_is_missing_and_a_right_that_is_missing_are_told_apart(
    alice: User, campaign: Campaign
) -> None:
    reader = make_program(alice, Scope.READ)
    status, told = reader.ask("POST", "/campaigns", {"name": "No"})
    assert (status, told["code"]) == (403, "scope_missing")
    nobody = make_program(User.objects.create_user("nobody", is_staff=True))
    status, told = nobody.ask("GET", f"/campaigns/{campaign.pk}")
    assert (status, told["code"]) == (403, "right_missing")


DEEP = "[" * 100_000 + "]" * 100_000
BODIES: dict[str, tuple[bytes, int]] = {
    "no JSON": (b"{", 400),
    "no UTF-8": (b'{"name": "\xff"}', 400),
    "NUL": (b'{"name": "a\\u0000b"}', 422),
    "half a sign": (b'{"name": "\\ud800"}', 422),
    "half a sign as a key": (b'{"\\ud800": 1}', 422),
    "deep": (DEEP.encode(), 400),
    "rather deep": (b'{"name": ' + b"[" * 50 + b"]" * 50 + b"}", 422),
    "NaN": (b'{"name": NaN}', 400),
    "huge float": (b'{"name": "x", "presenter": 1e999}', 422),
    "400 digits": (b'{"name": "x", "presenter": ' + b"9" * 400 + b"}", 422),
    "5000 digits": (b'{"name": "x", "presenter": ' + b"9" * 5000 + b"}", 400),
    "a list": (b"[]", 422),
    "nothing": (b"", 422),
    "unknown field": (b'{"name": "x", "nmae": "y"}', 422),
    "too large": (b'"' + b"x" * (2 * 2**20) + b'"', 413),
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_made_to_break_something_is_refused_in_words(kind: str, alice: User) -> None:
    body, status = BODIES[kind]
    answer = make_program(alice).send("POST", "/campaigns", body)
    told = json.loads(answer.content)
    assert (answer.status_code, told["status"]) == (status, status), told
    assert told["detail"] and told["stage"] == "campaigns" and not Campaign.objects.exists()


@pytest.mark.parametrize(
    "path",
    ["/campaigns/0", "/campaigns/99999999999999999999", "/campaigns/%00", "/campaigns?cursor=x%00",
     "/campaigns?limit=0", "/nothing", "/jobs/1", "/voices?pitch_hz=nan"],
)  # fmt: skip
def test_an_address_that_is_none_is_told_in_the_same_way(path: str, alice: User) -> None:
    answer = make_program(alice).send("GET", path)
    assert answer.status_code in (404, 422), answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert make_program(alice).send("DELETE", "/me").status_code == 405
