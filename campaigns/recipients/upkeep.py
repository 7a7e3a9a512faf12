"""Messages kept in step with their people: what changed waits to be made, what is gone is put aside.

While a message has a ``content_hash``, its lines and what it was made with describe its finished video; once
they are given another content, the hash is empty. So a content that comes back needs no other video.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from campaigns.delivery.attempt import REMOVED, UNAPPROVED
from campaigns.models import Campaign, Delivery, Message, Recipient, Revision
from campaigns.recipients.bulk_writing import choose_by_key, insert_rows
from campaigns.recipients.content import (
    Content,
    ContentFiller,
    find_made_otherwise,
    is_made_so,
    is_spoken_otherwise,
)
from campaigns.revisions import COPIED, FILES, approve_published, delete_unused_files
from campaigns.scripts.template import ScriptError
from campaigns.states import DeliveryState, RenderState, ReviewState, RowVerdict, move

ROWS_AT_ONCE = 1000
OPEN = (RenderState.QUEUED, RenderState.RENDERING)
Tell = Callable[[str, int, int], None]
_WRITTEN = [
    "lines", "made_with", "failure", "failure_permanent", "content_hash", "approved_hash",
    "first_approved_hash", "attempts", "done", "total", "stage", "claimed_by",
]  # fmt: skip
_OF_EACH = ("lines", "made_with")


def tell_nobody(stage: str, done: int = 0, total: int = 0) -> None:
    """Progress that nobody looks at."""


@dataclass
class _Sorted:
    """Messages by what becomes of them; ``line_ids`` are those of all contents."""

    again: list[Message] = field(default_factory=list)  # to be made, with what they say now
    kept: list[int] = field(default_factory=list)  # finished, but not counted as such: taken back
    shown: list[tuple[Message, Revision]] = field(default_factory=list)  # says what its link shows already
    line_ids: set[str] = field(default_factory=set)
    fault: ScriptError | None = None
    spoken_otherwise: bool = False  # one was planned for another take or another voice


def refresh_messages(
    campaign: Campaign, rows: Sequence[Recipient], filler: ContentFiller, *, create: bool = False
) -> int:
    """Compare the messages of these valid, living rows with what they say now; returns how many have to be
    made (anew). With ``create``, rows without a message get one, and what was cancelled or failed is tried
    again. To be called within a transaction. Raises ScriptError for a fault that concerns everybody.
    """
    stored = Message.objects.select_for_update().filter(recipient__in=[row.pk for row in rows])
    messages = {message.recipient_id: message for message in stored.order_by("pk")}
    found, shown = _Sorted(), _find_shown(messages.values())
    for row in rows:
        message = messages.get(row.pk)
        if message is None and create:
            message = Message(campaign=campaign, recipient=row)
        if message is not None:
            _sort(found, message, filler.fill(row), shown.get(message.pk), retry=create)
    if found.fault is not None:
        raise found.fault
    _restore(found.shown)
    _take_back([*found.kept, *(message.pk for message, _ in found.shown)])
    _queue(found.again)
    _keep_slots(campaign, found)
    return len(found.again)


def refresh_all_messages(campaign: Campaign, filler: ContentFiller, tell: Tell = tell_nobody) -> int:
    """The same for all messages there are, as after another script; returns how many have to be made anew."""
    put_aside(campaign)
    outdated = 0
    for rows in _read_rows(campaign, Exists(Message.objects.filter(recipient=OuterRef("pk"))), tell):
        outdated += refresh_messages(campaign, rows, filler)
    return outdated


def sync_messages(campaign: Campaign, filler: ContentFiller, tell: Tell = tell_nobody) -> int:
    """A message for every valid row, filled as the campaign is now; what is finished and unchanged stays.

    Returns how many rows there are. Raises ScriptError for a fault of the script that concerns everybody.
    """
    put_aside(campaign)
    total = 0
    for rows in _read_rows(campaign, Q(), tell):
        refresh_messages(campaign, rows, filler, create=True)
        total += len(rows)
    return total


def put_aside(campaign: Campaign, person: Recipient | None = None) -> int:
    """Stop the messages of people who are gone or whose row is rejected (of all, or of this one), and what
    waits to be sent to them.

    Approved contents stay behind their links. Returns how many messages it concerned.
    """
    gone = Recipient.objects.filter(pk=OuterRef("recipient_id"))
    unwanted = Exists(gone.filter(~Q(removed_at=None) | Q(verdict=RowVerdict.REJECTED)))
    messages = campaign.messages.all() if person is None else campaign.messages.filter(recipient=person)
    counted = messages.filter(unwanted).exclude(render_state=RenderState.CANCELLED)
    pks = list(counted.order_by("pk").values_list("pk", flat=True))
    for some in _cut(pks):
        messages = Message.objects.filter(pk__in=some)
        removed = Exists(gone.exclude(removed_at=None))
        withhold(messages.filter(removed), REMOVED)
        withhold(messages.exclude(removed), UNAPPROVED)
        _unapprove(messages)
        move(messages.exclude(render_state__in=OPEN), RenderState.QUEUED)
        move(messages, RenderState.CANCELLED, claimed_by="", stage="")
    return len(pks)


def mark_outdated(campaign: Campaign) -> int:
    """After another presenter, voice or setting of the campaign: its videos wait to be made anew, and those
    that were made like this already count again. Returns how many videos are outdated by it.

    Not to be called during a run, whose presenter and voice stay as they are.
    """
    pks = list(find_made_otherwise(campaign).values_list("pk", flat=True))
    for some in _cut(pks):
        messages = Message.objects.filter(pk__in=some)
        withhold(messages, UNAPPROVED)
        _unapprove(messages)
        move(messages, RenderState.QUEUED)
    waiting = campaign.messages.filter(render_state=RenderState.QUEUED).exclude(content_hash="")
    _take_back([pk for pk in waiting.values_list("pk", flat=True) if pk not in set(pks)], campaign)
    return len(pks)


def count_outdated(campaign: Campaign) -> int:
    """How many people had a video that does not say any more what it should: their next run makes it anew.

    Constant queries; words are as of the last check of all rows (`revalidation.revalidate_rows`)."""
    living = Exists(
        Recipient.objects.filter(pk=OuterRef("recipient_id"), removed_at=None, verdict=RowVerdict.VALID)
    )
    waiting = campaign.messages.filter(living, render_state__in=(RenderState.QUEUED, RenderState.CANCELLED))
    had_video = waiting.exclude(video="").count()
    return had_video + find_made_otherwise(campaign).filter(living).count()


def withhold(messages: QuerySet[Message], reason: str) -> int:
    """What waits to be sent of these messages is not sent, and says why; another "send" looks anew."""
    waiting = Delivery.objects.filter(message__in=messages.values("pk"), state=DeliveryState.SCHEDULED)
    found = Delivery.objects.filter(pk__in=list(waiting.values_list("pk", flat=True)))
    return move(found, DeliveryState.SUPPRESSED if reason == REMOVED else DeliveryState.FAILED, reason=reason)


def _sort(found: _Sorted, message: Message, content: Content, shown: Revision | None, *, retry: bool) -> None:
    found.line_ids |= {line["id"] for line in content.lines}
    found.fault = found.fault or content.fault
    found.spoken_otherwise |= is_spoken_otherwise(message, content)
    state = message.render_state
    finished = bool(message.video) and (state == RenderState.READY or message.content_hash != "")
    made = finished and not content.failure and is_made_so(message, content)
    if made and state != RenderState.FAILED:
        if state != RenderState.READY:
            found.kept.append(message.pk)
        return
    if shown is not None and not content.failure and is_made_so(shown, content):
        found.shown.append((message, shown))
        return
    planned = made or (message.lines, message.made_with) == (content.lines, content.made_with)
    settled = state in (RenderState.CANCELLED, RenderState.FAILED)
    if message.pk is not None and planned and (state in OPEN or (settled and not retry)):
        return
    _plan(message, content)
    found.again.append(message)


def _find_shown(messages: Iterable[Message]) -> dict[int, Revision]:
    """message → what its link shows, where that was approved."""
    live = Revision.objects.filter(message__in=list(messages), withdrawn_at=None).order_by("approved_at")
    return {revision.message_id: revision for revision in live}


def _restore(shown: list[tuple[Message, Revision]]) -> None:
    """These say again what their link shows, so that content is theirs again."""
    for message, revision in shown:
        old = [getattr(message, name).name for name in FILES]
        for name in (*COPIED, *FILES):
            setattr(message, name, getattr(revision, name))
        transaction.on_commit(partial(delete_unused_files, message, old))
    messages = [message for message, _ in shown]
    fields = [*COPIED, *FILES]
    Message.objects.bulk_create(
        messages, ROWS_AT_ONCE, update_conflicts=True, unique_fields=["id"], update_fields=fields
    )
    failed = Message.objects.filter(pk__in=[message.pk for message in messages])
    move(failed.filter(render_state=RenderState.FAILED), RenderState.QUEUED)


def _plan(message: Message, content: Content) -> None:
    message.lines, message.made_with = content.lines, content.made_with
    message.failure, message.failure_permanent = content.failure, bool(content.failure)
    message.attempts = message.done = message.total = 0
    message.stage = message.claimed_by = ""
    message.content_hash = message.approved_hash = message.first_approved_hash = ""


def _queue(messages: list[Message]) -> None:
    """Store these messages as work to do, undecided; those that failed before they began fail at once."""
    insert_rows([message for message in messages if message.pk is None])
    known = [message for message in messages if message.pk is not None]
    waiting = [one for one in known if one.render_state == RenderState.QUEUED]
    others = [one for one in known if one.render_state != RenderState.QUEUED]
    if waiting:
        Message.objects.filter(pk__in=[one.pk for one in waiting]).update(**_choose_plans(waiting))
    if others:
        move(_find(others), RenderState.QUEUED, **_choose_plans(others))
    decided = [one for one in known if one.review_state != ReviewState.PENDING]
    if decided:
        move(_find(decided), ReviewState.PENDING)
    failed = [message.recipient_id for message in messages if message.failure]
    if failed:
        move(Message.objects.filter(recipient_id__in=failed), RenderState.FAILED)
    if known:
        withhold(_find(known), UNAPPROVED)


def _find(messages: Sequence[Message]) -> QuerySet[Message]:
    return Message.objects.filter(pk__in=[message.pk for message in messages])


def _choose_plans(messages: Sequence[Message]) -> dict[str, Any]:
    """For ``update``: what ``_plan`` gave each of these; what is the same for all is written once."""
    chosen = {name: getattr(messages[0], name) for name in _WRITTEN}
    for name in _OF_EACH:
        if any(getattr(message, name) != chosen[name] for message in messages):
            chosen[name] = choose_by_key({one.pk: getattr(one, name) for one in messages})
    told = {one.pk: one.failure for one in messages if one.failure}
    if told:
        whens = (When(pk=pk, then=Value(failure)) for pk, failure in told.items())
        chosen["failure"] = Case(*whens, default=Value(""))
        chosen["failure_permanent"] = Q(pk__in=list(told))
    return chosen


def _take_back(pks: Sequence[int], campaign: Campaign | None = None) -> None:
    """These have a finished video of what they say now: it counts again, and so does its approval."""
    for some in _cut(pks):
        messages = Message.objects.filter(pk__in=some)
        stopped = messages.filter(render_state__in=(RenderState.CANCELLED, RenderState.RENDERING))
        move(stopped, RenderState.QUEUED)
        move(messages, RenderState.READY, claimed_by="", stage="", failure="", failure_permanent=False)
        if campaign is not None:  # made in yet another way
            wrong = list(find_made_otherwise(campaign).filter(pk__in=some).values_list("pk", flat=True))
            move(Message.objects.filter(pk__in=wrong), RenderState.QUEUED)
        approve_published(messages)


def _unapprove(messages: QuerySet[Message]) -> None:
    """What was approved waits for a decision; what was rejected stays so."""
    approved = messages.filter(review_state=ReviewState.APPROVED)
    move(approved, ReviewState.PENDING, approved_hash="", first_approved_hash="")


def _keep_slots(campaign: Campaign, found: _Sorted) -> None:
    """The plan of the videos stays as long as it has a place for every line, spoken as it is now."""
    slots = json.loads(campaign.slots) if isinstance(campaign.slots, str) else campaign.slots
    if slots is not None and (found.spoken_otherwise or not found.line_ids <= set(slots.get("line_ids", ()))):
        campaign.slots = None
        Campaign.objects.filter(pk=campaign.pk).update(slots=None)


def _read_rows(campaign: Campaign, wanted: Q | Exists, tell: Tell) -> Iterator[list[Recipient]]:
    """The valid people some at a time, in the sheet's order."""
    valid = Recipient.objects.filter(wanted, campaign=campaign, removed_at=None, verdict=RowVerdict.VALID)
    pks = list(valid.order_by("row_number", "pk").values_list("pk", flat=True))
    done = 0
    for some in _cut(pks):
        rows = Recipient.objects.in_bulk(some)
        yield [rows[pk] for pk in some]
        done += len(some)
        tell("filling the script", done, len(pks))


def _cut(pks: Sequence[int]) -> Iterator[Sequence[int]]:
    return (pks[at : at + ROWS_AT_ONCE] for at in range(0, len(pks), ROWS_AT_ONCE))
