"""What recipients watched: counted once, never beyond the video, never with who or where they are."""

from __future__ import annotations

import json
import re
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
from campaigns.states import EventKind, Verdict
from campaigns.tracking import read_viewing, summarize_viewing
from campaigns.visits.page_token import issue_token
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
        self.client = Client(enforce_csrf_checks=True)
        page = self.client.get(
            reverse("message-page", args=[message.public_id]), headers={"User-Agent": BROWSER}
        )
        self.token = re.findall(r'data-token="([^"]+)"', page.content.decode())[0]

    def report(self, kind: object, seconds: object = 0, **headers: str) -> int:
        return self.send({"token": self.token, "kind": kind, "watched": [[0, seconds]]}, **headers)

    def send(self, data: object, **headers: str) -> int:
        raw = (
            data.replace(b"TOKEN", self.token.encode())
            if isinstance(data, bytes)
            else json.dumps(data).encode()
        )
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
    assert Event.objects.count() == 3  # that somebody who played it has seen the page, too


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
        b"{" * 4000,
        b'{"token": "x", "kind": "played"}',
        b'{"token": 7, "kind": "played"}',
        b'{"kind": "played"}',
        b'{"token": "TOKEN", "kind": "opted_out"}',
        b'{"token": "TOKEN", "kind": ["played"]}',
        b'{"token": "TOKEN", "kind": "progress", "seconds": NaN}',
        b'{"token": "TOKEN", "kind": "progress", "seconds": 1e999}',
        b'{"token": "TOKEN", "kind": "progress", "seconds": "5"}',
        b'{"token": "TOKEN", "kind": "progress", "seconds": true}',
        b'{"token": "TOKEN", "kind": "progress", "seconds": ' + b"9" * 400 + b"}",
        b'{"token": "TOKEN", "kind": "progress", "watched": [[0, ' + b"9" * 400 + b"]]}",
        b'{"token": "TOKEN", "kind": "progress", "watched": [[0, NaN]]}',
        b'{"token": "TOKEN", "kind": "progress", "watched": {"a": 1}}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_report_is_refused_and_stored_nowhere(page: Page, data: bytes) -> None:
    assert page.send(data) == 400
    assert not Event.objects.exists()


def test_a_report_that_is_too_long_is_refused(page: Page) -> None:
    assert page.send(b" " * 5000) == 413


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
def test_robots_and_prefetches_are_answered_but_not_counted(
    page: Page, message: Message, headers: dict[str, str]
) -> None:
    assert page.report("played", **headers) == 204
    assert Event.objects.get().verdict == Verdict.MACHINE
    assert read_viewing([message.pk]) == {}


def test_pieces_that_are_reported_one_after_the_other_are_united(page: Page, message: Message) -> None:
    for watched in ([[0, 1]], [[2, 3]], [[0.5, 2.5]], [[0, 0.2]]):
        page.send({"token": page.token, "kind": "progress", "watched": watched})
    stored = Event.objects.get(kind="progress")
    assert (stored.watched, stored.seconds) == ([[0, 3]], 3.0)
    assert read_viewing([message.pk])[message.pk].seconds == 3.0


def test_pressing_the_button_is_counted(page: Page, message: Message) -> None:
    assert page.report("clicked") == 204
    watched = read_viewing([message.pk])[message.pk]
    assert watched.clicked and watched.views == 1


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
    token = issue_token(message.public_id, UUID(int=7))
    data = {"token": token, "kind": "progress", "watched": [[0, 2]]}
    event = tracking.read_event(data, message.public_id)
    in_threads(6, lambda: tracking.record(tracking.find_open_page(message.public_id), event))
    assert Event.objects.get(kind="progress").seconds == 2.0
    assert Event.objects.count() == 3
