"""A campaign stops by itself where too many mails come back or are marked as spam."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.claims import clock
from campaigns.delivery.channels.provider_events import Report
from campaigns.delivery.rates import OutcomeCounts, count_outcomes
from campaigns.delivery.reports import note_report
from campaigns.delivery.schedule import send_approved
from campaigns.models import Campaign, Delivery
from campaigns.standing.attention import find_concerns
from campaigns.states import DeliveryState, Outcome
from tests.campaigns.mail import approve_all

pytestmark = pytest.mark.django_db


def post(campaign: Campaign, number: int) -> list[Delivery]:
    made = Delivery.objects.bulk_create(
        Delivery(campaign=campaign, address=f"p{one}@example.org", provider_id=f"{campaign.pk}-{one}")
        for one in range(number)
    )
    rows = Delivery.objects.filter(pk__in=[one.pk for one in made])
    rows.update(**{"state": DeliveryState.SENT, "sent_at": clock.now()})
    return made


def tell(outcome: Outcome, deliveries: list[Delivery]) -> None:
    for delivery in deliveries:
        note_report(Report(outcome, None, delivery.provider_id, "", False))


def paused(campaign: Campaign) -> str:
    campaign.refresh_from_db()
    return campaign.sending_paused


def test_of_fewer_than_fifty_nothing_follows(campaign: Campaign) -> None:
    tell(Outcome.BOUNCED, post(campaign, 49))
    assert paused(campaign) == ""


def test_more_than_one_in_twenty_back_pauses(campaign: Campaign, alice: User, client: Client) -> None:
    mails = post(campaign, 60)
    tell(Outcome.DEFERRED, mails)
    tell(Outcome.BOUNCED, mails[:2])
    tell(Outcome.REFUSED, mails[2:3])
    assert paused(campaign) == ""  # three of sixty are five in a hundred
    tell(Outcome.BOUNCED, mails[3:4])
    assert "4 of 60 mails came back (6.7%; above 5.0%" in paused(campaign)
    assert "came back" in next(iter(find_concerns(campaign, 0))).sentence
    client.force_login(alice)
    page = client.get(reverse("admin:campaigns_campaign_send", args=[campaign.pk])).content.decode()
    assert "Sending stopped: 4 of 60 mails came back" in page
    assert "<b>4</b><span>came back</span>" in page
    assert count_outcomes(campaign) == OutcomeCounts(back=4, complained=0, unsubscribed=0)


def test_one_complaint_of_three_hundred_pauses_and_of_four_hundred_does_not(campaign: Campaign) -> None:
    mails = post(campaign, 400)
    tell(Outcome.COMPLAINED, mails[:1])
    assert paused(campaign) == ""
    tell(Outcome.COMPLAINED, mails[1:2])
    assert "2 of 400 mails were marked as spam (0.5%; above 0.3%" in paused(campaign)


def test_who_goes_on_after_a_pause_is_measured_anew(campaign: Campaign, alice: User) -> None:
    approve_all(campaign, alice)
    mails = post(campaign, 60)
    tell(Outcome.BOUNCED, mails[:4])
    assert paused(campaign)
    send_approved(campaign, alice)
    tell(Outcome.BOUNCED, mails[4:10])  # of before
    assert paused(campaign) == ""
    later = post_more(campaign)
    tell(Outcome.BOUNCED, later[:2])
    assert paused(campaign) == ""
    tell(Outcome.BOUNCED, later[2:3])
    assert "3 of 50 mails came back" in paused(campaign)


def post_more(campaign: Campaign) -> list[Delivery]:
    made = post(campaign, 50)
    for delivery in made:
        delivery.provider_id = f"later-{delivery.pk}"
    Delivery.objects.bulk_update(made, ["provider_id"])
    return made
