"""Deliveries: schedule approved messages, and record what a person decides about a delivery.

At most once, and nobody is forgotten: `campaigns.delivery.attempt` says how a single delivery is claimed and
settled.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Model, Q
from django_q.brokers import get_broker
from django_q.tasks import async_task

from campaigns.claims import clock
from campaigns.counts import select_approved
from campaigns.delivery import journal
from campaigns.delivery.attempt import NO_JOURNAL, REVOKED, find_due, settle_dead
from campaigns.delivery.attempt import deliver as deliver
from campaigns.delivery.channels.channel import Channel
from campaigns.delivery.channels.registry import find_channel
from campaigns.delivery.journal import Step
from campaigns.delivery.mail_text import find_mail_gaps
from campaigns.delivery.plan import (
    Batch,
    Sending,
    SendPlan,
    ShowProgress,
    digest_mail,
    digest_words,
    make_plan,
    read_sendable,
    select_sendable,
    sort_messages,
)
from campaigns.delivery.suppression import SUPPRESSED
from campaigns.delivery.timing import begin_layout
from campaigns.delivery.unsent import HANDED_OVER
from campaigns.delivery.unsent import count_unsent as count_unsent
from campaigns.history import Verb, record
from campaigns.jobs.progress import JobProgress, RefusedJob
from campaigns.models import Campaign, Delivery, Job, Message, Recipient
from campaigns.states import DeliveryState, MoveRefused, Outcome, move, move_one

LOST_S = 60.0  # the same, while no task waits at all
FORGOTTEN_S = 600  # scheduled for longer than this without a worker: its task was lost
ENQUEUED_EACH = 20  # more deliveries than this share a few tasks
WAKE_UPS = 8
DELIVERED_AT_ONCE = 50  # by one task; then others have their turn
LOOKED_AT = 400
UPDATED_FIELDS = [
    "address",
    "attempts",
    "campaign",
    "campaign_name",
    "confirmed",
    "content_hash",
    "due_at",
    "link_id",
    "reason",
    "recipient_name",
    "words_hash",
]
CHANGED = "Nothing was sent: people, videos or the mail changed since you looked. Look once more, then send."


@dataclass(frozen=True)
class SendCounts:
    """What one press of "send" came to."""

    scheduled: int  # new, or tried again
    already: int  # sent, on their way, or waiting for a decision
    suppressed: int
    without_address: int

    def __add__(self, other: SendCounts) -> SendCounts:
        return SendCounts(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


def send_approved(
    campaign: Campaign,
    user: AbstractBaseUser | None = None,
    channel_name: str = "",
    progress: ShowProgress = lambda *_: None,
    confirmed: str = "",
) -> SendCounts:
    """Schedule every approved message that this channel has not sent yet, and end a pause. Twice is as good
    as once, and one that stopped half way goes on where it stopped.

    ``confirmed`` is the digest of the plan that a person saw (`plan.make_plan`): where it is another by now
    nothing is scheduled, and later nothing that it did not hold.

    MoveRefused where nobody who is seen consents any more; LookupError for a channel that does not exist.
    """
    channel = find_channel(channel_name)
    wanted = _begin(campaign, channel, confirmed)
    counts, done, moments = SendCounts(0, 0, 0, 0), 0, begin_layout(campaign)
    for read in read_sendable(campaign):
        with _locked(campaign) as locked:
            held = _hold(locked, [message.pk for message in read])
            batch = sort_messages(locked, held, channel)
            if wanted is not None:  # what was approved since the look waits for the next one
                batch.sendings[:] = [one for one in batch.sendings if one.message.pk in wanted]
            counts += _schedule(batch, channel, confirmed, moments)
        done += len(read)
        progress("scheduling", done, done if wanted is None else len(wanted))
    with transaction.atomic():
        transaction.on_commit(lambda: enqueue_due(campaign))
        if user is not None:
            _log_decision(campaign, user, f"Sent {counts.scheduled} approved messages.")
            about = f"{counts.scheduled} {channel.noun}{'' if counts.scheduled == 1 else 's'}"
            record(user, Verb.SENT, campaign=campaign, about=about, channel=channel.name)
    campaign.refresh_from_db(fields=["sending_paused", "sending_failures"])
    return counts


def check_plan(
    campaign: Campaign, channel: Channel[Any], progress: ShowProgress = lambda *_: None
) -> SendPlan:
    """The plan of a press of “send”, for a person to confirm. MoveRefused where it could not go on anyway."""
    with _locked(campaign) as held:
        _refuse_revoked(held)
        _refuse_gaps(held)
    return make_plan(campaign, channel, progress=progress)


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job: as `send_approved`, for more messages than a page waits for."""
    assert job.campaign is not None
    try:
        asked = {
            "channel_name": job.options.get("channel", ""),
            "confirmed": job.options.get("confirmed", ""),
        }
        counts = send_approved(job.campaign, job.created_by, progress=progress, **asked)
    except LookupError as unknown:
        raise RefusedJob(str(unknown)) from unknown
    return asdict(counts)


