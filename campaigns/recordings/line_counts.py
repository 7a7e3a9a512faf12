"""Which lines most people hear: counted at once for a small campaign, else behind the page and kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress
from campaigns.jobs.queue import OPEN, enqueue, find_latest
from campaigns.models import Campaign, Job
from campaigns.recordings.line_recordings import (
    LINES_MAX,
    RecordableLine,
    build_lines,
    count_lines,
    list_recordable_lines,
)
from campaigns.states import JobState, RowVerdict

COUNTED_AT_ONCE = 500  # rows; of more they are counted behind the page


@dataclass(frozen=True)
class FoundLines:
    """The lines that most people hear. Where a ``job`` counts them, those of the first rows meanwhile."""

    lines: Sequence[RecordableLine]
    job: Job | None = None


def find_lines(campaign: Campaign, user: AbstractBaseUser | None = None) -> FoundLines:
    """The lines as they are known now; where rows or script changed since, a job is asked to count anew."""
    valid = campaign.recipients.living().filter(verdict=RowVerdict.VALID)
    if valid[: COUNTED_AT_ONCE + 1].count() <= COUNTED_AT_ONCE:
        return FoundLines(list_recordable_lines(campaign))
    key, latest = _compute_key(campaign), find_latest(campaign, JobKind.COUNT_LINES)
    if latest is None or (latest.state not in OPEN and latest.options["key"] != key):
        latest = enqueue(JobKind.COUNT_LINES, campaign=campaign, user=user, options={"key": key})
    if latest.state == JobState.DONE:
        counted = (((line_id, text), people) for line_id, text, people in latest.result["lines"])
        return FoundLines(build_lines(campaign, counted))
    return FoundLines(list_recordable_lines(campaign, COUNTED_AT_ONCE), latest)


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job: the lines that most people hear, in its result."""
    assert job.campaign is not None
    found = count_lines(job.campaign, tell=progress).most_common(LINES_MAX)
    return {"lines": [[line_id, text, people] for (line_id, text), people in found]}


def _compute_key(campaign: Campaign) -> str:
    """What the lines follow from; every change of people stands in the history."""
    valid = campaign.recipients.living().filter(verdict=RowVerdict.VALID).count()
    changed = campaign.history.order_by("-at").values_list("pk", flat=True).first()
    told = json.dumps([campaign.script, campaign.columns, valid, changed])
    return hashlib.sha256(told.encode()).hexdigest()
