"""A loop does not count, does not hide a person, and leaves no address behind."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import Settings

from campaigns.models import Campaign, Message, Visitor
from campaigns.visits import clients
from campaigns.visits.clients import OF_CLIENT, Visit, find_key, note_visit, sweep_visitors, visits_many
from tests.campaigns.mail import approve_all


@pytest.fixture
def message(campaign: Campaign, alice: User) -> Message:
    return approve_all(campaign, alice)[0]


def key_of(address: str = "203.0.113.7", agent: str = "A", **headers: str) -> str:
    return find_key(RequestFactory().get("/", REMOTE_ADDR=address, headers={"User-Agent": agent} | headers))


def test_a_loop_of_one_client_counts_as_one_beyond_the_first_and_hides_nobody(message: Message) -> None:
    loop, person = key_of(), key_of(agent="B")
    counted = {note_visit(message, uuid4(), loop).viewing for _ in range(700)}
    assert len(counted) == OF_CLIENT + 1
    mine = uuid4()
    assert note_visit(message, mine, person) == Visit(mine, is_new=True)
    assert note_visit(message, mine, person) == Visit(mine)


def test_a_loop_of_many_clients_counts_as_one_beyond_the_first(
    message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "OF_LINK", 5)
    assert len({note_visit(message, uuid4(), key_of(agent=f"{n}")).viewing for n in range(20)}) == 6


def test_a_key_is_a_clients_own_and_no_address_comes_out_of_it(settings: Settings) -> None:
    assert key_of() == key_of()
    assert len({key_of(), key_of("203.0.113.8"), key_of(agent="B"), key_of("2001:db8::1")}) == 4
    assert key_of("2001:db8::1") == key_of("2001:db8::ffff:1") != key_of("2001:db8:1::1")
    assert key_of(**{"X-Forwarded-For": "198.51.100.1"}) == key_of()
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert key_of(**{"X-Forwarded-For": "9.9.9.9, 198.51.100.1"}) == key_of("198.51.100.1")
    before = key_of()
    settings.SECRET_KEY = "another installation"
    assert key_of() != before


def test_who_opens_many_peoples_links_is_seen(
    campaign: Campaign, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "MANY_LINKS", 3)
    found = []
    for one in campaign.messages.all():
        note_visit(one, uuid4(), key_of())
        found.append(visits_many(key_of()))
    assert found == [False, False, True] and not visits_many(key_of(agent="B"))


def test_visits_are_forgotten_after_an_hour(message: Message) -> None:
    for _ in range(2):
        note_visit(message, uuid4(), key_of())
    old = Visitor.objects.latest("pk")
    Visitor.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(minutes=61))
    assert sweep_visitors() == 1 and Visitor.objects.count() == 1
