"""Figures are for a monitoring system: for its token, or for this machine alone."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db
TOKEN = "a token of some length"


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.5", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.5"}, 404),
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}, 404),
    ],
)
def test_without_a_token_this_machine_may_and_no_proxy_on_it(
    address: str, headers: dict[str, str], status: int
) -> None:
    answer = Client(REMOTE_ADDR=address, headers=headers).get("/metrics")
    assert answer.status_code == status
    assert (b"byname_queue_tasks" in answer.content) == (status == 200)


@pytest.mark.parametrize(
    ("shown", "status"), [(f"Bearer {TOKEN}", 200), ("Bearer other", 404), ("", 404), ("Bearer é", 404)]
)
def test_with_a_token_only_who_shows_it(settings: Settings, shown: str, status: int) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert Client().get("/metrics", headers={"Authorization": shown}).status_code == status