def _begin(campaign: Campaign, channel: Channel[Any], confirmed: str) -> frozenset[int] | None:
    """End a pause and note the confirmed words; the messages of the plan, None for whatever is approved."""
    with _locked(campaign) as held:
        _refuse_revoked(held)
        _refuse_gaps(held)
        plan = make_plan(held, channel, confirmed) if confirmed else None
        if plan is not None and plan.digest != confirmed:
            raise MoveRefused(CHANGED)
        stored = Campaign.objects.filter(pk=campaign.pk)
        stored.exclude(sending_paused="").update(rates_since=clock.now())
        stored.update(
            sending_paused="", sending_failures=0, sender_refusals=0, mail_confirmed=digest_mail(held)
        )
    return plan.messages if plan is not None else None


def _hold(campaign: Campaign, pks: list[int]) -> list[Message]:
    """Those of these that may still be sent, held with their recipients and deliveries."""
    messages = select_sendable(campaign).filter(pk__in=pks).order_by("pk").select_related("recipient")
    held = list(messages.select_for_update(of=("self",)))
    list(Delivery.objects.select_for_update().filter(message__in=held).values_list("pk"))
    return held


@contextmanager
def _locked(campaign: Campaign) -> Iterator[Campaign]:
    """The campaign, held until the end of a transaction. MoveRefused where it is in the archive."""
    with transaction.atomic():
        locked = (
            Campaign.objects.select_for_update(of=("self",)).select_related("presenter").get(pk=campaign.pk)
        )
        if locked.archived_at is not None:
            raise MoveRefused("This campaign is in the archive: take it out of there first.")
        yield locked


def _refuse_revoked(campaign: Campaign) -> None:
    """Where nobody in any approved video consents any more, a person hears of it."""
    if (
        select_approved(campaign.messages.filter(recipient__removed_at=None)).exists()
        and not select_sendable(campaign).exists()
    ):
        raise MoveRefused(REVOKED)


def _refuse_gaps(campaign: Campaign) -> None:
    """Nothing leaves while the mail has no value for one of those who would get it."""
    messages = select_sendable(campaign).exclude(deliveries__state__in=HANDED_OVER)
    rows = Recipient.objects.filter(campaign=campaign, removed_at=None, message__in=messages)
    gaps = find_mail_gaps(campaign, rows)
    if gaps:
        more = f" {len(gaps) - 1} more of other kinds." if len(gaps) > 1 else ""
        raise MoveRefused(f"Nothing was sent. {gaps[0]}{more}")


def sweep_stalled(now: datetime | None = None) -> int:
    """Dead workers' deliveries become unknown, or sent where the journal knows it, and what is due and has no
    task is queued. The number of dead."""
    moment = now or clock.now()
    silent = Delivery.objects.filter(
        state=DeliveryState.SENDING,
        heartbeat_at__lt=moment - timedelta(seconds=settings.SEND_STALLED_AFTER_S),
    )
    stalled = sum(settle_dead(one) for one in silent.select_related("message__campaign", "campaign"))
    patience_s = FORGOTTEN_S if get_broker("default").queue_size() else LOST_S
    waiting = find_due(moment).filter(
        Q(due_at__isnull=False) | Q(created_at__lt=moment - timedelta(seconds=patience_s))
    )
    enqueue(waiting.order_by("pk").values_list("pk", flat=True)[: ENQUEUED_EACH + 1])
    return stalled


def enqueue(delivery_ids: Iterable[int]) -> None:
    """Tasks for these: one each where they are few, else some that take whatever is due.

    A task that comes twice finds nothing to claim.
    """
    ids = list(delivery_ids)
    if len(ids) > ENQUEUED_EACH:
        wake_senders()
        return
    for delivery_id in ids:
        async_task("campaigns.tasks.deliver", delivery_id)


def enqueue_due(campaign: Campaign) -> None:
    """Tasks for what is due of this campaign."""
    due = find_due(clock.now()).filter(campaign=campaign).order_by("pk")
    enqueue(due.values_list("pk", flat=True)[: ENQUEUED_EACH + 1])


def wake_senders() -> None:
    """Some tasks that take what is due; each wakes the next one. One too many costs nothing."""
    for _ in range(WAKE_UPS):
        async_task("campaigns.tasks.deliver_due", task_name="send what is due")


def deliver_some(worker: str) -> int:
    """Send some of what is due, whichever another worker does not take first; how many this one tried."""
    due = list(find_due(clock.now()).order_by("pk").values_list("pk", flat=True)[:LOOKED_AT])
    random.shuffle(due)  # workers at once reach for different ones
    for pk in due[:DELIVERED_AT_ONCE]:
        deliver(pk, worker)
    return min(len(due), DELIVERED_AT_ONCE)


