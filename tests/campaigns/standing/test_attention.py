"""What needs attention, with its remedy."""

from __future__ import annotations

from django.utils import timezone

from campaigns.models import Campaign, Delivery, Message, Presenter, Recipient
from campaigns.standing.attention import Concern, find_concerns
from campaigns.states import DeliveryState, RenderState
from campaigns.views.page import compute_counts
from tests import people


def concerns(campaign: Campaign) -> list[Concern]:
    return find_concerns(campaign, compute_counts(campaign).rejected)


def sentences(campaign: Campaign) -> list[str]:
    return [one.sentence for one in concerns(Campaign.objects.get(pk=campaign.pk))]


def test_rows_that_get_no_video_are_named(campaign: Campaign) -> None:
    (only,) = concerns(campaign)
    assert only.sentence.startswith("1 person needs attention")
    assert (only.step, only.query) == ("recipients", "?verdict=rejected")


def test_failures_are_grouped_by_their_reason_and_come_first(campaign: Campaign) -> None:
    for name, reason in (("Ada", "no face"), ("José", "no face"), ("O'Neil", "too long")):
        row = campaign.recipients.get(name=name)
        Message.objects.create(
            campaign=campaign, recipient=row, render_state=RenderState.FAILED, failure=reason
        )
    first = concerns(campaign)[0]
    assert first.sentence == "3 videos could not be made"
    assert first.details == ("2 × no face", "1 × too long") and first.bad


def test_whatever_stops_a_campaign_is_said(campaign: Campaign) -> None:
    row = campaign.recipients.get(name="Ada")
    people.ready_message(row, flags=["the lips are late"])
    for state in (DeliveryState.FAILED, DeliveryState.UNKNOWN):
        Delivery.objects.create(campaign=campaign, address="a@example.org", content_hash="", state=state)
    Campaign.objects.filter(pk=campaign.pk).update(sending_paused="The server is away.")
    Presenter.objects.update(consent_revoked_at=timezone.now())
    said = " | ".join(sentences(campaign))
    for part in ("The server is away", "withdrawn the consent", "1 mail could not be sent",
                 "whether 1 mail left", "1 video to look at closely"):  # fmt: skip
        assert part in said


def test_who_was_removed_needs_no_attention(campaign: Campaign) -> None:
    Recipient.objects.filter(name="Nobody").update(removed_at=timezone.now())
    assert sentences(campaign) == []
