"""The hard rows first: made before all other work, and the others wait for a person's yes."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.history import Verb
from campaigns.models import Campaign, Message, Recipient
from campaigns.runs import lifecycle
from campaigns.runs.sample import (
    NO_SAMPLE,
    NOT_MADE,
    SMALL_ROWS,
    cancel_sample,
    confirm_sample,
    find_sample,
    start_sample,
)
from campaigns.states import CampaignState, MoveRefused, RenderState, move
from campaigns.views.run import NO_SAMPLE_YET

pytestmark = pytest.mark.django_db


@pytest.fixture
def large(campaign: Campaign) -> Campaign:
    """With more people than a small campaign has, one of them with a very long city."""
    for number in range(10, 10 + SMALL_ROWS):
        city = "Llanfairpwllgwyngyll by the sea" if number == 12 else "Rome"
        values = {"first_name": f"Person{number}", "email": f"p{number}@example.org", "city": city}
        Recipient.objects.create(
            campaign=campaign,
            row_number=number,
            values=values,
            name=values["first_name"],
            key=values["email"],
        )
    return campaign


def finish(messages: list[Message]) -> None:
    for message in messages:
        row = Message.objects.filter(pk=message.pk)
        move(row, RenderState.RENDERING)
        move(row, RenderState.READY, video="v.mp4", content_hash="a" * 64, urgency=0)


def test_the_hard_rows_are_queued_with_their_reasons_and_no_other_row(large: Campaign, alice: User) -> None:
    assert start_sample(large, alice, 3) == 3
    sample = find_sample(large)
    assert large.messages.count() == 3 and large.state == CampaignState.DRAFT
    assert all(one.sample_reason and one.urgency for one in sample.messages)
    assert "Person12" in {one.recipient.name for one in sample.messages}
    assert sample.is_open and sample.needed and not sample.can_be_confirmed
    assert large.history.get().verb == Verb.SAMPLE_STARTED


def test_workers_take_the_sample_before_a_run_that_began_earlier(
    large: Campaign, alice: User, campaign: Campaign
) -> None:
    other = Campaign.objects.create(name="Mass", presenter=large.presenter, script="Hello {{ first_name }}.")
    row = Recipient.objects.create(campaign=other, row_number=2, values={"first_name": "Zoe"}, name="Zoe")
    lifecycle.start(other, alice)
    start_sample(large, alice, 1)
    first, second = lifecycle.claim_next(), lifecycle.claim_next()
    assert first is not None and first.is_sample
    assert second is not None and second.recipient == row


def test_samples_are_made_in_the_order_in_which_they_were_asked_for(large: Campaign, alice: User) -> None:
    other = Campaign.objects.create(name="Later", presenter=large.presenter, script="Hi {{ first_name }}.")
    Recipient.objects.create(campaign=other, row_number=2, values={"first_name": "Zoe"}, name="Zoe")
    start_sample(large, alice, 2)
    cancel_sample(large)
    start_sample(other, alice, 1)
    start_sample(large, alice, 1)
    taken = [lifecycle.claim_next() for _ in range(2)]
    assert [one.campaign for one in taken if one] == [other, large]


def test_runs_take_turns(campaign: Campaign, alice: User) -> None:
    other = Campaign.objects.create(
        name="Second", presenter=campaign.presenter, script="Hi {{ first_name }}."
    )
    for number in (2, 3):
        values = {"first_name": f"Zoe{number}"}
        Recipient.objects.create(campaign=other, row_number=number, values=values, name=values["first_name"])
    lifecycle.start(campaign, alice)
    lifecycle.start(other, alice)
    taken = [lifecycle.claim_next() for _ in range(4)]
    assert [one.campaign_id for one in taken if one] == [campaign.pk, other.pk] * 2


def test_the_others_wait_for_a_yes_to_what_was_made(large: Campaign, alice: User) -> None:
    with pytest.raises(MoveRefused, match=NO_SAMPLE):
        confirm_sample(large, alice)
    start_sample(large, alice, 2)
    with pytest.raises(MoveRefused, match=NOT_MADE):
        confirm_sample(large, alice)
    finish(list(find_sample(large).messages))
    confirm_sample(large, alice)
    sample = find_sample(large)
    assert not sample.needed and large.sample_confirmed_at is not None
    lifecycle.start(large, alice)
    assert large.messages.filter(render_state=RenderState.QUEUED).count() == large.messages.count() - 2


def test_a_yes_to_another_script_is_kept_and_told(large: Campaign, alice: User) -> None:
    start_sample(large, alice, 1)
    finish(list(find_sample(large).messages))
    confirm_sample(large, alice)
    assert not find_sample(large).outdated
    large.script = "Good morning, {{ first_name }}."
    large.save(update_fields=["script"])
    assert find_sample(large).outdated and not find_sample(large).needed


def test_a_sample_can_be_stopped_and_made_anew(large: Campaign, alice: User) -> None:
    start_sample(large, alice, 3)
    assert cancel_sample(large) == 3
    assert lifecycle.claim_next() is None
    assert start_sample(large, alice, 2) == 2
    assert lifecycle.claim_next() is not None


def test_a_small_campaign_needs_no_sample(campaign: Campaign) -> None:
    assert not find_sample(campaign).needed


def test_the_page_asks_for_a_sample_before_it_starts(large: Campaign, alice: User, client: Client) -> None:
    client.force_login(alice)
    where = reverse("admin:campaigns_campaign_run", args=[large.pk])
    assert NO_SAMPLE_YET in client.post(where, {"action": "start"}, follow=True).content.decode()
    page = client.post(where, {"action": "sample"}, follow=True).content.decode()
    assert "Making a sample of 5." in page and "an unusual name" in page
    finish(list(find_sample(large).messages))
    assert "Looks right: make all" in client.get(where).content.decode()
    client.post(where, {"action": "confirm"})
    large.refresh_from_db()
    assert large.state == CampaignState.RENDERING


def test_who_wants_to_may_start_without_one(large: Campaign, alice: User, client: Client) -> None:
    client.force_login(alice)
    where = reverse("admin:campaigns_campaign_run", args=[large.pk])
    client.post(where, {"action": "start", "without_sample": "1"})
    large.refresh_from_db()
    assert large.state == CampaignState.RENDERING
