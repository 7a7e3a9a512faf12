"""Many approved at once: exactly the contents that stood there when the person said so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import BigIntegerField, Count, Func, Q, QuerySet, Sum, Value
from django.db.models import CharField as Text
from django.db.models.functions import Cast, Coalesce, Concat

from campaigns.claims import clock
from campaigns.engine import Cancelled
from campaigns.history import Verb
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress, RefusedJob
from campaigns.jobs.queue import enqueue
from campaigns.models import Campaign, HistoryEntry, Job, Message
from campaigns.review.standing import FLAGGED, HALF_APPROVED, UNDECIDED, find_reviewable, sum_reviewable
from campaigns.review.storing import Decision, Stored, record_decision, store_decision
from campaigns.states import MoveRefused, ReviewState

CHANGED = "Some videos were rendered since you opened this page. Reload it and look again."
NOTHING_TO_APPROVE = "Nothing to approve: every video without a flag has been decided on already."
AT_ONCE_MAX = 1000  # more are approved by a worker
_BATCH = 1000
ABOUT = "videos without flags"


def find_unflagged(campaign: Campaign) -> QuerySet[Message]:
    return find_reviewable(campaign).exclude(FLAGGED)


def find_undecided_unflagged(campaign: Campaign, user: AbstractBaseUser) -> QuerySet[Message]:
    """What “approve all” is about: without flags, undecided, not waiting for another person than this."""
    undecided = find_unflagged(campaign).filter(UNDECIDED)
    if campaign.needs_second_approver:
        undecided = undecided.exclude(HALF_APPROVED & Q(first_approved_by=user.pk))
    return undecided


@dataclass(frozen=True)
class Unflagged:
    """What stands without flags: how many this person may decide on, and the digest of their content."""

    undecided: int
    digest: str


def describe_unflagged(campaign: Campaign, user: AbstractBaseUser | None = None) -> Unflagged:
    """Worked out from all, less the flagged ones: indexes answer both."""
    undecided = UNDECIDED
    if campaign.needs_second_approver and user is not None:
        undecided &= ~(HALF_APPROVED & Q(first_approved_by=user.pk))
    named = Concat(Cast("pk", Text()), Value(":"), "content_hash", output_field=Text())
    hashed = Func(named, Value(0), function="hashtextextended", output_field=BigIntegerField())
    sums = {
        "count": Count("pk"),
        "sum": Coalesce(Cast(Sum(hashed), Text()), Value("0"), output_field=Text()),
        "undecided": Count("pk", filter=undecided),
    }
    every, flagged = sum_reviewable(campaign, Q(), **sums), sum_reviewable(campaign, FLAGGED, **sums)
    left = {name: every[name] - flagged[name] for name in sums}
    return Unflagged(left["undecided"], f"{left['count']}.{left['sum']}")


def compute_unflagged_digest(campaign: Campaign) -> str:
    """Digest of the content of all finished messages without flags, for `approve_unflagged`."""
    return describe_unflagged(campaign).digest


def approve_unflagged(campaign: Campaign, user: AbstractBaseUser, *, seen: str) -> int:
    """Approve every undecided message without flags, now; ``seen`` is the digest of what the page showed."""
    decision = Decision(user, ReviewState.APPROVED)
    with transaction.atomic():
        _refuse_other_contents(campaign, seen)
        stored = _approve_batch(campaign, decision, None)
        if not stored.count:
            raise MoveRefused(NOTHING_TO_APPROVE)
        record_decision(campaign, decision, stored, ABOUT, query="undecided without flags")
    return stored.count


def start_approval(campaign: Campaign, user: AbstractBaseUser, *, seen: str, query: str = "") -> Job | int:
    """Approve all undecided ones without flags: how many, or the job that does it where they are many."""
    count = describe_unflagged(campaign, user).undecided
    if count <= AT_ONCE_MAX:
        return approve_unflagged(campaign, user, seen=seen)
    _refuse_other_contents(campaign, seen)
    options = {"seen": seen, "at": clock.now().isoformat(), "total": count, "query": query}
    return enqueue(JobKind.APPROVE, campaign=campaign, user=user, options=options)


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """Approve in batches, each of which stays. Cancelled, it keeps what it approved, as one entry to undo."""
    campaign, user = job.campaign, job.created_by
    if campaign is None or user is None:
        raise RefusedJob("The campaign, or whoever approved it, is not there any more.")
    decision = Decision(user, ReviewState.APPROVED, at=datetime.fromisoformat(job.options["at"]))
    done = _count_stamped(campaign, decision)  # an earlier worker may have died at this
    if not done:
        _refuse_other_contents(campaign, job.options["seen"])
    total = int(job.options["total"])
    try:
        progress("approving", done, total)
        while _approve_one_batch(campaign, decision):
            done = _count_stamped(campaign, decision)
            progress("approving", min(done, total), total)
    except Cancelled:
        _record_once(campaign, decision, job)
        raise
    _record_once(campaign, decision, job)
    return {"approved": _count_stamped(campaign, decision)}


def _approve_one_batch(campaign: Campaign, decision: Decision) -> int:
    with transaction.atomic():
        return _approve_batch(campaign, decision, _BATCH).count


def _approve_batch(campaign: Campaign, decision: Decision, limit: int | None) -> Stored:
    # What became ready after the person said so was not meant.
    rows = find_undecided_unflagged(campaign, decision.user).filter(ready_at__lte=decision.at)
    found = list(rows.order_by("pk").select_for_update(of=("self",)).select_related("campaign")[:limit])
    return store_decision(campaign, found, decision)


def _refuse_other_contents(campaign: Campaign, seen: str) -> None:
    if compute_unflagged_digest(campaign) != seen:
        raise MoveRefused(CHANGED)


def _count_stamped(campaign: Campaign, decision: Decision) -> int:
    return Message.objects.filter(
        campaign=campaign, reviewed_by=decision.user.pk, reviewed_at=decision.at
    ).count()


def _record_once(campaign: Campaign, decision: Decision, job: Job) -> None:
    verbs = (Verb.APPROVED, Verb.FIRST_APPROVED)
    stamp = decision.at.isoformat()
    if HistoryEntry.objects.filter(campaign=campaign, verb__in=verbs, details__at=stamp).exists():
        return
    stamped = campaign.messages.filter(reviewed_by=decision.user.pk, reviewed_at=decision.at)
    decided = stamped.filter(review_state=ReviewState.APPROVED).count()
    stored = Stored(decided, stamped.count() - decided)
    if stored.count:
        query = job.options.get("query") or "undecided without flags"
        record_decision(campaign, decision, stored, ABOUT, query=query)
