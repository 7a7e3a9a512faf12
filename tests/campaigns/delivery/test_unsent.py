"""What has not left: counted by the database as it would be counted row by row."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User

from campaigns.benchmark.web_data import fill_workspace
from campaigns.delivery import unsent
from campaigns.delivery.channels.registry import find_channel
from campaigns.delivery.schedule import send_approved
from campaigns.delivery.unsent import count_unsent
from campaigns.models import Campaign
from tests.campaigns.mail import approve_all

pytestmark = pytest.mark.django_db
ROW_BY_ROW = replace(find_channel(), address_field="")


@pytest.mark.parametrize("many", [0, 5000])
def test_both_ways_count_the_same(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unsent, "MANY", many)
    campaign = fill_workspace(300, 0).campaign
    campaign.recipients.filter(row_number__in=[8, 9, 10, 28, 29]).update(email="")
    campaign.recipients.filter(row_number=48).update(email="  PERSON47@example.org ")
    count = count_unsent(campaign, find_channel())
    assert count == count_unsent(campaign, ROW_BY_ROW) > 50


def test_nothing_is_left_after_sending(campaign: Campaign, alice: User) -> None:
    approve_all(campaign, alice)
    assert count_unsent(campaign, find_channel()) == 3
    send_approved(campaign, alice)
    assert count_unsent(campaign, find_channel()) == 0


def test_who_was_removed_gets_nothing(campaign: Campaign, alice: User) -> None:
    approve_all(campaign, alice)
    campaign.recipients.filter(name="Ada").update(removed_at="2026-01-01T00:00Z")
    assert count_unsent(campaign, find_channel()) == count_unsent(campaign, ROW_BY_ROW) == 2
    assert send_approved(campaign, alice).scheduled == 2


def test_an_address_that_a_replaced_row_had_is_not_counted(campaign: Campaign, alice: User) -> None:
    approve_all(campaign, alice)
    send_approved(campaign, alice)
    campaign.deliveries.update(state="sent")
    campaign.deliveries.filter(address="ada@example.org").update(message=None, address="ADA@example.org")
    assert count_unsent(campaign, find_channel()) == count_unsent(campaign, ROW_BY_ROW) == 0
