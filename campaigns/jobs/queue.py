"""Jobs in the queue: put in, looked at, cancelled. Rows are the queue; tasks only wake workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q
from django_q.tasks import async_task

from campaigns.claims import clock
from campaigns.history import get_through
from campaigns.jobs.kinds import KINDS, JobKind
from campaigns.models import Campaign, Job, Presenter
from campaigns.states import JobState, MoveRefused, move_one

THROUGH = "through"  # an option of every kind: the API token that asked for it
OPEN = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True)
class JobView:
    """A job as a page shows it. ``place`` counts the jobs before it; ``eta_s`` is None: not known yet."""

    id: str
    label: str
    state: JobState
    stage: str
    percent: int
    eta_s: float | None
    place: int
    failure: str
    result: Mapping[str, Any]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def enqueue(
    kind: JobKind,
    *,
    campaign: Campaign | None = None,
    presenter: Presenter | None = None,
    workspace_id: int | None = None,
    user: AbstractBaseUser | None = None,
    options: Mapping[str, Any] | None = None,
    file: str = "",
    file_name: str = "",
) -> Job:
    """Store a job and wake a worker once the transaction is over. ``file`` is the name of a stored file;
    ``workspace_id`` is told where the job belongs to no campaign or presenter."""
    owner = campaign or presenter
    job = Job.objects.create(
        kind=kind,
        workspace_id=owner.workspace_id if owner is not None else workspace_id,
        campaign=campaign,
        presenter=presenter,
        created_by_id=user.pk if user is not None else None,
        options=dict(options or {}) | ({THROUGH: get_through()} if get_through() else {}),
        file=file,
        file_name=file_name[:200],
    )
    transaction.on_commit(lambda: wake(job))
    return job


def wake(job: Job) -> None:
    """One task for this job; a task that comes twice finds nothing to claim."""
    async_task(
        "campaigns.tasks.work_on_job",
        job.pk,
        task_name=f"job {job.pk}",
        timeout=settings.JOB_TIMEOUT_S,  # the queue's own is made for mails
    )


def find_open(campaign: Campaign, *kinds: JobKind) -> Job | None:
    """The newest job of these kinds that is not over; None where there is none."""
    jobs = Job.objects.filter(campaign=campaign, kind__in=kinds, state__in=OPEN)
    return jobs.order_by("-created_at").first()


def find_latest(campaign: Campaign, *kinds: JobKind) -> Job | None:
    """The newest job of these kinds, over or not."""
    return Job.objects.filter(campaign=campaign, kind__in=kinds).order_by("-created_at").first()


def cancel(job: Job) -> None:
    """End a job; its worker notices within a second or two. Raises MoveRefused where it is over already."""
    move_one(job, JobState.CANCELLED, finished_at=clock.now(), claimed_by="", stage="")


def retry(job: Job) -> None:
    """Do a failed job once more. Raises MoveRefused where it did not fail."""
    if job.state != JobState.FAILED:
        raise MoveRefused("Only work that failed can be tried again.")
    move_one(job, JobState.WAITING, failure="", attempts=0, finished_at=None, done=0, total=0)
    transaction.on_commit(lambda: wake(job))


def describe(job: Job) -> JobView:
    """What a page shows of a job."""
    fraction = min(1.0, job.done / job.total) if job.total else 0.0
    return JobView(
        id=str(job.public_id),
        label=KINDS[JobKind(job.kind)].label,
        state=JobState(job.state),
        stage=job.stage,
        percent=100 if job.state == JobState.DONE else int(100 * fraction),
        eta_s=_estimate_s(job, fraction),
        place=_count_before(job),
        failure=job.failure,
        result=job.result,
    )


def _estimate_s(job: Job, fraction: float) -> float | None:
    if job.state != JobState.RUNNING or job.started_at is None or fraction < 0.02:
        return None
    return (clock.now() - job.started_at).total_seconds() * (1 - fraction) / fraction


def _count_before(job: Job) -> int:
    if job.state != JobState.WAITING:
        return 0
    earlier = Q(created_at__lt=job.created_at) | Q(created_at=F("created_at"), state=JobState.RUNNING)
    return Job.objects.filter(earlier, state__in=OPEN).exclude(pk=job.pk).count()
