"""The archive: nothing runs or leaves there, and the way back."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from campaigns.delivery.schedule import send_approved
from campaigns.models import Campaign, Delivery
from campaigns.runs import lifecycle
from campaigns.standing.archive import archive, restore
from campaigns.states import CampaignState, MoveRefused


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
