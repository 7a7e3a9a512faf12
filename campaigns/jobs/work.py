"""One job: claimed, done, settled. A worker that died leaves it to the next one."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import F, QuerySet

from campaigns.claims import Heartbeat, clock, compute_stall_cutoff, create_token
from campaigns.engine import Cancelled
from campaigns.history import through
from campaigns.jobs.kinds import load_work
from campaigns.jobs.progress import JobProgress, RefusedJob
from campaigns.jobs.queue import THROUGH, wake
from campaigns.models import Job
from campaigns.states import JobState, MoveRefused, move

logger = logging.getLogger(__name__)

ATTEMPTS_MAX = 3  # a job that kills its worker this often is put aside
KILLED = "The worker stopped three times at this. Try a smaller file, or ask whoever runs Byname."
FORGOTTEN_S = 60  # waiting for longer than this: its task may be lost


def work_on_job(job_id: int) -> str:
    """Claim a job and do it; the state that it is left in. Safe to call twice, anywhere, at once."""
    token = create_token()
    waiting = Job.objects.filter(pk=job_id, state=JobState.WAITING)
    now = clock.now()
    begun = {"claimed_by": token, "heartbeat_at": now, "started_at": now, "attempts": F("attempts") + 1}
    if move(waiting, JobState.RUNNING, **begun):
        job = Job.objects.select_related("campaign", "presenter", "workspace", "created_by").get(pk=job_id)
        claimed = Job.objects.filter(pk=job_id, state=JobState.RUNNING, claimed_by=token)
        _do(job, claimed)
    return Job.objects.filter(pk=job_id).values_list("state", flat=True).first() or "gone"


def sweep_stalled_jobs() -> int:
    """Free the jobs of dead workers, queue those that wait without a task; how many were freed."""
    freed = 0
    for job in Job.objects.filter(state=JobState.RUNNING, heartbeat_at__lt=compute_stall_cutoff()):
        dead = Job.objects.filter(pk=job.pk, claimed_by=job.claimed_by, heartbeat_at=job.heartbeat_at)
        if job.attempts >= ATTEMPTS_MAX:
            freed += move(dead, JobState.FAILED, failure=KILLED, finished_at=clock.now(), claimed_by="")
        elif move(dead, JobState.WAITING, claimed_by=""):
            wake(job)
            freed += 1
    forgotten = clock.now() - timedelta(seconds=FORGOTTEN_S)
    for job in Job.objects.filter(state=JobState.WAITING, created_at__lt=forgotten):
        wake(job)
    return freed


def _do(job: Job, claimed: QuerySet[Job]) -> None:
    try:
        with Heartbeat(claimed) as claim, through(str(job.options.get(THROUGH, ""))):
            result = load_work(job.kind)(job, JobProgress(claim))
        move(claimed, JobState.DONE, result=result, **_ended())
    except Cancelled:
        logger.info("Job %s was cancelled, or another worker has it.", job.pk)
    except (RefusedJob, MoveRefused) as refused:
        move(claimed, JobState.FAILED, failure=str(refused), **_ended())
    except Exception as error:
        logger.exception("Job %s (%s) stopped", job.pk, job.kind)
        move(claimed, JobState.FAILED, failure=_describe_unexpected(error), **_ended())


def _ended() -> dict[str, object]:
    return {"finished_at": clock.now(), "claimed_by": "", "stage": ""}


def _describe_unexpected(error: Exception) -> str:
    return (
        f"Something unexpected went wrong ({type(error).__name__}). "
        "Try again; if it happens again, the log of the worker has the details."
    )
