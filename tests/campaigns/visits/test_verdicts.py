"""Programs that follow links are told from people: by their word, by when they come, by what else they do."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign, Delivery, Event, Message, Suppression
from campaigns.standing.viewing import count_viewing
from campaigns.states import DeliveryState, EventKind, MachineSign, Verdict
from campaigns.tracking import summarize_viewing
from campaigns.visits import clients
from campaigns.visits.verdicts import find_sign
from tests.campaigns.mail import approve_all

BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"
LATER = timedelta(minutes=10)


@pytest.fixture
def messages(campaign: Campaign, alice: User) -> list[Message]:
    return approve_all(campaign, alice)


class Visit:
    """One load of a page by something that runs its script."""

    def __init__(self, message: Message, agent: str = BROWSER) -> None:
        self.message = message
        self.client = Client(headers={"User-Agent": agent})
        html = self.client.get(reverse("message-page", args=[message.public_id])).content.decode()
        self.token = re.findall(r'data-token="([^"]+)"', html)[0]

    def report(self, kind: str, **more: Any) -> int:
        url = reverse("message-events", args=[self.message.public_id])
        body = json.dumps({"token": self.token, "kind": kind} | more)
        return self.client.post(url, body, content_type="application/json").status_code


def deliver(message: Message, ago: timedelta) -> None:
    Delivery.objects.create(
        message=message, campaign=message.campaign, address="a@example.org",
        content_hash=message.content_hash, state=DeliveryState.SENT, sent_at=timezone.now() - ago,
    )  # fmt: skip


def signs() -> set[tuple[str, str]]:
    return set(Event.objects.values_list("kind", "sign").filter(verdict=Verdict.MACHINE))


@pytest.mark.parametrize(
    ("headers", "sign"),
    [
        ({"User-Agent": ""}, "named"),
        ({"User-Agent": "Mozilla/5.0 (compatible; bingbot/2.0)"}, "named"),
        ({"User-Agent": "Barracuda Sentinel (EE)"}, "named"),
        ({"User-Agent": "Mozilla/5.0 (Windows NT 5.1) (via ggpht.com GoogleImageProxy)"}, "proxy"),
        ({"User-Agent": "Mozilla/5.0"}, "proxy"),
        ({"User-Agent": BROWSER, "Sec-Purpose": "prefetch;prerender"}, "ahead"),
        ({"User-Agent": BROWSER, "X-Purpose": "preview"}, "ahead"),
        ({"User-Agent": BROWSER}, ""),
    ],
)
def test_a_program_is_known_by_its_own_word(headers: dict[str, str], sign: str) -> None:
    assert find_sign(RequestFactory().get("/", headers=headers)) == sign
    assert find_sign(RequestFactory().head("/", headers=headers)) == (sign or "head")


def test_who_comes_within_seconds_of_the_sending_counts_only_after_watching(
    messages: list[Message], campaign: Campaign
) -> None:
    deliver(messages[0], timedelta(seconds=1))
    visit = Visit(messages[0])
    assert [visit.report("page_viewed"), visit.report("clicked")] == [204, 204]
    assert signs() == {("page_viewed", "soon"), ("clicked", "soon")}
    assert count_viewing(campaign).opened == 0 and summarize_viewing(campaign).viewed == 0
    visit.report("progress", watched=[[0, 2]])
    counted = count_viewing(campaign)
    assert (counted.opened, counted.played, counted.clicked) == (1, 1, 0)


def test_who_follows_the_way_out_as_well_is_a_program(messages: list[Message], campaign: Campaign) -> None:
    deliver(messages[0], LATER)
    for first in (True, False):
        Event.objects.all().delete()
        visit = Visit(messages[0])
        steps = [lambda v=visit: v.report("page_viewed"), lambda v=visit: v.client.get(opt_out(messages[0]))]
        for step in steps if first else reversed(steps):
            step()
        assert signs() == {("page_viewed", "every_link")}
        assert summarize_viewing(campaign).viewed == 0
    assert not Suppression.objects.exists()


def opt_out(message: Message) -> str:
    return reverse("message-opt-out", args=[message.public_id])


def test_who_opens_many_peoples_links_is_a_program_from_the_first_one_on(
    messages: list[Message], campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "MANY_LINKS", 3)
    for message in messages:
        Visit(message).report("page_viewed")
    assert summarize_viewing(campaign).viewed == 0
    assert Event.objects.filter(verdict=Verdict.MACHINE, sign=MachineSign.MANY).count() == 3


def test_a_scanner_that_follows_every_link_of_every_mail_opens_nothing_and_stops_nothing(
    messages: list[Message], campaign: Campaign
) -> None:
    kinds = ("page", "video", "poster", "picture", "captions", "opt-out")
    for agent in (BROWSER, "Proofpoint URL Defense", "Mozilla/5.0", ""):
        for message in messages:
            client = Client(headers={"User-Agent": agent})
            for kind in kinds:
                address = reverse(f"message-{kind}", args=[message.public_id])
                assert {client.get(address).status_code, client.head(address).status_code} <= {200}
    assert not Suppression.objects.exists()
    assert not Event.objects.filter(verdict=Verdict.HUMAN).exists()
    counted = count_viewing(campaign)
    assert (counted.opened, counted.machines) == (0, 3)
    assert Event.objects.filter(kind=EventKind.PAGE_VIEWED).count() == 3  # one line for each person


def test_a_person_is_counted_after_700_forged_views(messages: list[Message], campaign: Campaign) -> None:
    deliver(messages[0], LATER)
    message, loop = messages[0], Visit(messages[0])
    for _ in range(30):  # pages of ours, in a loop
        Visit(message).report("page_viewed")
    url = reverse("message-events", args=[message.public_id])
    for n in range(670):  # made up
        forged = json.dumps({"viewing": f"{n:032x}", "token": loop.token[:-1] + "x", "kind": "page_viewed"})
        assert loop.client.post(url, forged, content_type="application/json").status_code == 400
    person = Visit(message)
    person.report("played")
    person.report("progress", watched=[[1, 3]])
    counted = summarize_viewing(campaign)
    assert (counted.viewed, counted.played, counted.plays, counted.seconds) == (1, 1, 1, 2.0)


def test_staff_who_look_are_not_counted(messages: list[Message], alice: User) -> None:
    visit = Visit(messages[0])
    visit.client.force_login(alice)
    assert visit.report("played") == 204
    assert not Event.objects.exists()


def test_nothing_that_a_program_sent_of_itself_is_kept(messages: list[Message]) -> None:
    Visit(messages[0], "Secretbot/1.0").report("played")
    stored = " ".join(str(row) for row in Event.objects.values())
    assert "named" in stored and "Secretbot" not in stored and "127.0.0.1" not in stored
