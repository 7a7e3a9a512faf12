"""What a run would cost and what it cost: worked out at once for a small campaign, else behind the page.

The figures of a large one are stored with the campaign, under a key of what they were worked out from.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count, Max

from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress
from campaigns.jobs.queue import enqueue, find_open
from campaigns.models import Campaign, Job, PronunciationEntry
from campaigns.runs.cost_history import RunCost, compute_run_cost
from campaigns.runs.estimate import Estimate, estimate_from_sample, estimate_run
from campaigns.states import RenderState, RowVerdict
from campaigns.storage.campaign_voice import describe_campaign_voice

COUNTED_AT_ONCE = 500  # more rows are counted behind the page
_NOTHING = RunCost(0, 0, 0, 0.0, 0.0)


@dataclass(frozen=True)
class RunFigures:
    """Where ``exact`` is False a job still counts: the estimate comes from some rows, the cost is empty."""

    estimate: Estimate
    cost: RunCost
    exact: bool


def find_figures(campaign: Campaign, user: AbstractBaseUser | None = None) -> RunFigures:
    """The figures as they are known now; where they are out of date, a job is asked for new ones."""
    valid = campaign.recipients.filter(verdict=RowVerdict.VALID, removed_at=None).count()
    ready = campaign.messages.filter(render_state=RenderState.READY)
    if valid <= COUNTED_AT_ONCE and ready[: COUNTED_AT_ONCE + 1].count() <= COUNTED_AT_ONCE:
        return RunFigures(estimate_run(campaign), compute_run_cost(campaign), True)
    stored = campaign.run_figures or {}
    if stored.get("key") == compute_key(campaign):
        return RunFigures(Estimate(**stored["estimate"]), RunCost(**stored["cost"]), True)
    if find_open(campaign, JobKind.ESTIMATE) is None:
        enqueue(JobKind.ESTIMATE, campaign=campaign, user=user)
    if not valid:
        return RunFigures(estimate_run(campaign), _NOTHING, False)
    return RunFigures(estimate_from_sample(campaign, valid), _NOTHING, False)


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job: the figures of its campaign, stored with it."""
    assert job.campaign is not None
    key = compute_key(job.campaign)
    estimate, cost = estimate_run(job.campaign, progress), compute_run_cost(job.campaign, progress)
    figures = {"key": key, "estimate": asdict(estimate), "cost": asdict(cost)}
    Campaign.objects.filter(pk=job.campaign.pk).update(run_figures=figures)
    return {}


def compute_key(campaign: Campaign) -> str:
    """What the figures depend on: the rows, the script, who says it and how, and what is made already."""
    rows = campaign.recipients.filter(verdict=RowVerdict.VALID, removed_at=None)
    ready = campaign.messages.filter(render_state=RenderState.READY)
    library = PronunciationEntry.objects.aggregate(count=Count("pk"), last=Max("changed_at"))
    told = [
        campaign.script,
        campaign.columns,
        campaign.spreadsheet.name,
        campaign.presenter_id,
        describe_campaign_voice(campaign),
        rows.count(),
        ready.count(),
        ready.aggregate(last=Max("ready_at"))["last"],
        library,
    ]
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()
