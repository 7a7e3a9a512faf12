"""Deliveries: schedule approved messages, and record what a person decides about a delivery.

At most once, and nobody is forgotten: `campaigns.delivery.attempt` says how a single delivery is claimed and
settled.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Upper
from django.utils import timezone
from django_q.tasks import async_task

from campaigns.counts import select_approved
from campaigns.delivery.attempt import REVOKED, find_due
from campaigns.delivery.attempt import deliver as deliver
from campaigns.delivery.channels.channel import Channel
from campaigns.delivery.channels.registry import find_channel
from campaigns.delivery.mail_text import find_mail_gaps
from campaigns.delivery.suppression import SUPPRESSED, find_suppressed, normalize_address
from campaigns.delivery.unsent import HANDED_OVER
from campaigns.delivery.unsent import count_unsent as count_unsent
from campaigns.history import Verb, record
from campaigns.jobs.progress import JobProgress, RefusedJob
from campaigns.models import Campaign, Delivery, Job, Message, Recipient, get_workspace_key
from campaigns.revisions import load_consents
from campaigns.states import DeliveryState, MoveRefused, move, move_one

STALL_S = 300  # a mail takes seconds; every step of it has the mail server's timeout
FORGOTTEN_S = 600  # scheduled for longer than this without a worker: its task was lost
SCHEDULED_AT_ONCE = 2000  # messages in one transaction
ENQUEUED_EACH = 20  # more deliveries than this share a few tasks
WAKE_UPS = 8
DELIVERED_AT_ONCE = 50  # by one task; then others have their turn
LOOKED_AT = 400
UPDATED_FIELDS = [
    "address",
    "attempts",
    "campaign",
    "campaign_name",
    "content_hash",
    "due_at",
    "link_id",
    "reason",
    "recipient_name",
]
STALLED = "The worker died while it was sending. Look whether it arrived, then decide."


@dataclass(frozen=True)
class SendCounts:
    """What one press of "send" came to."""

    scheduled: int  # new, or tried again
    already: int  # sent, on their way, or waiting for a decision
    suppressed: int
    without_address: int

    def __add__(self, other: SendCounts) -> SendCounts:
        return SendCounts(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


ShowProgress = Callable[[str, int, int], None]


def send_approved(
    campaign: Campaign,
    user: AbstractBaseUser | None = None,
    channel_name: str = "",
    progress: ShowProgress = lambda *_: None,
) -> SendCounts:
    """Schedule every approved message that this channel has not sent yet, and end a pause. Twice is as good
    as once, and one that stopped half way goes on where it stopped.

    MoveRefused where nobody who is seen consents any more; LookupError for a channel that does not exist.
    """
    channel = find_channel(channel_name)
    with _locked(campaign) as held:
        _refuse_revoked(held)
        _refuse_gaps(held)
        Campaign.objects.filter(pk=campaign.pk).update(
            sending_paused="", sending_failures=0, sender_refusals=0
        )
    total = _select_sendable(campaign).count()
    counts, done, last = SendCounts(0, 0, 0, 0), 0, 0
    while True:
        with _locked(campaign) as locked:
            messages = _find_approved(locked, last)
            counts += _schedule(locked, messages, channel)
        if len(messages) < SCHEDULED_AT_ONCE:
            break
        last, done = messages[-1].pk, done + len(messages)
        progress("scheduling", done, total)
    with transaction.atomic():
        transaction.on_commit(lambda: enqueue_due(campaign))
        if user is not None:
            _log_decision(campaign, user, f"Sent {counts.scheduled} approved messages.")
            about = f"{counts.scheduled} {channel.noun}{'' if counts.scheduled == 1 else 's'}"
            record(user, Verb.SENT, campaign=campaign, about=about, channel=channel.name)
    campaign.refresh_from_db(fields=["sending_paused", "sending_failures"])
    return counts


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job: as `send_approved`, for more messages than a page waits for."""
    assert job.campaign is not None
    try:
        counts = send_approved(job.campaign, job.created_by, job.options.get("channel", ""), progress)
    except LookupError as unknown:
        raise RefusedJob(str(unknown)) from unknown
    return asdict(counts)


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
        and not _select_sendable(campaign).exists()
    ):
        raise MoveRefused(REVOKED)


def _refuse_gaps(campaign: Campaign) -> None:
    """Nothing leaves while the mail has no value for one of those who would get it."""
    messages = _select_sendable(campaign).exclude(deliveries__state__in=HANDED_OVER)
    rows = Recipient.objects.filter(campaign=campaign, removed_at=None, message__in=messages)
    gaps = find_mail_gaps(campaign, rows)
    if gaps:
        more = f" {len(gaps) - 1} more of other kinds." if len(gaps) > 1 else ""
        raise MoveRefused(f"Nothing was sent. {gaps[0]}{more}")


