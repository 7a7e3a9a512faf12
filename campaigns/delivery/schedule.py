"""Deliveries: schedule approved messages, and record what a person decides about a delivery.

At most once, and nobody is forgotten: `campaigns.delivery.attempt` says how a single delivery is claimed and
settled.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Model, Q
from django.utils import timezone
from django_q.tasks import async_task

from campaigns.delivery.attempt import REVOKED, find_due
from campaigns.delivery.attempt import deliver as deliver
from campaigns.delivery.channels.channel import Channel
from campaigns.delivery.channels.registry import find_channel
from campaigns.delivery.suppression import SUPPRESSED, normalize_address
from campaigns.models import Campaign, Delivery, Message, Suppression
from campaigns.states import DeliveryState, MoveRefused, RenderState, ReviewState, move, move_one

STALL_S = 300  # a mail takes seconds; every step of it has the mail server's timeout
FORGOTTEN_S = 600  # scheduled for longer than this without a worker: its task was lost
SWEEP_BATCH = 500
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
HANDED_OVER = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNKNOWN)
STALLED = "The worker died while it was sending. Look whether it arrived, then decide."


@dataclass(frozen=True)
class SendCounts:
    """What one press of "send" came to."""

    scheduled: int  # new, or tried again
    already: int  # sent, on their way, or waiting for a decision
    suppressed: int
    without_address: int


def send_approved(
    campaign: Campaign, user: AbstractBaseUser | None = None, channel_name: str = ""
) -> SendCounts:
    """Schedule every approved message that this channel has not sent yet, and end a pause. Twice is as good
    as once.

    MoveRefused where the presenter's consent was revoked; LookupError for a channel that does not exist.
    """
    channel = find_channel(channel_name)
    with transaction.atomic():
        locked = (
            Campaign.objects.select_for_update(of=("self",)).select_related("presenter").get(pk=campaign.pk)
        )
        if locked.presenter is not None and locked.presenter.consent_revoked_at is not None:
            raise MoveRefused(REVOKED)
        Campaign.objects.filter(pk=locked.pk).update(sending_paused="", sending_failures=0)
        counts = _schedule(locked, _find_approved(locked), channel)
        ids = list(find_due(timezone.now()).filter(message__campaign=locked).values_list("pk", flat=True))
        transaction.on_commit(lambda: enqueue(ids))
        if user is not None:
            _log_decision(locked, user, f"Sent {counts.scheduled} approved messages.")
    campaign.refresh_from_db(fields=["sending_paused", "sending_failures"])
    return counts


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
    enqueue(waiting.order_by("pk").values_list("pk", flat=True)[:SWEEP_BATCH])
    return stalled


def enqueue(delivery_ids: Iterable[int]) -> None:
    """One task each; a task that comes twice finds nothing to claim."""
    for delivery_id in delivery_ids:
        async_task("campaigns.tasks.deliver", delivery_id)


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


def count_unsent(campaign: Campaign, channel: Channel[Any]) -> int:
    """Approved messages that this channel made no delivery for, and whose address it did not reach for a
    row that was replaced since."""
    by_channel = campaign.deliveries.filter(channel=channel.name)
    handled = by_channel.filter(Q(message__isnull=False) | Q(state__in=HANDED_OVER))
    known = {address.casefold() for address in handled.values_list("address", flat=True)}
    living = campaign.messages.filter(recipient__removed_at=None)
    waiting = living.filter(render_state=RenderState.READY).select_related("recipient")
    approved = (message.recipient for message in waiting if message.is_approved)
    addresses = (channel.get_address(recipient).casefold() for recipient in approved)
    return sum(address != "" and address not in known for address in addresses)


def _find_approved(campaign: Campaign) -> list[Message]:
    messages = campaign.messages.filter(
        recipient__removed_at=None,
        review_state=ReviewState.APPROVED,
        render_state=RenderState.READY,
        approved_hash=F("content_hash"),
    )
    return list(messages.exclude(content_hash="").select_related("recipient").select_for_update(of=("self",)))


def _schedule(campaign: Campaign, messages: list[Message], channel: Channel[Any]) -> SendCounts:
    addresses = {message.pk: channel.get_address(message.recipient) for message in messages}
    reachable = [message for message in messages if addresses[message.pk]]
    suppressed = set(Suppression.objects.values_list("email", flat=True))
    reached = _find_reached_addresses(campaign, channel)
    stored = Delivery.objects.select_for_update().filter(message__in=reachable, channel=channel.name)
    existing = {delivery.message_id: delivery for delivery in stored}
    deliveries: list[Delivery] = []
    for message in reachable:
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


def _find_reached_addresses(campaign: Campaign, channel: Channel[Any]) -> set[str]:
    """Addresses that this campaign has reached or may have reached, including those of replaced rows."""
    handed_over = campaign.deliveries.filter(state__in=HANDED_OVER, channel=channel.name)
    return {normalize_address(address) for address in handed_over.values_list("address", flat=True)}


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
        if to == DeliveryState.SCHEDULED:
            transaction.on_commit(lambda: enqueue([stored.pk]))
    delivery.refresh_from_db()
    return delivery


def _log_decision(about: Model, user: AbstractBaseUser, what: str) -> None:
    LogEntry.objects.log_actions(user.pk, [about], CHANGE, change_message=what, single_object=True)
