"""What goes before a campaign's work, and that nobody is there to do it, in words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from campaigns.models import Campaign, Message, Presenter
from campaigns.runs import lifecycle
from campaigns.runs.queue_place import NO_WORKER, SILENT_S, describe_queue, find_silence
from campaigns.runs.sample import start_sample
from campaigns.states import BakeState

pytestmark = pytest.mark.django_db


def test_what_goes_before_is_counted_in_words(campaign: Campaign, alice: User) -> None:
    assert describe_queue(campaign) == ""
    other = Campaign.objects.create(name="Mass", presenter=campaign.presenter, script="Hi {{ first_name }}.")
    other.recipients.create(row_number=2, values={"first_name": "Zoe"}, name="Zoe")
    lifecycle.start(other, alice)
    Presenter.objects.create(name="Waits", bake_state=BakeState.WAITING)
    told = describe_queue(campaign)
    assert told == "Before or beside it: 1 take to prepare, 1 other run, in turns."


def test_a_run_that_nobody_takes_up_is_told_after_some_minutes(campaign: Campaign, alice: User) -> None:
    lifecycle.start(campaign, alice)
    assert find_silence(campaign) == ""
    long_ago = timezone.now() - timedelta(seconds=SILENT_S + 60)
    Campaign.objects.filter(pk=campaign.pk).update(started_at=long_ago)
    campaign.refresh_from_db()
    assert find_silence(campaign) == NO_WORKER
    Message.objects.filter(campaign=campaign).update(heartbeat_at=timezone.now())
    assert find_silence(campaign) == ""


def test_a_sample_that_was_just_asked_for_is_not_told_to_wait_in_vain(
    campaign: Campaign, alice: User
) -> None:
    start_sample(campaign, alice, 1)
    assert find_silence(campaign) == ""
