"""The place of a sample, a run and a take in the queue, when each begins, and that nobody is at work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign, Message, Presenter, Recipient
from campaigns.runs import lifecycle
from campaigns.runs.queue_place import (
    NO_WORKER,
    SILENT_S,
    QueuePlace,
    find_bake_place,
    find_bake_silence,
    find_run_place,
    find_sample_place,
    find_silence,
)
from campaigns.runs.sample import start_sample
from campaigns.states import BakeState, CampaignState, RenderState

pytestmark = pytest.mark.django_db

VIDEO_S, BAKE_S = 30.0, 240.0


@pytest.fixture
def measured(presenter: Presenter, alice: User) -> None:
    """Here a video lasted 30 s and a take 4 minutes."""
    earlier = Campaign.objects.create(name="Earlier", presenter=presenter)
    row = Recipient.objects.create(campaign=earlier, row_number=2, name="Zoe")
    Message.objects.create(
        campaign=earlier,
        recipient=row,
        render_state=RenderState.READY,
        work_seconds=VIDEO_S,
        ready_at=timezone.now(),
    )
    presenter.facts["work_s"] = BAKE_S
    presenter.save(update_fields=["facts"])


def create_waiting_take(name: str) -> Presenter:
    made = Presenter(name=name, consent_at=timezone.now(), asked_at=timezone.now())
    made.take.save("take.mp4", ContentFile(b"not a video"))
    return made


def start_other_run(campaign: Campaign, alice: User) -> Campaign:
    other = Campaign.objects.create(name="Mass", presenter=campaign.presenter, script="Hi {{ first_name }}.")
    Recipient.objects.create(campaign=other, row_number=2, values={"first_name": "Zoe"}, name="Zoe")
    lifecycle.start(other, alice)
    return other


def tell(place: QueuePlace | None) -> str:
    assert place is not None
    return place.sentence


@pytest.mark.usefixtures("measured")
def test_each_kind_of_work_is_told_its_place_and_when_it_begins(campaign: Campaign, alice: User) -> None:
    other = start_other_run(campaign, alice)
    take, later = create_waiting_take("Waits"), create_waiting_take("Waits too")
    start_sample(campaign, alice, 2)
    assert tell(find_sample_place(campaign)) == "Next in the queue. Begins as soon as a worker is free."
    assert tell(find_bake_place(take)) == (
        "Place 3 in the queue, after 2 videos that somebody waits for. Begins in about 1 minute."
    )
    assert tell(find_bake_place(later)).endswith("Begins in about 5 minutes.")
    assert tell(find_run_place(other)) == (
        "Place 5 in the queue, after 2 videos that somebody waits for, 2 takes to prepare. "
        "Begins in about 9 minutes."
    )


@pytest.mark.usefixtures("measured")
def test_what_workers_hold_now_counts_with_what_is_left_of_it(campaign: Campaign, alice: User) -> None:
    other = start_other_run(campaign, alice)
    held = lifecycle.claim_next("machine:1:a")
    assert held is not None and find_run_place(other) is None
    lifecycle.start(campaign, alice)
    place = find_run_place(campaign)
    assert place is not None and place.number == 1 and place.begins_s == VIDEO_S
    Message.objects.filter(pk=held.pk).update(done=90, total=100)
    place = find_run_place(campaign)
    assert place is not None and place.begins_s == pytest.approx(VIDEO_S / 10)


@pytest.mark.usefixtures("measured")
def test_work_whose_take_is_being_prepared_begins_after_that(campaign: Campaign, alice: User) -> None:
    assert campaign.presenter is not None
    begun = timezone.now() - timedelta(seconds=60)
    Presenter.objects.create(
        name="Measured", bake_state=BakeState.READY, facts={"work_s": BAKE_S}, started_at=begun
    )
    Presenter.objects.filter(pk=campaign.presenter.pk).update(
        bake_state=BakeState.BAKING,
        bake="",
        claimed_by="machine:1:a",
        started_at=begun,
        heartbeat_at=timezone.now(),
    )
    campaign.refresh_from_db()
    lifecycle.start(campaign, alice)
    place = find_run_place(campaign)
    assert place is not None and place.begins_s is not None
    assert BAKE_S - 120 < place.begins_s <= BAKE_S - 60


def test_nothing_is_foretold_before_anything_was_made_here(campaign: Campaign, alice: User) -> None:
    take = create_waiting_take("Waits")
    start_sample(campaign, alice, 1)
    assert tell(find_bake_place(take)) == (
        "Place 2 in the queue, after 1 video that somebody waits for. "
        "When it begins is unknown until the first video is made here."
    )


def test_the_last_step_of_the_very_first_video_foretells_no_nonsense(campaign: Campaign, alice: User) -> None:
    start_other_run(campaign, alice)
    held = lifecycle.claim_next("machine:1:a")
    assert held is not None
    Message.objects.filter(pk=held.pk).update(done=100, total=100)
    start_sample(campaign, alice, 1)
    take = create_waiting_take("Waits")
    assert tell(find_bake_place(take)).endswith("unknown until the first video is made here.")


def test_the_pages_and_the_progress_say_it_live(campaign: Campaign, alice: User, client: Client) -> None:
    client.force_login(alice)
    take = create_waiting_take("Waits")
    start_sample(campaign, alice, 2)
    page = client.get(reverse("admin:campaigns_campaign_run", args=[campaign.pk])).content.decode()
    assert "Next in the queue. Begins as soon as a worker is free." in page
    progress = client.get(reverse("admin:campaigns_campaign_progress", args=[campaign.pk])).json()
    assert progress["sample"]["queue"]["place"] == 1 and progress["sample"]["open"]
    assert [video["words"] for video in progress["sample"]["videos"]] == ["waiting", "waiting"]
    baking = client.get(reverse("admin:campaigns_presenter_progress", args=[take.pk])).json()
    assert (baking["queue"]["place"], baking["queue"]["begins_s"]) == (3, None)
    page = client.get(reverse("admin:campaigns_presenter_change", args=[take.pk])).content.decode()
    assert "Place 3 in the queue, after 2 videos that somebody waits for." in page


def test_a_run_that_nobody_takes_up_is_told_after_some_minutes(campaign: Campaign, alice: User) -> None:
    lifecycle.start(campaign, alice)
    assert find_silence(campaign) == ""
    long_ago = timezone.now() - timedelta(seconds=SILENT_S + 60)
    Campaign.objects.filter(pk=campaign.pk).update(started_at=long_ago)
    campaign.refresh_from_db()
    assert find_silence(campaign) == NO_WORKER
    Message.objects.filter(campaign=campaign).update(heartbeat_at=timezone.now())
    assert find_silence(campaign) == ""


def test_a_take_that_nobody_takes_up_is_told_too(campaign: Campaign) -> None:
    take = create_waiting_take("Waits")
    assert find_bake_silence(take) == ""
    take.asked_at = timezone.now() - timedelta(seconds=SILENT_S + 60)
    assert find_bake_silence(take) == NO_WORKER


def test_a_sample_that_was_just_asked_for_is_not_told_to_wait_in_vain(
    campaign: Campaign, alice: User
) -> None:
    start_sample(campaign, alice, 1)
    assert find_silence(campaign) == ""
    assert campaign.state == CampaignState.DRAFT
