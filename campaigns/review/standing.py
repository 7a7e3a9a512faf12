"""Which decision holds, as conditions for the database: one about other content than is stored is none."""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q, QuerySet

from campaigns.models import Campaign, Message
from campaigns.states import RenderState, ReviewState

READY = Q(render_state=RenderState.READY) & ~Q(content_hash="")
APPROVED = Q(review_state=ReviewState.APPROVED, approved_hash=F("content_hash"))
REJECTED = Q(review_state=ReviewState.REJECTED)
UNDECIDED = ~APPROVED & ~REJECTED
FLAGGED = ~Q(flags=[])
# One person approved exactly this content, another one has to.
HALF_APPROVED = Q(first_approved_hash=F("content_hash"), first_approved_by__isnull=False)


def find_reviewable(campaign: Campaign) -> QuerySet[Message]:
    """The finished videos of the people who are in the campaign now."""
    return campaign.messages.filter(READY, recipient__removed_at=None)


def sum_reviewable(campaign: Campaign, wanted: Q, **sums: Any) -> dict[str, int]:
    """Counts and sums over those of the finished videos that are ``wanted``.

    Over all of them, less those of people who are gone: an index alone answers the first, and the second are
    few. A join would read every row of 100,000.
    """
    rows = campaign.messages.filter(READY & wanted).order_by()
    gone = rows.filter(recipient__campaign=campaign, recipient__removed_at__isnull=False)
    every, left = rows.aggregate(**sums), gone.aggregate(**sums)
    return {name: int(every[name] or 0) - int(left[name] or 0) for name in sums}


def get_valid_decision(message: Message) -> ReviewState:
    """The decision that still holds: an approval of other content counts as none."""
    if message.review_state == ReviewState.APPROVED and message.approved_hash != message.content_hash:
        return ReviewState.PENDING
    return ReviewState(message.review_state)


def is_half_approved(message: Message) -> bool:
    """Approved by one person and waiting for another."""
    return (
        message.campaign.needs_second_approver
        and get_valid_decision(message) == ReviewState.PENDING
        and message.first_approved_by_id is not None
        and message.first_approved_hash == message.content_hash
    )