def decide(delivery: Delivery, *, was_sent: bool, user: AbstractBaseUser) -> Delivery:
    """A person settles an unknown delivery: it arrived, or it is to be sent again."""
    return _decide(
        delivery,
        user,
        (DeliveryState.UNKNOWN,),
        DeliveryState.SENT if was_sent else DeliveryState.SCHEDULED,
        "Decided that it arrived." if was_sent else "Decided that it did not arrive; sending it again.",
    )


def retry(delivery: Delivery, user: AbstractBaseUser) -> Delivery:
    """Try a failed or suppressed delivery again; suppression is looked at anew when it is sent."""
    states = (DeliveryState.FAILED, DeliveryState.SUPPRESSED)
    return _decide(delivery, user, states, DeliveryState.SCHEDULED, "Trying again.")


def _schedule(
    batch: Batch, channel: Channel[Any], confirmed: str, moments: Iterator[datetime | None]
) -> SendCounts:
    deliveries = [_prepare_delivery(one, channel, confirmed, moments) for one in batch.sendings]
    withheld = _store(deliveries)
    return SendCounts(
        scheduled=len(deliveries) - withheld,
        already=len(batch.already),
        suppressed=withheld,
        without_address=batch.without_address,
    )


def _store(deliveries: list[Delivery]) -> int:
    """Schedule these, then withhold those that have a reason already; returns how many were withheld."""
    known = [delivery for delivery in deliveries if delivery.pk is not None]
    Delivery.objects.bulk_update(known, UPDATED_FIELDS)
    Delivery.objects.bulk_create([delivery for delivery in deliveries if delivery.pk is None])
    stored = Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries])
    move(stored, DeliveryState.SCHEDULED)
    return move(stored.exclude(reason=""), DeliveryState.SUPPRESSED)


def _prepare_delivery(
    sending: Sending, channel: Channel[Any], confirmed: str, moments: Iterator[datetime | None]
) -> Delivery:
    """The delivery as it should be stored."""
    message = sending.message
    delivery = sending.delivery or Delivery(message=message, channel=channel.name)
    delivery.address = sending.address
    delivery.recipient_name = message.recipient.name
    delivery.campaign = message.campaign
    delivery.link_id = message.public_id
    delivery.campaign_name = message.campaign.name
    delivery.content_hash = message.content_hash
    delivery.confirmed = confirmed
    delivery.words_hash = digest_words(message.campaign, message.recipient)
    delivery.reason = SUPPRESSED if sending.is_suppressed else ""
    delivery.attempts = 0
    delivery.due_at = None if sending.is_suppressed else next(moments)
    return delivery


def _decide(
    delivery: Delivery,
    user: AbstractBaseUser,
    froms: tuple[DeliveryState, ...],
    to: DeliveryState,
    said: str,
) -> Delivery:
    with transaction.atomic():
        stored = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if stored.state not in froms:
            raise MoveRefused(f"This delivery is {stored.get_state_display()} by now. Reload the page.")
        move_one(stored, to)
        stored.reason, stored.claimed_by, stored.attempts, stored.due_at = "", "", 0, None
        if stored.message is not None:
            _renew(stored, stored.message)
        if to == DeliveryState.SCHEDULED:
            stored.provider_id = ""
            move(Delivery.objects.filter(pk=stored.pk), Outcome.UNHEARD)
        stored.sent_at = clock.now() if to == DeliveryState.SENT else None
        stored.save()
        _note_decision(stored, Step.SENT if to == DeliveryState.SENT else Step.NOT)
        _log_decision(stored, user, said)
        about = stored.recipient_name or stored.address
        record(user, Verb.DELIVERY_DECIDED, campaign=stored.campaign, about=about, decided=said)
        if to == DeliveryState.SCHEDULED:
            transaction.on_commit(lambda: enqueue([stored.pk]))
    delivery.refresh_from_db()
    return delivery


def _note_decision(delivery: Delivery, step: Step) -> None:
    try:
        journal.note(delivery, step)
    except journal.JournalError as error:
        raise MoveRefused(NO_JOURNAL.format(error)) from error


def _renew(delivery: Delivery, message: Message) -> None:
    """A person looked and wants it sent: as it is now, to where the recipient is now."""
    if message.is_approved:
        delivery.content_hash = message.content_hash
    if delivery.state == DeliveryState.SCHEDULED:
        with suppress(LookupError):
            delivery.address = (
                find_channel(delivery.channel).get_address(message.recipient) or delivery.address
            )
        delivery.words_hash = digest_words(message.campaign, message.recipient)


def _log_decision(about: Model, user: AbstractBaseUser, what: str) -> None:
    LogEntry.objects.log_actions(user.pk, [about], CHANGE, change_message=what, single_object=True)
