"""The workspace of the benchmark holds what a real one holds."""

from __future__ import annotations

import pytest

from campaigns.benchmark.web_data import (
    SMALL_CAMPAIGNS,
    fill_workspace,
    find_largest_workspace,
    find_workspace,
)
from campaigns.models import Campaign, Event, Viewing
from campaigns.tracking import summarize_viewing

pytestmark = pytest.mark.django_db


def test_every_state_is_there_and_every_event_is_counted() -> None:
    place = fill_workspace(400, 4000)
    campaign = place.campaign
    assert campaign.recipients.count() == 400
    assert {row.verdict for row in campaign.recipients.all()} == {"valid", "rejected"}
    assert {message.render_state for message in campaign.messages.all()} == {"ready", "failed"}
    assert {message.review_state for message in campaign.messages.all()} == {
        "pending", "approved", "rejected",
    }  # fmt: skip
    assert {one.state for one in campaign.deliveries.all()} == {"sent", "failed", "unknown"}
    assert 3500 < Event.objects.count() < 4500
    assert sum(Viewing.objects.values_list("plays", flat=True)) == summarize_viewing(campaign).plays > 0
    assert summarize_viewing(campaign).plays == Event.objects.filter(kind="played").count()
    assert Campaign.objects.count() == SMALL_CAMPAIGNS + 1


def test_it_is_found_again_by_its_size() -> None:
    assert find_largest_workspace() is None
    place = fill_workspace(60, 0)
    assert find_largest_workspace() == place
    assert find_workspace(60) == place
    assert find_workspace(61) is None
