"""Counts of campaigns: the same as looking at every row, and as cheap for many campaigns as for one."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns.benchmark.web_data import fill_workspace
from campaigns.counts import Counts, compute_counts, compute_counts_of, select_approved
from campaigns.models import Campaign
from tests import people

pytestmark = pytest.mark.django_db


def test_they_are_what_the_rows_say() -> None:
    campaign = fill_workspace(300, 0).campaign
    rows, messages = list(campaign.recipients.all()), list(campaign.messages.all())
    ready = [message for message in messages if message.render_state == "ready"]
    approved = [message for message in ready if message.is_approved]
    rejected = [message for message in ready if message.review_state == "rejected"]
    assert compute_counts(campaign) == Counts(
        valid=sum(row.verdict == "valid" for row in rows),
        rejected=sum(row.verdict == "rejected" for row in rows),
        ready=len(ready),
        failed=sum(message.render_state == "failed" for message in messages),
        approved=len(approved),
        to_review=len(ready) - len(approved) - len(rejected),
        sent=campaign.deliveries.filter(state="sent").count(),
    )
    assert approved and rejected and len(approved) < len(ready)
    assert set(select_approved(campaign.messages.all())) == set(approved)


def test_an_approval_of_other_content_is_none(campaign: Campaign) -> None:
    message = people.ready_message(
        campaign.recipients.get(name="Ada"), review_state="approved", approved_hash="b" * 64
    )
    assert (compute_counts(campaign).approved, compute_counts(campaign).to_review) == (0, 1)
    message.approved_hash = message.content_hash
    message.save()
    assert (compute_counts(campaign).approved, compute_counts(campaign).to_review) == (1, 0)


def test_removed_people_do_not_count(campaign: Campaign) -> None:
    campaign.recipients.filter(name="Ada").update(removed_at="2026-01-01T00:00Z")
    assert compute_counts(campaign).valid == 2


def test_a_campaign_without_rows_has_zeros(campaign: Campaign) -> None:
    campaign.recipients.all().delete()
    assert compute_counts(campaign) == Counts(0, 0, 0, 0, 0, 0, 0)


def test_many_campaigns_take_as_many_queries_as_one(django_assert_num_queries: Any) -> None:
    fill_workspace(50, 0)
    campaigns = list(Campaign.objects.all())
    with django_assert_num_queries(4):
        counts = compute_counts_of(campaigns)
    assert {campaign.pk: compute_counts(campaign) for campaign in campaigns} == counts
