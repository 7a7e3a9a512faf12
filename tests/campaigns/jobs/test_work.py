from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import cancel, describe, enqueue, find_open, retry
from campaigns.jobs.work import ATTEMPTS_MAX, KILLED, sweep_stalled_jobs, work_on_job
from campaigns.models import Campaign, Job
from campaigns.states import JobState, MoveRefused, move

pytestmark = pytest.mark.django_db(transaction=True)  # heartbeats look from a connection of their own


def test_a_job_is_done_once_and_keeps_what_came_of_it(campaign: Campaign) -> None:
    campaign.script = "Hi {{ company }}."
    campaign.save(update_fields=["script"])
    job = enqueue(JobKind.REVALIDATE, campaign=campaign)
    assert find_open(campaign, JobKind.REVALIDATE) == job
    assert work_on_job(job.pk) == JobState.DONE
    job.refresh_from_db()
    assert (job.attempts, set(job.result)) == (1, {"changed", "rejected", "accepted", "outdated"})
    assert work_on_job(job.pk) == JobState.DONE
    job.refresh_from_db()
    assert job.attempts == 1


def test_a_cancelled_job_is_not_begun_and_a_finished_one_is_not_cancelled(campaign: Campaign) -> None:
    job = enqueue(JobKind.REVALIDATE, campaign=campaign)
    cancel(job)
    assert work_on_job(job.pk) == JobState.CANCELLED
    with pytest.raises(MoveRefused):
        cancel(job)


def test_a_job_says_how_many_wait_before_it(campaign: Campaign) -> None:
    first = enqueue(JobKind.REVALIDATE, campaign=campaign)
    second = enqueue(JobKind.REVALIDATE, campaign=campaign)
    assert (describe(first).place, describe(second).place) == (0, 1)
    assert describe(second).label == "checking all rows"


def test_a_job_whose_worker_died_waits_again_and_is_put_aside_the_third_time(campaign: Campaign) -> None:
    job = enqueue(JobKind.REVALIDATE, campaign=campaign)
    long_ago = timezone.now() - timedelta(hours=1)
    row = Job.objects.filter(pk=job.pk)
    for attempt in range(1, ATTEMPTS_MAX + 1):
        move(row, JobState.RUNNING, claimed_by="dead", heartbeat_at=long_ago, attempts=attempt)
        assert sweep_stalled_jobs() == 1
        job.refresh_from_db()
        assert job.state == (JobState.WAITING if attempt < ATTEMPTS_MAX else JobState.FAILED)
    assert job.failure == KILLED
    retry(job)
    assert work_on_job(job.pk) == JobState.DONE
