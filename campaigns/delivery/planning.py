"""The plan of a large sending: counted behind the page, then shown there for a person to confirm."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from campaigns.claims import clock
from campaigns.delivery.channels.channel import Channel
from campaigns.delivery.channels.registry import find_channel
from campaigns.delivery.plan import SendPlan
from campaigns.delivery.schedule import check_plan
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress, RefusedJob
from campaigns.jobs.queue import enqueue, find_latest, find_open
from campaigns.models import Campaign, Job
from campaigns.states import JobState

KEPT = timedelta(hours=1)  # older numbers are not offered any more: they are counted again


@dataclass(frozen=True)
class ShownPlan:
    """A plan as a page shows it; a job keeps it with its moments in ISO 8601."""

    people: int
    known: int
    suppressed: int
    without_address: int
    already: int
    revoked: int
    sender: str
    first_person: str
    first_address: str
    subject: str
    first_at: datetime | None
    last_at: datetime | None
    digest: str

    @classmethod
    def of(cls, plan: SendPlan) -> ShownPlan:
        first = plan.first
        told = {field.name: getattr(plan, field.name) for field in fields(cls) if hasattr(plan, field.name)}
        person, address = (str(first.message.recipient), first.address) if first is not None else ("", "")
        return cls(first_person=person, first_address=address, **told)


def start_plan(campaign: Campaign, channel: Channel[Any], user: AbstractBaseUser) -> Job:
    """Have it counted; the job that is at it already, where there is one."""
    known = find_open(campaign, JobKind.PLAN_SENDING)
    options = {"channel": channel.name}
    return known or enqueue(JobKind.PLAN_SENDING, campaign=campaign, user=user, options=options)


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job: the numbers, and the digest that a confirmation carries back."""
    assert job.campaign is not None
    try:
        channel = find_channel(job.options.get("channel", ""))
    except LookupError as unknown:
        raise RefusedJob(str(unknown)) from unknown
    shown = asdict(ShownPlan.of(check_plan(job.campaign, channel, progress)))
    for name in ("first_at", "last_at"):
        shown[name] = shown[name].isoformat() if shown[name] is not None else None
    return shown


def find_plan(campaign: Campaign, user: AbstractBaseUser) -> tuple[ShownPlan, Channel[Any]] | None:
    """The plan that was counted for this person last, unless it is old or something was sent since."""
    job = find_latest(campaign, JobKind.PLAN_SENDING, JobKind.SEND)
    if job is None or job.kind != JobKind.PLAN_SENDING or job.state != JobState.DONE:
        return None
    if job.created_by_id != user.pk or job.finished_at is None or job.finished_at < clock.now() - KEPT:
        return None
    found = dict(job.result)
    for name in ("first_at", "last_at"):
        found[name] = datetime.fromisoformat(found[name]) if found[name] else None
    return ShownPlan(**found), find_channel(job.options.get("channel", ""))
