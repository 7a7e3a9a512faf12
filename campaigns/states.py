"""Every status, the moves that are allowed, and the sentence that refuses each other move."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import TextChoices


class MoveRefused(Exception):
    """A status change that the table does not allow; the message is shown to the person as it is."""


class BakeState(TextChoices):
    WAITING = "waiting", "waiting"
    BAKING = "baking", "being prepared"
    READY = "ready", "ready"
    FAILED = "failed", "failed"


class CampaignState(TextChoices):
    DRAFT = "draft", "draft"
    RENDERING = "rendering", "rendering"
    RENDERED = "rendered", "rendered"
    RENDERED_WITH_FAILURES = "rendered_with_failures", "rendered, some failed"
    CANCELLED = "cancelled", "cancelled"


class RowVerdict(TextChoices):
    VALID = "valid", "valid"
    REJECTED = "rejected", "rejected"


class RenderState(TextChoices):
    QUEUED = "queued", "queued"
    RENDERING = "rendering", "rendering"
    READY = "ready", "ready"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


class ReviewState(TextChoices):
    PENDING = "pending", "to review"
    APPROVED = "approved", "approved"
    REJECTED = "rejected", "rejected"


class DeliveryState(TextChoices):
    SCHEDULED = "scheduled", "scheduled"
    SENDING = "sending", "sending"
    SENT = "sent", "sent"
    FAILED = "failed", "failed"
    SUPPRESSED = "suppressed", "suppressed"
    UNKNOWN = "unknown", "unknown, needs a decision"


class EventKind(TextChoices):
    PAGE_VIEWED = "page_viewed", "page viewed"
    PLAYED = "played", "played"
    PROGRESS = "progress", "watched"
    ENDED = "ended", "watched to the end"
    OPTED_OUT = "opted_out", "opted out"


Moves = Mapping[str, frozenset[str]]

BAKE_MOVES: Moves = {
    BakeState.WAITING: frozenset({BakeState.BAKING, BakeState.FAILED, BakeState.READY}),
    BakeState.BAKING: frozenset({BakeState.READY, BakeState.FAILED, BakeState.WAITING}),
    BakeState.READY: frozenset({BakeState.WAITING}),
    BakeState.FAILED: frozenset({BakeState.WAITING}),
}
CAMPAIGN_MOVES: Moves = {
    CampaignState.DRAFT: frozenset({CampaignState.RENDERING}),
    CampaignState.RENDERING: frozenset(
        {CampaignState.RENDERED, CampaignState.RENDERED_WITH_FAILURES, CampaignState.CANCELLED}
    ),
    CampaignState.RENDERED: frozenset({CampaignState.RENDERING}),
    CampaignState.RENDERED_WITH_FAILURES: frozenset({CampaignState.RENDERING}),
    CampaignState.CANCELLED: frozenset({CampaignState.RENDERING}),
}
RENDER_MOVES: Moves = {
    RenderState.QUEUED: frozenset({RenderState.RENDERING, RenderState.CANCELLED, RenderState.FAILED}),
    RenderState.RENDERING: frozenset(
        {RenderState.READY, RenderState.FAILED, RenderState.QUEUED, RenderState.CANCELLED}
    ),
    RenderState.READY: frozenset({RenderState.QUEUED}),
    RenderState.FAILED: frozenset({RenderState.QUEUED}),
    RenderState.CANCELLED: frozenset({RenderState.QUEUED}),
}
REVIEW_MOVES: Moves = {
    ReviewState.PENDING: frozenset({ReviewState.APPROVED, ReviewState.REJECTED}),
    ReviewState.APPROVED: frozenset({ReviewState.REJECTED, ReviewState.PENDING}),
    ReviewState.REJECTED: frozenset({ReviewState.APPROVED, ReviewState.PENDING}),
}
DELIVERY_MOVES: Moves = {
    DeliveryState.SCHEDULED: frozenset(
        {DeliveryState.SENDING, DeliveryState.SUPPRESSED, DeliveryState.FAILED}
    ),
    DeliveryState.SENDING: frozenset(
        {
            DeliveryState.SENT,
            DeliveryState.FAILED,
            DeliveryState.UNKNOWN,
            DeliveryState.SCHEDULED,
            DeliveryState.SUPPRESSED,
        }
    ),
    DeliveryState.SENT: frozenset(),
    DeliveryState.FAILED: frozenset({DeliveryState.SCHEDULED}),
    DeliveryState.SUPPRESSED: frozenset({DeliveryState.SCHEDULED}),
    DeliveryState.UNKNOWN: frozenset({DeliveryState.SCHEDULED, DeliveryState.SENT}),
}

REASONS: Mapping[tuple[str, str], str] = {
    (CampaignState.DRAFT, CampaignState.RENDERED): "Start the run first: nothing has been rendered yet.",
    (DeliveryState.SENT, DeliveryState.SCHEDULED): "This message was sent already; it is never sent twice.",
    (DeliveryState.SENT, DeliveryState.SENDING): "This message was sent already; it is never sent twice.",
}


def check_move(moves: Moves, old: str, new: str, noun: str) -> None:
    """Raise MoveRefused with a plain sentence unless ``noun`` may go from ``old`` to ``new``."""
    if new in moves[old]:
        return
    allowed = ", ".join(sorted(moves[old])) or "nothing else"
    raise MoveRefused(
        REASONS.get((old, new), f"The {noun} is {old}; it can become {allowed}, but not {new}.")
    )
