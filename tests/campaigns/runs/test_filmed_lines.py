from __future__ import annotations

import pytest
from django.core.files import File

from campaigns.models import Campaign, Message
from campaigns.runs.filmed_lines import load_or_find_filmed_lines
from campaigns.storage.files import get_local_path
from tests.takes import DEMO_TAKE

BUILT = "We would love to show you what we have built."
LINES = (
    [
        {"id": "0.0", "text": "Hi Ada."},
        {"id": "1.0", "text": BUILT},
    ],
    [
        {"id": "0.0", "text": "Hi José."},
        {"id": "1.0", "text": BUILT},
    ],
)


@pytest.fixture
def queued(campaign: Campaign) -> Campaign:
    assert campaign.presenter is not None
    with DEMO_TAKE.open("rb") as take:
        campaign.presenter.take.save("take.mp4", File(take))
    for recipient, lines in zip(campaign.recipients.order_by("row_number"), LINES, strict=False):
        Message.objects.create(campaign=campaign, recipient=recipient, lines=lines)
    return campaign


def find(campaign: Campaign) -> list[str]:
    assert campaign.presenter is not None
    found = load_or_find_filmed_lines(campaign, get_local_path(campaign.presenter.take))
    return [line.text for line in found]


def test_lines_that_the_take_says_are_found_once_and_kept(queued: Campaign) -> None:
    assert find(queued) == [BUILT]
    queued.refresh_from_db()
    assert queued.filmed_lines is not None
    queued.filmed_lines[0]["text"] = "Kept."
    queued.save()
    assert find(queued) == ["Kept."]


def test_a_campaign_that_does_not_want_them_has_none(queued: Campaign) -> None:
    queued.use_filmed_lines = False
    queued.save()
    assert find(queued) == []
