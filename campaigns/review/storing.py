"""The one place that stores decisions: of one message or of thousands, with what it takes to undo them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Exists, F, OuterRef

from campaigns import revisions
from campaigns.claims import clock
from campaigns.history import Verb, record
from campaigns.models import Campaign, HistoryEntry, Message, Revision
from campaigns.states import ReviewState, move


@dataclass(frozen=True)
class Decision:
    """What a person decided. ``at`` marks all messages that it was about, so that it can be undone."""

    user: AbstractBaseUser
    state: ReviewState  # approved or rejected
    reason: str = ""
    at: datetime = field(default_factory=clock.now)


@dataclass(frozen=True)
class Stored:
    """How many messages got the decision, how many wait for a second person, and what was before.

    ``before`` names only messages that were not simply undecided.
    """

    decided: int = 0
    half: int = 0
    before: tuple[dict[str, Any], ...] = ()

    @property
    def count(self) -> int:
        return self.decided + self.half

    def __add__(self, other: Stored) -> Stored:
        return Stored(self.decided + other.decided, self.half + other.half, self.before + other.before)


def store_decision(campaign: Campaign, found: Sequence[Message], decision: Decision) -> Stored:
    """Store it for these messages, which are locked and finished. Where two people approve, a first approval
    leaves them undecided; a second one by the same person changes nothing."""
    if decision.state == ReviewState.REJECTED:
        before = _describe_before(found)
        _reject(found, decision)
        return Stored(decided=len(found), before=before)
    full, half = _split_by_approver(campaign, found, decision)
    before = _describe_before([*full, *half])
    _approve(full, decision)
    _approve_first(half, decision)
    return Stored(len(full), len(half), before)


def record_decision(
    campaign: Campaign, decision: Decision, stored: Stored, about: str, **details: Any
) -> HistoryEntry:
    """One entry of the history, from which `undo` takes the decision back."""
    if decision.reason:
        details["reason"] = decision.reason
    approved = Verb.APPROVED if stored.decided else Verb.FIRST_APPROVED
    return record(
        decision.user,
        Verb.REJECTED if decision.state == ReviewState.REJECTED else approved,
        campaign=campaign,
        about=about,
        at=decision.at.isoformat(),
        messages=stored.count,
        waiting_for_second=stored.half,
        before=list(stored.before),
        **details,
    )


def _split_by_approver(
    campaign: Campaign, found: Sequence[Message], decision: Decision
) -> tuple[list[Message], list[Message]]:
    if not campaign.needs_second_approver:
        return list(found), []
    full, half = [], []
    for message in found:
        first = message.first_approved_by_id if message.first_approved_hash == message.content_hash else None
        if first is None:
            half.append(message)
        elif first != decision.user.pk:
            full.append(message)
    return full, half


def _approve(found: Sequence[Message], decision: Decision) -> None:
    if not found:
        return
    rows = Message.objects.filter(pk__in=[message.pk for message in found])
    stamp = _stamp(decision) | {"approved_hash": F("content_hash")}
    # An approval of other content only gets the new content's hash.
    rows.filter(review_state=ReviewState.APPROVED).update(**stamp)
    move(rows, ReviewState.APPROVED, **stamp)
    revisions.publish_many(found, decision.user)


def _approve_first(found: Sequence[Message], decision: Decision) -> None:
    if not found:
        return
    rows = Message.objects.filter(pk__in=[message.pk for message in found])
    first = {"first_approved_hash": F("content_hash"), "first_approved_by_id": decision.user.pk}
    move(rows, ReviewState.PENDING, approved_hash="")
    rows.update(**_stamp(decision), **first)


def _reject(found: Sequence[Message], decision: Decision) -> None:
    """The link shows nothing once what it shows is rejected; an older content that it shows stays."""
    rows = Message.objects.filter(pk__in=[message.pk for message in found])
    shown = Revision.objects.filter(
        message=OuterRef("pk"), content_hash=OuterRef("content_hash"), withdrawn_at=None
    )
    maybe_shown = list(rows.filter(Exists(shown)).select_related("campaign"))
    withdrawn = [message for message in maybe_shown if revisions.is_shown(message)]
    stamp = _stamp(decision) | {"approved_hash": "", "first_approved_hash": "", "first_approved_by": None}
    rows.filter(review_state=ReviewState.REJECTED).update(**stamp)
    move(rows, ReviewState.REJECTED, **stamp)
    for message in withdrawn:
        revisions.withdraw(message)


def _stamp(decision: Decision) -> dict[str, Any]:
    return {
        "reviewed_by_id": decision.user.pk,
        "reviewed_at": decision.at,
        "reject_reason": decision.reason,
    }


def _describe_before(found: Sequence[Message]) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "message": message.pk,
            "state": message.review_state,
            "content": message.content_hash,
            "reason": message.reject_reason,
            "by": message.reviewed_by_id,
            "at": message.reviewed_at.isoformat() if message.reviewed_at else None,
            "first_by": message.first_approved_by_id,
            "first_hash": message.first_approved_hash,
        }
        for message in found
        if message.review_state == ReviewState.REJECTED
        or message.first_approved_hash
        or (message.review_state == ReviewState.APPROVED and message.approved_hash == message.content_hash)
    )
