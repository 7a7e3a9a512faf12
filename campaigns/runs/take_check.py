"""A first look at an uploaded take, behind the page and before any render worker is needed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from campaigns import engine
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress, RefusedJob
from campaigns.jobs.queue import enqueue
from campaigns.models import Job, Presenter
from campaigns.storage.files import get_local_path


def start_first_look(presenter: Presenter) -> Job:
    """Queue the look; its result is on the presenter's page some seconds later."""
    return enqueue(JobKind.CHECK_TAKE, presenter=presenter, file_name=presenter.take.name or "")


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job: what the file is and what it lacks; a file that no bake could use is refused."""
    assert job.presenter is not None
    progress("looking at the take")
    try:
        look = engine.look_at_take(get_local_path(job.presenter.take))
    except engine.RenderError as error:
        raise RefusedJob(error.message) from error
    if look.refusal:
        raise RefusedJob(look.refusal)
    return {**asdict(look), "notes": list(look.notes)}


def find_first_look(presenter: Presenter) -> Job | None:
    """The newest look at this presenter's take; None for one that came before there were looks."""
    return presenter.jobs.filter(kind=JobKind.CHECK_TAKE).order_by("-created_at").first()