def sweep_stalled(now: datetime | None = None) -> int:
    """Dead workers' deliveries become unknown, what is due and has no task is queued. The number of dead."""
    moment = now or timezone.now()
    silent = Delivery.objects.filter(
        state=DeliveryState.SENDING, heartbeat_at__lt=moment - timedelta(seconds=STALL_S)
    )
    stalled = move(silent, DeliveryState.UNKNOWN, reason=STALLED)
    waiting = find_due(moment).filter(
        Q(due_at__isnull=False) | Q(created_at__lt=moment - timedelta(seconds=FORGOTTEN_S))
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
    due = find_due(timezone.now()).filter(campaign=campaign).order_by("pk")
    enqueue(due.values_list("pk", flat=True)[: ENQUEUED_EACH + 1])


def wake_senders() -> None:
    """Some tasks that take what is due; each wakes the next one. One too many costs nothing."""
    for _ in range(WAKE_UPS):
        async_task("campaigns.tasks.deliver_due", task_name="send what is due")


def deliver_some(worker: str) -> int:
    """Send some of what is due, whichever another worker does not take first; how many this one tried."""
    due = list(find_due(timezone.now()).order_by("pk").values_list("pk", flat=True)[:LOOKED_AT])
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


def _select_sendable(campaign: Campaign) -> QuerySet[Message]:
    """Approved messages of people who are there, with whoever is seen and heard still consenting."""
    return load_consents().select(select_approved(campaign.messages.filter(recipient__removed_at=None)))


def _find_approved(campaign: Campaign, after: int) -> list[Message]:
    """The next approved messages by pk, held, with their recipients."""
    messages = _select_sendable(campaign).filter(pk__gt=after).order_by("pk")
    return list(messages.select_related("recipient").select_for_update(of=("self",))[:SCHEDULED_AT_ONCE])


def _schedule(campaign: Campaign, messages: list[Message], channel: Channel[Any]) -> SendCounts:
    addresses = {message.pk: channel.get_address(message.recipient) for message in messages}
    reachable = [message for message in messages if addresses[message.pk]]
    asked = [addresses[message.pk] for message in reachable]
    suppressed = find_suppressed(asked, get_workspace_key(campaign))
    reached = _find_reached_addresses(campaign, channel, asked)
    stored = Delivery.objects.select_for_update().filter(message__in=reachable, channel=channel.name)
    existing = {delivery.message_id: delivery for delivery in stored}
    deliveries: list[Delivery] = []
    for message in reachable:
        message.campaign = campaign
        address = addresses[message.pk]
        if normalize_address(address) not in reached:
            delivery = existing.get(message.pk) or Delivery(message=message, channel=channel.name)
            deliveries += _prepare_delivery(message, delivery, address, suppressed)
    withheld = _store(deliveries)
    return SendCounts(
        scheduled=len(deliveries) - withheld,
        already=len(reachable) - len(deliveries),
        suppressed=withheld,
        without_address=len(messages) - len(reachable),
    )


def _store(deliveries: list[Delivery]) -> int:
    """Schedule these, then withhold those that have a reason already; returns how many were withheld."""
    known = [delivery for delivery in deliveries if delivery.pk is not None]
    Delivery.objects.bulk_update(known, UPDATED_FIELDS)
    Delivery.objects.bulk_create([delivery for delivery in deliveries if delivery.pk is None])
    stored = Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries])
    move(stored, DeliveryState.SCHEDULED)
    return move(stored.exclude(reason=""), DeliveryState.SUPPRESSED)


def _find_reached_addresses(campaign: Campaign, channel: Channel[Any], addresses: Iterable[str]) -> set[str]:
    """Those addresses that this campaign has reached or may have reached, also those of replaced rows."""
    handed_over = campaign.deliveries.filter(state__in=HANDED_OVER, channel=channel.name)
    wanted = [normalize_address(address).upper() for address in addresses]
    found = handed_over.annotate(folded=Upper("address")).filter(folded__in=wanted)
    return {normalize_address(address) for address in found.values_list("address", flat=True)}


def _prepare_delivery(
    message: Message, delivery: Delivery, address: str, suppressed: set[str]
) -> list[Delivery]:
    """The delivery as it should be stored; none where it is to be left alone."""
    again = (DeliveryState.SCHEDULED, DeliveryState.FAILED, DeliveryState.SUPPRESSED)
    if delivery.pk is not None and delivery.state not in again:
        return []
    delivery.address = address
    delivery.recipient_name = message.recipient.name
    delivery.campaign = message.campaign
    delivery.link_id = message.public_id
    delivery.campaign_name = message.campaign.name
    delivery.content_hash = message.content_hash
    withhold = normalize_address(delivery.address) in suppressed
    delivery.reason = SUPPRESSED if withhold else ""
    delivery.attempts, delivery.due_at = 0, None
    return [delivery]


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
        if stored.message is not None and stored.message.is_approved:
            stored.content_hash = stored.message.content_hash
        stored.sent_at = timezone.now() if to == DeliveryState.SENT else None
        stored.save()
        _log_decision(stored, user, said)
        about = stored.recipient_name or stored.address
        record(user, Verb.DELIVERY_DECIDED, campaign=stored.campaign, about=about, decided=said)
        if to == DeliveryState.SCHEDULED:
            transaction.on_commit(lambda: enqueue([stored.pk]))
    delivery.refresh_from_db()
    return delivery


def _log_decision(about: Model, user: AbstractBaseUser, what: str) -> None:
    LogEntry.objects.log_actions(user.pk, [about], CHANGE, change_message=what, single_object=True)
