"""Duplicates, follow-ups, and the archive."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from campaigns.delivery.schedule import send_approved
from campaigns.models import Campaign, Delivery, Event, Recipient
from campaigns.runs import lifecycle
from campaigns.standing.copies import Audience, archive, begin_follow_up, duplicate, restore
from campaigns.states import CampaignState, DeliveryState, EventKind, MoveRefused
from tests import people


@pytest.fixture
def watched(campaign: Campaign) -> Campaign:
    """Sent to all three: Ada watched to the end, José half of it, O'Neil did not open it."""
    for row in campaign.recipients.filter(verdict="valid"):
        message = people.ready_message(row)
        Delivery.objects.create(
            message=message, campaign=campaign, address=row.email, content_hash="a" * 64,
            state=DeliveryState.SENT, sent_at=timezone.now(),
        )  # fmt: skip
        kinds = {"Ada": ["page_viewed", "played", "ended"], "José": ["page_viewed", "played"]}
        for kind in kinds.get(row.name, []):
            Event.objects.create(message=message, kind=kind)
        if row.name == "José":
            Event.objects.create(message=message, kind=EventKind.PROGRESS, seconds=2.0)
    return campaign


def names(campaign: Campaign) -> list[str]:
    return list(campaign.recipients.values_list("name", flat=True))


def test_a_duplicate_has_the_words_and_settings_and_no_history(watched: Campaign, alice: User) -> None:
    made = duplicate(watched, alice, with_people=False)
    assert (made.name, made.script, made.presenter) == ("Spring (copy)", watched.script, watched.presenter)
    assert made.workspace == watched.workspace and made.public_id != watched.public_id
    assert not made.recipients.exists() and not made.messages.exists()


def test_a_duplicate_may_take_its_people_with_it(watched: Campaign, alice: User) -> None:
    Recipient.objects.filter(name="José").update(removed_at=timezone.now())
    made = duplicate(watched, alice, with_people=True)
    assert names(made) == ["Ada", "O'Neil", "Nobody"]  # who was removed stays away
    assert made.columns == watched.columns
    assert made.recipients.get(name="Nobody").problems == watched.recipients.get(name="Nobody").problems
    assert not made.messages.exists() and not made.deliveries.exists()


@pytest.mark.parametrize(
    ("audience", "who"),
    [
        (Audience.NOT_OPENED, ["O'Neil"]),
        (Audience.NOT_PLAYED, ["O'Neil"]),
        (Audience.NOT_FINISHED, ["José", "O'Neil"]),
        (Audience.EVERYBODY, ["Ada", "José", "O'Neil", "Nobody"]),
    ],
)
def test_a_follow_up_is_for_those_who_were_meant(
    watched: Campaign, alice: User, audience: Audience, who: list[str]
) -> None:
    made = begin_follow_up(watched, alice, audience)
    assert names(made) == who and made.follow_up_of == watched


def test_a_follow_up_knows_what_came_of_the_earlier_one(watched: Campaign, alice: User) -> None:
    made = begin_follow_up(watched, alice, Audience.NOT_FINISHED)
    assert made.columns[-4:] == ["previous_sent", "previous_opened", "previous_played", "previous_watched"]
    values = made.recipients.get(name="José").values
    assert (values["previous_opened"], values["previous_watched"], values["city"]) == ("yes", "50", "")
    assert made.recipients.get(name="O'Neil").values["previous_opened"] == "no"


def test_a_follow_up_of_nobody_is_refused_and_leaves_nothing(campaign: Campaign, alice: User) -> None:
    with pytest.raises(MoveRefused, match="Nobody is left"):
        begin_follow_up(campaign, alice, Audience.NOT_OPENED)
    assert Campaign.objects.count() == 1


def test_nothing_runs_or_leaves_in_the_archive(campaign: Campaign, alice: User) -> None:
    archive(campaign, alice)
    assert campaign.archived_at is not None
    with pytest.raises(MoveRefused, match="in the archive"):
        lifecycle.start(campaign, alice)
    with pytest.raises(MoveRefused, match="in the archive"):
        send_approved(campaign, alice)
    restore(campaign, alice)
    assert campaign.archived_at is None
    verbs = list(campaign.history.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["archived the campaign", "took the campaign out of the archive"]


def test_a_campaign_at_work_is_not_archived(campaign: Campaign, alice: User) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.RENDERING)
    with pytest.raises(MoveRefused, match="Cancel it first"):
        archive(campaign, alice)
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.RENDERED)
    Delivery.objects.create(campaign=campaign, address="a@example.org", content_hash="")
    with pytest.raises(MoveRefused, match="on their way"):
        archive(campaign, alice)
