"""Every status, the moves that are allowed, and the only two functions that change a status.

A row begins in its model's default status. After that ``move`` and ``move_one`` alone write it: they look up
the column by the status's type and update only rows that may make the move, so that of two workers who want
the same row one moves it and the other moves nothing. A plain ``save`` leaves the status as it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model, QuerySet, TextChoices


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


class Outcome(TextChoices):
    """What a mail provider told of a delivery after it had taken it. Further down weighs more."""

    UNHEARD = "unheard", "nothing heard"
    DEFERRED = "deferred", "delayed"
    DELIVERED = "delivered", "delivered"
    REFUSED = "refused", "refused by the provider"
    BOUNCED = "bounced", "came back"
    UNSUBSCRIBED = "unsubscribed", "unsubscribed"
    COMPLAINED = "complained", "marked as spam"


class EventKind(TextChoices):
    PAGE_VIEWED = "page_viewed", "page viewed"
    PLAYED = "played", "played"
    PROGRESS = "progress", "watched"
    ENDED = "ended", "watched to the end"
    CLICKED = "clicked", "pressed the button"
    OPTED_OUT = "opted_out", "opted out"


class Verdict(TextChoices):
    """Who caused an event, as it was judged when it happened."""

    HUMAN = "human", "a person"
    MACHINE = "machine", "a program"


class MachineSign(TextChoices):
    """By what a program was told from a person."""

    NAMED = "named", "calls itself a program"
    PROXY = "proxy", "loads pictures for a mailbox"
    AHEAD = "ahead", "loads ahead, for nobody yet"
    HEAD = "head", "asks for the head alone"
    SOON = "soon", "came within seconds of the sending"
    EVERY_LINK = "every_link", "followed every link of the mail at once"
    MANY = "many", "opened the links of many people at once"


class JobState(TextChoices):
    WAITING = "waiting", "waiting"
    RUNNING = "running", "at work"
    DONE = "done", "done"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


class CallState(TextChoices):
    WAITING = "waiting", "waiting"
    CALLING = "calling", "being called"
    ANSWERED = "answered", "answered"
    FAILED = "failed", "failed"


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
VERDICT_MOVES: Moves = {
    RowVerdict.VALID: frozenset({RowVerdict.REJECTED}),
    RowVerdict.REJECTED: frozenset({RowVerdict.VALID}),
}
RENDER_MOVES: Moves = {
    # READY: a video with exactly this content is there already
    RenderState.QUEUED: frozenset(
        {RenderState.RENDERING, RenderState.CANCELLED, RenderState.FAILED, RenderState.READY}
    ),
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
# What weighs more stays, so events may come twice and in any order. A new attempt begins with nothing heard.
OUTCOME_MOVES: Moves = {
    old: frozenset({*list(Outcome)[place + 1 :], *({Outcome.UNHEARD} if place else ())})
    for place, old in enumerate(Outcome)
}
JOB_MOVES: Moves = {
    JobState.WAITING: frozenset({JobState.RUNNING, JobState.CANCELLED, JobState.FAILED}),
    JobState.RUNNING: frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.WAITING}),
    JobState.DONE: frozenset(),
    JobState.FAILED: frozenset({JobState.WAITING}),
    JobState.CANCELLED: frozenset(),
}
CALL_MOVES: Moves = {
    CallState.WAITING: frozenset({CallState.CALLING, CallState.FAILED}),
    CallState.CALLING: frozenset({CallState.ANSWERED, CallState.FAILED, CallState.WAITING}),
    CallState.ANSWERED: frozenset({CallState.WAITING}),  # a person asked for it once more
    CallState.FAILED: frozenset({CallState.WAITING}),
}

MOVES: Mapping[type[TextChoices], Moves] = {
    BakeState: BAKE_MOVES,
    CampaignState: CAMPAIGN_MOVES,
    RowVerdict: VERDICT_MOVES,
    RenderState: RENDER_MOVES,
    ReviewState: REVIEW_MOVES,
    DeliveryState: DELIVERY_MOVES,
    Outcome: OUTCOME_MOVES,
    JobState: JOB_MOVES,
    CallState: CALL_MOVES,
}

SENT_ALREADY = "This message was sent already; it is never sent twice."
# Where the general sentence would not help.
REASONS: Mapping[type[TextChoices], Mapping[tuple[str, str], str]] = {
    CampaignState: {
        (CampaignState.RENDERING, CampaignState.RENDERING): "This campaign is rendering already.",
        (CampaignState.DRAFT, CampaignState.RENDERED): "Start the run first: nothing has been rendered yet.",
    },
    DeliveryState: {
        (DeliveryState.SENT, DeliveryState.SCHEDULED): SENT_ALREADY,
        (DeliveryState.SENT, DeliveryState.SENDING): SENT_ALREADY,
    },
}


def move(rows: QuerySet[Any], new: TextChoices, **values: Any) -> int:
    """Give ``new`` to those of ``rows`` that may become it, and ``values`` with it; returns how many moved.

    One ``UPDATE … WHERE status IN (…)``, so a row that somebody else moves at the same time moves once.
    ValueError for rows that are selected over a join, or for another status among ``values``.
    """
    if rows.query.count_active_tables() > 1:
        # Django would update "WHERE id IN (SELECT …)"; PostgreSQL does not look at that selection again after
        # it waited for a row, and two workers would both move it. Use Exists instead.
        raise ValueError("Select the rows to move without a join.")
    if list_status_columns(rows.model) & set(values):
        raise ValueError("Move one status at a time.")
    column = find_status_column(rows.model, type(new))
    return rows.filter(**{f"{column}__in": list_statuses_before(new)}).update(**{column: new}, **values)


def move_one(row: Model, new: TextChoices, **values: Any) -> None:
    """Move one stored row and set the same on ``row``. MoveRefused, with a sentence, where it may not."""
    stored = type(row)._default_manager.filter(pk=row.pk)
    column = find_status_column(type(row), type(new))
    if not move(stored, new, **values):
        raise MoveRefused(_explain_refusal(row, stored.values_list(column, flat=True).first(), new))
    for name, value in {column: new, **values}.items():
        setattr(row, name, value)


def list_statuses_before(new: TextChoices) -> list[str]:
    """The statuses from which a row may become ``new``."""
    return [old for old, after in MOVES[type(new)].items() if new in after]


def find_status_column(model: type[Model], statuses: type[TextChoices]) -> str:
    """The name of the model's column with this status. LookupError where it has none."""
    for field in model._meta.concrete_fields:
        if field.choices and list(field.choices) == statuses.choices:
            return field.name
    raise LookupError(f"{model.__name__} has no {statuses.__name__}.")


def list_status_columns(model: type[Model]) -> frozenset[str]:
    """The names of all status columns of a model."""
    tables = [statuses.choices for statuses in MOVES]
    fields = model._meta.concrete_fields
    return frozenset(field.name for field in fields if field.choices and list(field.choices) in tables)


def _explain_refusal(row: Model, old: str | None, new: TextChoices) -> str:
    noun = row._meta.verbose_name
    if old is None:
        return f"This {noun} is not there any more. Reload the page."
    special = REASONS.get(type(new), {}).get((old, new))
    allowed = ", ".join(sorted(MOVES[type(new)][old])) or "nothing else"
    return special or f"The {noun} is {old}; it can become {allowed}, but not {new}."
