"""The load of recipients' pages: sent at its rate, counted as people, judged against its floor."""

from __future__ import annotations

import asyncio

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from campaigns.benchmark.page_load import PageLoad, load_pages, percentile
from campaigns.management.commands.bench_page import list_pages
from campaigns.models import Campaign
from campaigns.tracking import summarize_viewing
from tests.campaigns.mail import approve_all


@pytest.mark.django_db(transaction=True)
def test_people_open_pages_beside_the_dashboard(
    live_server: LiveServer, campaign: Campaign, alice: User, client: Client
) -> None:
    approve_all(campaign, alice)
    client.force_login(alice)
    port, session = int(live_server.url.rpartition(":")[2]), client.cookies["sessionid"].value
    load = asyncio.run(load_pages(port, list_pages(campaign), (reverse("admin:index"), session), 30, 1))
    assert load.errors == [] and len(load.took_ms) == 30 and load.dashboard_ms
    counted = summarize_viewing(campaign)
    assert (counted.viewed, counted.plays, counted.seconds) == (3, 6, 24.0)


@pytest.mark.parametrize(
    ("took_ms", "dashboard_ms", "errors", "holds"),
    [
        ([5.0] * 300, [50.0], [], True),
        ([5.0] * 200, [50.0], [], False),
        ([600.0] * 300, [50.0], [], False),
        ([5.0] * 300, [600.0], [], False),
        ([5.0] * 300, [50.0], ["reset"], False),
    ],
)
def test_a_load_holds_with_every_answer_in_time(
    took_ms: list[float], dashboard_ms: list[float], errors: list[str], holds: bool
) -> None:
    load = PageLoad(300, 1.0, took_ms, dashboard_ms, errors)
    assert load.holds is holds and ("holds" in load.describe()) is holds


def test_percentiles() -> None:
    assert percentile([], 0.95) == 0.0 and percentile(range(101), 0.95) == 95
