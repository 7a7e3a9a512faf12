"""The start of a run: at once where its campaign is small, else by a job behind the page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress
from campaigns.jobs.queue import enqueue, find_open
from campaigns.models import Campaign, Job
from campaigns.runs import lifecycle
from campaigns.runs.reading import ShowProgress
from campaigns.states import CampaignState, MoveRefused, RenderState, RowVerdict

STARTED_AT_ONCE = 500  # rows that a page fills itself


def start_run(campaign: Campaign, user: AbstractBaseUser) -> bool:
    """Start a run; False where a job does that now, since the campaign has many rows. Raises MoveRefused."""
    valid = campaign.recipients.filter(verdict=RowVerdict.VALID, removed_at=None)
    if valid[: STARTED_AT_ONCE + 1].count() <= STARTED_AT_ONCE:
        _start(campaign, user)
        return True
    if campaign.state == CampaignState.RENDERING:
        raise MoveRefused("This campaign is rendering already.")
    lifecycle.require_presenter(campaign)
    if find_open(campaign, JobKind.START_RUN) is None:
        enqueue(JobKind.START_RUN, campaign=campaign, user=user)
    return False


def retry_failed(campaign: Campaign, user: AbstractBaseUser) -> bool:
    """Start again where a message failed, like `start_run`. Raises MoveRefused where none did."""
    if not campaign.messages.filter(render_state=RenderState.FAILED).exists():
        raise MoveRefused("No message failed; there is nothing to try again.")
    return start_run(campaign, user)


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job: messages for all valid rows, all or none of them."""
    assert job.campaign is not None
    progress("reading the rows")
    _start(job.campaign, job.created_by, progress)
    return {"messages": job.campaign.messages.count()}


def _start(
    campaign: Campaign,
    user: AbstractBaseUser | None,
    progress: ShowProgress = lambda *_: None,
) -> None:
    lifecycle.start(campaign, user, progress)
