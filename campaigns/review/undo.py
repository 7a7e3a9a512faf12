"""A decision taken back: of one message, or of all that were decided at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q, QuerySet

from campaigns import revisions
from campaigns.claims import clock
from campaigns.history import Verb, record
from campaigns.models import Campaign, HistoryEntry, Message, Revision
from campaigns.review.standing import APPROVED, REJECTED
from campaigns.states import MoveRefused, ReviewState, move

NOTHING = "There is no decision of yours to undo here."
DECIDED_SINCE = (
    "Nothing is left to undo: these videos were rendered again, or somebody decided on them since."
)
_VERBS = (Verb.APPROVED, Verb.FIRST_APPROVED, Verb.REJECTED)
_LOOKED_AT = 200  # how many of a person's last entries may hold an undoable one


def find_last_decision(campaign: Campaign, user: AbstractBaseUser) -> HistoryEntry | None:
    """The newest decision of this person that was not undone; None where there is none."""
    verbs = [*_VERBS, Verb.DECISION_UNDONE]
    own = HistoryEntry.objects.filter(campaign=campaign, actor_id=user.pk, verb__in=verbs)
    undone: set[int] = set()
    for entry in own.order_by("-pk")[:_LOOKED_AT]:
        if entry.verb == Verb.DECISION_UNDONE:
            undone.add(entry.details.get("undoes", 0))
        elif entry.pk not in undone and "at" in entry.details:
            return entry
    return None


def undo_last(campaign: Campaign, user: AbstractBaseUser) -> HistoryEntry:
    """Take back this person's last decision; the entry of the undoing. MoveRefused where none is left."""
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
        entry = find_last_decision(campaign, user)
        if entry is None:
            raise MoveRefused(NOTHING)
        undone = _take_back(campaign, entry)
        # Recorded also where nothing was left to undo, so that the next undo goes further back.
        return record(
            user,
            Verb.DECISION_UNDONE,
            campaign=campaign,
            about=entry.about,
            undoes=entry.pk,
            messages=undone,
            message=entry.details.get("message"),
        )


def _take_back(campaign: Campaign, entry: HistoryEntry) -> int:
    decided = _find_decided(campaign, entry)
    pks = list(decided.order_by("pk").select_for_update().values_list("pk", flat=True))
    rows = Message.objects.filter(pk__in=pks)
    _withdraw_approved(rows)
    rows.filter(first_approved_by=entry.actor_id, review_state=ReviewState.PENDING).update(
        first_approved_hash="", first_approved_by=None
    )
    blank = {"reviewed_by": None, "reviewed_at": None, "reject_reason": "", "approved_hash": ""}
    move(rows, ReviewState.PENDING, **blank)
    rows.update(**blank)
    known = set(pks)
    for before in entry.details["before"]:
        pk = before["message"]
        if pk in known:
            _restore(before)
    return len(pks)


def _find_decided(campaign: Campaign, entry: HistoryEntry) -> QuerySet[Message]:
    """Those that still have exactly this decision about the content that they have now."""
    half = Q(first_approved_by=entry.actor_id, first_approved_hash=F("content_hash"))
    stamped = Message.objects.filter(
        campaign=campaign,
        reviewed_by=entry.actor_id,
        reviewed_at=datetime.fromisoformat(entry.details["at"]),
    )
    return stamped.filter(APPROVED | REJECTED | half)


def _withdraw_approved(rows: QuerySet[Message]) -> None:
    approved = rows.filter(APPROVED)
    Revision.objects.filter(
        message__in=approved, content_hash=F("message__content_hash"), withdrawn_at=None
    ).update(withdrawn_at=clock.now())


def _restore(before: Mapping[str, Any]) -> None:
    row = Message.objects.filter(pk=before["message"], content_hash=before["content"])
    stamp = {
        "reviewed_by_id": before["by"],
        "reviewed_at": before["at"],
        "reject_reason": before["reason"],
        "first_approved_by_id": before["first_by"],
        "first_approved_hash": before["first_hash"],
    }
    if before["state"] == ReviewState.APPROVED:
        move(row, ReviewState.APPROVED, approved_hash=F("content_hash"), **stamp)
        revisions.publish_many(list(row.select_related("campaign")), None)
    elif before["state"] == ReviewState.REJECTED:
        move(row, ReviewState.REJECTED, **stamp)
    else:
        row.update(**stamp)
