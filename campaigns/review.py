"""A person's decision on a message, always about the exact content that they saw."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from campaigns.models import Campaign, Message
from campaigns.revisions import is_shown, publish, withdraw
from campaigns.states import MoveRefused, RenderState, ReviewState, move_one

MOVED_ON = "This video was rendered again since you saw it. Reload the page and look at the new one."
NOT_READY = "There is no finished video to decide on yet. Wait until it is ready."
NO_REASON = "Say why you reject it, so that the next person knows what to fix."
NOTHING_TO_APPROVE = "Nothing to approve: every video without a flag has been decided on already."


def approve(message: Message, user: AbstractBaseUser, *, seen_hash: str | None = None) -> Message:
    """Approve exactly the stored content; MoveRefused where ``seen_hash`` names another."""
    return _decide(message, user, ReviewState.APPROVED, "", seen_hash)


def reject(message: Message, user: AbstractBaseUser, reason: str, *, seen_hash: str | None = None) -> Message:
    """Reject with a reason; an earlier approval ends at once and with it the public address."""
    if not reason.strip():
        raise MoveRefused(NO_REASON)
    return _decide(message, user, ReviewState.REJECTED, reason.strip(), seen_hash)


def approve_unflagged(campaign: Campaign, user: AbstractBaseUser, *, seen: str) -> int:
    """Approve every undecided message without flags; ``seen`` is the digest of what the page showed."""
    with transaction.atomic():
        unflagged = list(_find_unflagged(campaign).select_for_update(of=("self",)))
        if compute_digest(unflagged) != seen:
            raise MoveRefused(
                "Some videos were rendered since you opened this page. Reload it and look again."
            )
        undecided = [message for message in unflagged if _get_valid_decision(message) == ReviewState.PENDING]
        if not undecided:
            raise MoveRefused(NOTHING_TO_APPROVE)
        for message in undecided:
            _store_decision(message, user, ReviewState.APPROVED, "")
    return len(undecided)


def compute_unflagged_digest(campaign: Campaign) -> str:
    """Digest of the content of all ready messages without flags, for ``approve_unflagged``."""
    return compute_digest(_find_unflagged(campaign))


def compute_digest(messages: Iterable[Message]) -> str:
    parts = sorted(f"{message.pk}:{message.content_hash}" for message in messages)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


# Each score's best value, and how far from it people begin to notice.
_IDEALS = {
    "aperture_r": (1.0, 0.2),
    "aperture_ratio": (1.0, 0.2),
    "closure": (1.0, 0.1),
    "gain": (1.0, 0.4),
    "kept_frames": (0.0, 0.05),
    "lower_lip_torn": (0.0, 0.01),
    "nose_outside": (0.0, 0.02),
    "offset_frames": (0.0, 1.5),
    "open_in_silence": (0.0, 0.02),
    "ring": (1.0, 0.25),
    "seam": (1.0, 0.5),
    "sharpness": (1.0, 0.4),
    "smeared": (0.0, 0.05),
    "soft": (0.0, 0.35),
    "speed_ratio": (1.0, 0.2),
    "streaked": (0.0, 0.02),
    "unlike": (0.0, 0.02),
    "upper_lip_torn": (0.0, 0.01),
    "wider_than_filmed": (0.0, 0.02),
    "width_outside": (0.0, 0.02),
}


def compute_doubt(message: Message) -> float:
    """How much a message needs review: the distance of its worst score from the best value. People begin to
    notice at about 1."""
    return max(
        (
            abs(message.scores[name] - best) / noticed
            for name, (best, noticed) in _IDEALS.items()
            if name in message.scores
        ),
        default=0.0,
    )


def sort_for_review(campaign: Campaign) -> list[Message]:
    """Ready messages: the most flags first, then the worst score, then as in the spreadsheet."""
    ready = campaign.messages.filter(render_state=RenderState.READY).select_related(
        "recipient", "reviewed_by"
    )
    return sorted(
        ready,
        key=lambda message: (-len(message.flags), -compute_doubt(message), message.recipient.row_number),
    )


def find_personal_line_ids(messages: Iterable[Message]) -> frozenset[str]:
    """Lines of the script that do not sound the same in every one of these messages."""
    texts: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    total = 0
    for message in messages:
        total += 1
        for line in message.lines:
            texts.setdefault(line["id"], set()).add(line["text"])
            counts[line["id"]] += 1
    return frozenset(line for line in texts if len(texts[line]) > 1 or counts[line] < total)


def _decide(
    message: Message, user: AbstractBaseUser, state: ReviewState, reason: str, seen_hash: str | None
) -> Message:
    with transaction.atomic():
        stored = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
        if stored.render_state != RenderState.READY or not stored.content_hash:
            raise MoveRefused(NOT_READY)
        if seen_hash is not None and seen_hash != stored.content_hash:
            raise MoveRefused(MOVED_ON)
        _store_decision(stored, user, state, reason)
    message.refresh_from_db()
    return message


def _get_valid_decision(message: Message) -> ReviewState:
    """The decision that still holds: an approval of other content counts as none."""
    if message.review_state == ReviewState.APPROVED and message.approved_hash != message.content_hash:
        return ReviewState.PENDING
    return ReviewState(message.review_state)


def _store_decision(message: Message, user: AbstractBaseUser, state: ReviewState, reason: str) -> None:
    """The link shows what was approved; it shows nothing once that content is rejected."""
    decided = {
        "approved_hash": message.content_hash if state == ReviewState.APPROVED else "",
        "reject_reason": reason,
        "reviewed_by_id": user.pk,
        "reviewed_at": timezone.now(),
    }
    if message.review_state != state:
        move_one(message, state, **decided)
    else:  # an approval of other content only gets the new content's hash
        for name, value in decided.items():
            setattr(message, name, value)
        message.save(update_fields=["approved_hash", "reject_reason", "reviewed_by", "reviewed_at"])
    if state == ReviewState.APPROVED:
        publish(message, user)
    elif is_shown(message):
        withdraw(message)
    _log_decision(
        message,
        user,
        f"{state.label} content {message.content_hash[:12]}" + (f": {reason}" if reason else ""),
    )


def _log_decision(message: Message, user: AbstractBaseUser, what: str) -> None:
    # single_object: the entry shows up in the message's own history page.
    LogEntry.objects.log_actions(user.pk, [message], CHANGE, change_message=what, single_object=True)


def _find_unflagged(campaign: Campaign) -> QuerySet[Message]:
    return campaign.messages.filter(render_state=RenderState.READY, flags=[]).exclude(content_hash="")
