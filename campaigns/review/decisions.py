"""A person's decision on a message, always about the exact content that they saw."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from campaigns.models import HistoryEntry, Message
from campaigns.review.standing import APPROVED, find_reviewable, is_half_approved
from campaigns.review.storing import Decision, record_decision, store_decision
from campaigns.states import MoveRefused, RenderState, ReviewState

MOVED_ON = "This video was rendered again since you saw it. Reload the page and look at the new one."
NOT_READY = "There is no finished video to decide on yet. Wait until it is ready."
NO_REASON = "Say why you reject it, so that the next person knows what to fix."
NEEDS_ANOTHER = "You approved it already. Another person has to approve it, too, before it may be sent."


def approve(message: Message, user: AbstractBaseUser, *, seen_hash: str | None = None) -> Message:
    """Approve exactly the stored content; MoveRefused where ``seen_hash`` names another."""
    _decide(message, Decision(user, ReviewState.APPROVED), seen_hash, alike=False)
    return message


def reject(message: Message, user: AbstractBaseUser, reason: str, *, seen_hash: str | None = None) -> Message:
    """Reject with a reason; an earlier approval ends at once and with it the public address."""
    _decide(message, Decision(user, ReviewState.REJECTED, _read_reason(reason)), seen_hash, alike=False)
    return message


def approve_alike(message: Message, user: AbstractBaseUser, *, seen_hash: str) -> HistoryEntry:
    """Approve this content for everybody of the campaign whose video is exactly the same."""
    return _decide(message, Decision(user, ReviewState.APPROVED), seen_hash, alike=True)


def reject_alike(message: Message, user: AbstractBaseUser, reason: str, *, seen_hash: str) -> HistoryEntry:
    """Reject this content for everybody of the campaign whose video is exactly the same."""
    return _decide(message, Decision(user, ReviewState.REJECTED, _read_reason(reason)), seen_hash, alike=True)


def _read_reason(reason: str) -> str:
    if not reason.strip():
        raise MoveRefused(NO_REASON)
    return reason.strip()


def _decide(message: Message, decision: Decision, seen_hash: str | None, *, alike: bool) -> HistoryEntry:
    with transaction.atomic():
        stored = _lock(message, seen_hash)
        own = is_half_approved(stored) and stored.first_approved_by_id == decision.user.pk
        if own and decision.state == ReviewState.APPROVED:
            raise MoveRefused(NEEDS_ANOTHER)
        found = [stored, *(_lock_others(stored, decision) if alike else ())]
        done = store_decision(stored.campaign, found, decision)
        entry = record_decision(
            stored.campaign,
            decision,
            done,
            str(stored.recipient) + (f" and {done.count - 1} with the same video" if done.count > 1 else ""),
            message=stored.pk,
            content=stored.content_hash,
        )
    message.refresh_from_db()
    return entry


def _lock(message: Message, seen_hash: str | None) -> Message:
    rows = Message.objects.select_for_update(of=("self",)).select_related("campaign", "recipient")
    stored = rows.get(pk=message.pk)
    if stored.render_state != RenderState.READY or not stored.content_hash:
        raise MoveRefused(NOT_READY)
    if seen_hash is not None and seen_hash != stored.content_hash:
        raise MoveRefused(MOVED_ON)
    return stored


def _lock_others(stored: Message, decision: Decision) -> list[Message]:
    """The other ones with this content, but those that an approval would change nothing of."""
    same = find_reviewable(stored.campaign).filter(content_hash=stored.content_hash).exclude(pk=stored.pk)
    if decision.state == ReviewState.APPROVED:
        same = same.exclude(APPROVED)
    return list(same.order_by("pk").select_for_update(of=("self",)).select_related("campaign"))
