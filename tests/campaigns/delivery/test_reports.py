"""What a provider tells later, in the order in which it never comes."""

from __future__ import annotations

from itertools import permutations
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User

from campaigns.claims import clock
from campaigns.delivery import journal
from campaigns.delivery.channels.provider_events import Report
from campaigns.delivery.journal import Step
from campaigns.delivery.reports import note_report
from campaigns.delivery.schedule import decide, send_approved
from campaigns.delivery.suppression import is_suppressed
from campaigns.models import Campaign, Delivery, Suppression, Workspace, get_first_workspace
from campaigns.states import DeliveryState, Outcome, move
from tests.campaigns.mail import approve_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery(campaign: Campaign, alice: User) -> Delivery:
    approve_all(campaign, alice)
    send_approved(campaign, alice)
    made = Delivery.objects.get(address="ada@example.org")
    leave(made, DeliveryState.SENT)
    return made


def leave(delivery: Delivery, state: DeliveryState) -> None:
    rows = Delivery.objects.filter(pk=delivery.pk)
    move(rows, DeliveryState.SENDING)
    move(rows, state, sent_at=clock.now() if state == DeliveryState.SENT else None, provider_id="pm-1")
    delivery.refresh_from_db()


def report(outcome: Outcome, delivery: Delivery, *, ends: bool = False, answer: str = "") -> Report:
    return Report(outcome, delivery.link_id, "", answer, ends)


def test_in_any_order_and_any_number_what_weighs_most_stays(delivery: Delivery) -> None:
    told = (Outcome.DEFERRED, Outcome.DELIVERED, Outcome.BOUNCED, Outcome.COMPLAINED)
    for order in permutations(told):
        move(Delivery.objects.filter(pk=delivery.pk), Outcome.UNHEARD)
        for outcome in (*order, *order):
            note_report(report(outcome, delivery))
        delivery.refresh_from_db()
        assert (delivery.state, delivery.outcome) == (DeliveryState.SENT, Outcome.COMPLAINED)
    assert not note_report(report(Outcome.COMPLAINED, delivery))


def test_the_reason_of_what_came_back_is_kept(delivery: Delivery) -> None:
    assert note_report(report(Outcome.BOUNCED, delivery, answer="550 5.2.2 The mailbox is full"))
    delivery.refresh_from_db()
    assert delivery.reason == "It came back: 550 5.2.2 The mailbox is full"
    assert not Suppression.objects.exists()


def test_what_ends_an_address_ends_it_in_its_workspace_alone_and_once(delivery: Delivery) -> None:
    other = Workspace.objects.create(name="Other")
    for _ in range(2):
        note_report(report(Outcome.COMPLAINED, delivery, ends=True))
    assert Suppression.objects.count() == 1
    assert is_suppressed("ada@example.org", get_first_workspace())
    assert not is_suppressed("ada@example.org", other.pk)


def test_the_providers_own_id_finds_the_mail_too(delivery: Delivery) -> None:
    assert note_report(Report(Outcome.DELIVERED, None, "pm-1", "", False))
    delivery.refresh_from_db()
    assert delivery.outcome == Outcome.DELIVERED


@pytest.mark.parametrize(("link_id", "provider_id"), [(uuid4(), "pm-1"), (None, ""), (None, "pm-2\0\ud800")])
def test_an_id_that_nobody_gave_out_changes_nothing(
    delivery: Delivery, link_id: UUID | None, provider_id: str
) -> None:
    assert not note_report(Report(Outcome.COMPLAINED, link_id, provider_id, "", True))
    assert not Suppression.objects.exists()
    assert not Delivery.objects.exclude(outcome=Outcome.UNHEARD).exists()


def test_an_event_of_an_unknown_delivery_says_that_it_left(campaign: Campaign, alice: User) -> None:
    approve_all(campaign, alice)
    send_approved(campaign, alice)
    delivery = Delivery.objects.get(address="ada@example.org")
    leave(delivery, DeliveryState.UNKNOWN)
    note_report(report(Outcome.REFUSED, delivery))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.outcome) == (DeliveryState.UNKNOWN, Outcome.REFUSED)
    decide(delivery, was_sent=False, user=alice)
    delivery.refresh_from_db()
    assert (delivery.outcome, delivery.provider_id) == (Outcome.UNHEARD, "")
    leave(delivery, DeliveryState.UNKNOWN)
    note_report(report(Outcome.DELIVERED, delivery))
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT and delivery.sent_at is not None
    known = journal.find(delivery)
    assert known is not None and known.step is Step.SENT


def test_a_complaint_about_a_deleted_campaign_still_counts(delivery: Delivery) -> None:
    assert delivery.campaign is not None
    Delivery.objects.filter(pk=delivery.pk).update(campaign=None, message=None)
    note_report(report(Outcome.COMPLAINED, delivery, ends=True))
    assert is_suppressed("ada@example.org", get_first_workspace())
