"""Duplicates and follow-ups: at once, or behind the page; whole or not at all."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from campaigns.claims import Claim
from campaigns.engine import Cancelled
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress
from campaigns.jobs.queue import cancel, enqueue
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Delivery, Event, Job, Recipient
from campaigns.standing.copies import (
    COPIED_AT_ONCE,
    Audience,
    begin_follow_up,
    duplicate,
    run_job,
    start_duplicate,
    start_follow_up,
)
from campaigns.states import DeliveryState, EventKind, JobState, MoveRefused, move
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


def add_people(campaign: Campaign, count: int) -> None:
    rows = [Recipient(campaign=campaign, row_number=number, name="Zoe") for number in range(10, 10 + count)]
    Recipient.objects.bulk_create(rows)


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


@pytest.mark.parametrize("audience", [None, Audience.EVERYBODY])
def test_many_people_are_copied_behind_the_page(
    watched: Campaign, alice: User, audience: Audience | None
) -> None:
    add_people(watched, COPIED_AT_ONCE)
    if audience is None:
        assert start_duplicate(watched, alice, with_people=True) is None
    else:
        assert start_follow_up(watched, alice, audience) is None
    assert Campaign.objects.count() == 1
    job = Job.objects.get(kind=JobKind.COPY)
    assert work_on_job(job.pk) == JobState.DONE
    made = Campaign.objects.exclude(pk=watched.pk).get()
    assert made.recipients.count() == COPIED_AT_ONCE + 4
    assert Job.objects.get(pk=job.pk).result["next"].endswith(f"/{made.pk}/home/")


def test_a_copy_that_is_cancelled_leaves_nothing(watched: Campaign, alice: User) -> None:
    job = enqueue(JobKind.COPY, campaign=watched, user=alice)
    move(Job.objects.filter(pk=job.pk), JobState.RUNNING, claimed_by="a worker")
    job.refresh_from_db()
    cancel(job)
    with pytest.raises(Cancelled):
        run_job(job, JobProgress(Claim(Job.objects.none())))
    assert Campaign.objects.count() == 1 and Recipient.objects.count() == 4


def test_a_copy_whose_worker_died_at_the_end_is_made_once(watched: Campaign, alice: User) -> None:
    job = enqueue(JobKind.COPY, campaign=watched, user=alice)
    move(Job.objects.filter(pk=job.pk), JobState.RUNNING, claimed_by="the dead one")
    job.refresh_from_db()
    made = run_job(job, JobProgress(Claim(Job.objects.none())))
    move(Job.objects.filter(pk=job.pk), JobState.WAITING, claimed_by="")
    assert work_on_job(job.pk) == JobState.DONE
    assert Campaign.objects.exclude(pk=watched.pk).get().pk == made["campaign"]


def test_one_copy_at_a_time(watched: Campaign, alice: User) -> None:
    add_people(watched, COPIED_AT_ONCE)
    start_duplicate(watched, alice, with_people=True)
    with pytest.raises(MoveRefused, match="being copied already"):
        start_follow_up(watched, alice, Audience.EVERYBODY)
