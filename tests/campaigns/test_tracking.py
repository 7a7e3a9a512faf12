"""What recipients watched: counted once, never beyond the video, never with who or where they are."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from campaigns import tracking
from campaigns.models import Campaign, Event, Message
from campaigns.review import reject
from campaigns.states import EventKind
from campaigns.tracking import read_viewing, summarize_viewing
from tests.campaigns.delivery.test_schedule import in_threads
from tests.campaigns.mail import approve_all

BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"


@pytest.fixture
def message(campaign: Campaign, alice: User) -> Message:
    return approve_all(campaign, alice)[0]


@pytest.fixture
def page(message: Message) -> Page:
    return Page(message)


class Page:
    """Reports what one page load would."""

    def __init__(self, message: Message) -> None:
        self.url = reverse("message-events", args=[message.public_id])
        self.viewing: object = str(uuid4())
        self.client = Client(enforce_csrf_checks=True)

    def report(self, kind: object, seconds: object = 0, **headers: str) -> int:
        return self.send({"viewing": self.viewing, "kind": kind, "seconds": seconds}, **headers)

    def send(self, data: object, **headers: str) -> int:
        raw = data if isinstance(data, bytes) else json.dumps(data).encode()
        response = self.client.post(
            self.url,
            raw,
            content_type="application/json",
            headers={"User-Agent": BROWSER, "Remote-Addr": "203.0.113.7"} | headers,
        )
        assert not response.cookies
        return response.status_code


def test_a_whole_viewing(page: Page, message: Message, campaign: Campaign) -> None:
    reports = [("page_viewed", 0), ("played", 0), ("progress", 1.5), ("progress", 4.0), ("ended", 0)]
    assert [page.report(kind, seconds) for kind, seconds in reports] == [204] * 5
    watched = read_viewing([message.pk])[message.pk]
    assert (watched.views, watched.plays, watched.seconds, watched.share) == (1, 1, 4.0, 1.0)
    assert watched.finished and watched.last_at is not None


def test_reports_that_come_twice_or_late_change_nothing(
    page: Page, message: Message, campaign: Campaign
) -> None:
    for kind, seconds in [("played", 0), ("progress", 3), ("progress", 1), ("progress", 3), ("played", 0)]:
        page.report(kind, seconds)
    watched = read_viewing([message.pk])[message.pk]
    assert (watched.plays, watched.seconds, watched.share) == (1, 3.0, 0.75)
    assert Event.objects.count() == 2


def test_seconds_never_exceed_the_video(page: Page, message: Message, campaign: Campaign) -> None:
    page.report("progress", 1e9)
    assert read_viewing([message.pk])[message.pk].seconds == message.video_seconds


def test_several_viewings_add_up_and_the_share_is_the_best_one(message: Message, campaign: Campaign) -> None:
    for seconds in (1, 3):
        page = Page(message)
        page.report("played")
        page.report("progress", seconds)
    watched = read_viewing([message.pk])[message.pk]
    assert (watched.plays, watched.seconds, watched.share) == (2, 4.0, 0.75)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b"[" * 900,
        b'{"viewing": "x", "kind": "played"}',
        b'{"kind": "played"}',
        b'{"viewing": "11111111-1111-4111-8111-111111111111", "kind": "opted_out"}',
        b'{"viewing": "11111111-1111-4111-8111-111111111111", "kind": ["played"]}',
        b'{"viewing": "11111111-1111-4111-8111-111111111111", "kind": "progress", "seconds": NaN}',
        b'{"viewing": "11111111-1111-4111-8111-111111111111", "kind": "progress", "seconds": 1e999}',
        b'{"viewing": "11111111-1111-4111-8111-111111111111", "kind": "progress", "seconds": "5"}',
        b'{"viewing": "11111111-1111-4111-8111-111111111111", "kind": "progress", "seconds": true}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_report_is_refused_and_stored_nowhere(page: Page, data: bytes) -> None:
    assert page.send(data) == 400
    assert not Event.objects.exists()


def test_a_report_that_is_too_long_is_refused(page: Page) -> None:
    assert page.send(b" " * 2000) == 413


def test_reports_about_unapproved_videos_are_refused(page: Page, message: Message, alice: User) -> None:
    reject(message, alice, "The name is wrong")
    assert page.report("played") == 404


def test_reading_the_address_of_reports_is_refused(page: Page) -> None:
    assert page.client.get(page.url).status_code == 405


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Googlebot/2.1 (+http://www.google.com/bot.html)"},
        {"User-Agent": "Mozilla/5.0 (via ggpht.com GoogleImageProxy)"},
        {"User-Agent": "Slackbot-LinkExpanding 1.0"},
        {"User-Agent": "python-requests/2.32"},
        {"User-Agent": ""},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
    ],
)
def test_robots_and_prefetches_are_answered_but_not_counted(page: Page, headers: dict[str, str]) -> None:
    assert page.report("played", **headers) == 204
    assert not Event.objects.exists()


def test_one_link_in_a_loop_stops_counting(
    page: Page, message: Message, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking, "MAX_VIEWINGS", 3)
    page.report("played")
    for _ in range(5):
        Page(message).report("played")
    assert summarize_viewing(campaign).plays == 3
    assert page.report("progress", 2) == 204
    assert summarize_viewing(campaign).seconds == 2.0


def test_nothing_about_the_person_is_stored(page: Page) -> None:
    page.report("played")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(e)::text FROM campaigns_event e")
        stored = " ".join(row[0] for row in cursor.fetchall())
    assert "203.0.113.7" not in stored and "Mozilla" not in stored and "127.0.0.1" not in stored


def test_a_campaigns_totals(campaign: Campaign, message: Message, django_assert_num_queries: Any) -> None:
    other = campaign.messages.exclude(pk=message.pk).first()
    assert other is not None
    for shown, seconds in ((message, 4), (other, 1)):
        page = Page(shown)
        for kind in ("page_viewed", "played", *(("ended",) if seconds == 4 else ())):
            page.report(kind)
        page.report("progress", seconds)
    with django_assert_num_queries(1):
        summary = summarize_viewing(campaign)
    assert (summary.viewed, summary.played, summary.finished, summary.plays) == (2, 2, 1, 2)
    assert (summary.seconds, summary.share) == (5.0, 0.625)
    assert set(read_viewing(campaign.messages.values_list("pk", flat=True))) == {message.pk, other.pk}


def test_what_was_watched_follows_events_however_they_are_written(message: Message) -> None:
    def event(kind: EventKind, seconds: float = 0) -> Event:
        return Event(message=message, kind=kind, seconds=seconds, viewing=uuid4())

    halves = [event(EventKind.PLAYED), event(EventKind.PROGRESS, 2), event(EventKind.PROGRESS, 1)]
    Event.objects.bulk_create([*halves, event(EventKind.ENDED)])
    watched = read_viewing([message.pk])[message.pk]
    assert (watched.plays, watched.seconds, watched.share, watched.finished) == (1, 3.0, 0.5, True)
    message.events.filter(seconds=2).update(seconds=4)
    watched = read_viewing([message.pk])[message.pk]
    assert (watched.plays, watched.seconds, watched.share) == (1, 5.0, 1.0)
    message.events.filter(seconds=4).delete()
    watched = read_viewing([message.pk])[message.pk]
    assert (watched.plays, watched.seconds, watched.share) == (1, 1.0, 0.25)
    message.events.all().delete()
    assert read_viewing([message.pk]) == {}


@pytest.mark.django_db(transaction=True)
def test_the_same_report_many_times_at_once_is_stored_once(message: Message, campaign: Campaign) -> None:
    event = tracking.read_event({"viewing": str(UUID(int=7)), "kind": "progress", "seconds": 2})
    in_threads(6, lambda: tracking.record(message, event))
    assert Event.objects.get().seconds == 2.0
