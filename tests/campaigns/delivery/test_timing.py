"""A campaign's pace, from the page to the worker that would send too early."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from campaigns.claims import clock
from campaigns.delivery.attempt import deliver
from campaigns.delivery.channels.registry import find_channel
from campaigns.delivery.pace import Pace
from campaigns.delivery.plan import make_plan
from campaigns.delivery.schedule import send_approved
from campaigns.delivery.timing import load_pace, store_pace
from campaigns.models import Campaign, Delivery, HistoryEntry
from campaigns.operations.beats import Broker, begin_due
from tests.campaigns.mail import Postbox, approve_all, mail_server

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with mail_server(settings) as running:
        yield running


@pytest.fixture
def approved(campaign: Campaign, alice: User) -> Campaign:
    approve_all(campaign, alice)
    return campaign


def deliver_all() -> list[str]:
    return [deliver(pk, "test") for pk in Delivery.objects.order_by("pk").values_list("pk", flat=True)]


def test_a_pace_is_laid_over_what_is_sent_and_shown_before(approved: Campaign, alice: User) -> None:
    start = clock.now().replace(microsecond=0) + timedelta(days=1)
    store_pace(approved, Pace(BERLIN, not_before=start, per_minute=2))
    assert load_pace(Campaign.objects.get(pk=approved.pk)) == Pace(BERLIN, not_before=start, per_minute=2)
    plan = make_plan(approved, find_channel())
    assert (plan.first_at, plan.last_at) == (start, start + timedelta(seconds=60))
    send_approved(approved, alice, confirmed=plan.digest)
    due = list(Delivery.objects.order_by("pk").values_list("due_at", flat=True))
    assert due == [start, start + timedelta(seconds=30), start + timedelta(seconds=60)]


def test_another_pace_moves_what_waits_and_needs_another_look(approved: Campaign, alice: User) -> None:
    plan = make_plan(approved, find_channel())
    store_pace(approved, Pace(BERLIN, not_before=clock.now() + timedelta(days=1)))
    assert make_plan(approved, find_channel()).digest != plan.digest
    send_approved(approved, alice)
    assert not Delivery.objects.filter(due_at=None).exists()
    store_pace(approved, Pace(BERLIN))
    assert Delivery.objects.filter(due_at=None).count() == 3


def test_a_worker_that_comes_too_early_or_too_often_sends_nothing(
    approved: Campaign, alice: User, postbox: Postbox
) -> None:
    """As after an outage, when everything is due at once."""
    send_approved(approved, alice)
    store_pace(approved, Pace(BERLIN, per_minute=1))
    Delivery.objects.update(due_at=None)
    assert deliver_all() == ["sent", "scheduled", "scheduled"]
    waiting = Delivery.objects.filter(state="scheduled")
    assert all(one.attempts == 0 and one.due_at > clock.now() for one in waiting)
    Delivery.objects.filter(state="sent").update(sent_at=clock.now() - timedelta(minutes=2))
    store_pace(approved, Pace(BERLIN, per_day=1))
    Delivery.objects.filter(state="scheduled").update(due_at=None)
    assert deliver_all() in (["sent", "scheduled", "scheduled"], ["sent", "sent", "scheduled"])  # at midnight
    store_pace(approved, Pace(BERLIN))
    assert deliver_all() == ["sent"] * 3 and len(postbox.mails) == 3


def test_a_guard_wakes_a_sender_when_a_moment_has_come(approved: Campaign, alice: User) -> None:
    broker = Broker(list_key="default")
    send_approved(approved, alice)
    assert not begin_due(broker)  # what leaves at once has its tasks
    Delivery.objects.update(due_at=clock.now() + timedelta(minutes=1))
    OrmQ.objects.all().delete()
    assert not begin_due(broker)
    Delivery.objects.update(due_at=clock.now() - timedelta(seconds=1))
    assert [begin_due(broker), begin_due(broker)] == [True, False] and OrmQ.objects.count() == 1


def test_quiet_hours_hold_a_mail_that_is_late(approved: Campaign, alice: User, postbox: Postbox) -> None:
    send_approved(approved, alice)
    hour = clock.now().astimezone(BERLIN).hour
    store_pace(approved, Pace(BERLIN, quiet=(hour, (hour + 2) % 24)))
    Delivery.objects.update(due_at=None)
    assert deliver_all() == ["scheduled"] * 3 and postbox.mails == []


def test_the_page_keeps_the_pace_and_names_what_is_wrong(
    approved: Campaign, alice: User, client: Client
) -> None:
    client.force_login(alice)
    address = reverse("admin:campaigns_campaign_send", args=[approved.pk])
    given = {
        "action": "pace", "zone": "Europe/Berlin", "start": "2031-03-01T09:00", "quiet_from": "20",
        "quiet_to": "8", "per_minute": "", "per_hour": "100", "per_day": "500", "first_day": "50",
    }  # fmt: skip
    assert "What waits was moved" in client.post(address, given, follow=True).content.decode()
    begin = datetime(2031, 3, 1, 9, tzinfo=BERLIN)
    wanted = Pace(BERLIN, begin, (20, 8), per_hour=100, per_day=500, first_day=50)
    approved.refresh_from_db()
    assert load_pace(approved) == wanted
    assert HistoryEntry.objects.latest("pk").verb == "changed when mails leave"
    asked = client.post(address, {"action": "send", "channel": "email"}).content.decode()
    assert "from 1 Mar 2031, 09:00" in asked
    for field, value in (("start", "soon"), ("zone", "Mars/Crater"), ("per_day", "-1"), ("quiet_to", "25")):
        answer = client.post(address, given | {field: value})
        assert answer.status_code == 400 and "bn-error" in answer.content.decode()
    approved.refresh_from_db()
    assert load_pace(approved) == wanted
