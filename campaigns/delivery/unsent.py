"""What of a campaign has not left by a channel: counted for the page that offers to send it."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Trim, Upper

from campaigns.counts import select_approved
from campaigns.delivery.channels.channel import Channel
from campaigns.models import Campaign, Delivery, Message
from campaigns.states import DeliveryState

MANY = 5000
KEPT_S = 3600
HANDED_OVER = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNKNOWN)


def count_unsent(campaign: Campaign, channel: Channel[Any]) -> int:
    """Approved messages that this channel made no delivery for, and whose address it did not reach for a
    row that was replaced since.

    Of many the number is kept for as long as nothing changes: no approval, no delivery, no person.
    """
    approved = select_approved(campaign.messages.order_by()).count()
    if approved <= MANY:
        return _count_anew(campaign, channel, is_large=False)
    key = _name_state(campaign, channel, approved)
    found: int | None = cache.get(key)
    if found is None:
        found = _count_anew(campaign, channel, is_large=True)
        cache.set(key, found, KEPT_S)
    return found


def _name_state(campaign: Campaign, channel: Channel[Any], approved: int) -> str:
    """What the number follows from; every change of people stands in the history."""
    states = campaign.deliveries.order_by("state").values_list("state").annotate(Count("pk"))
    told = campaign.history.order_by("-at").values_list("pk", flat=True).first()
    counted = ".".join(f"{state}-{count}" for state, count in states)
    return f"unsent.{campaign.pk}.{channel.name}.{approved}.{told}.{counted}"


def _count_anew(campaign: Campaign, channel: Channel[Any], *, is_large: bool) -> int:
    by_channel = campaign.deliveries.filter(channel=channel.name)
    handled = by_channel.filter(Q(message__isnull=False) | Q(state__in=HANDED_OVER))
    handed_over = Delivery.objects.filter(message=OuterRef("pk"), channel=channel.name, state__in=HANDED_OVER)
    approved = select_approved(campaign.messages.filter(recipient__removed_at=None))
    waiting = approved.filter(~Exists(handed_over)).order_by()
    if channel.address_field:
        return _count_by_field(waiting, handled, f"recipient__{channel.address_field}", is_large)
    known = {address.casefold() for address in handled.values_list("address", flat=True)}
    recipients = (message.recipient for message in waiting.select_related("recipient").iterator())
    addresses = (channel.get_address(recipient).casefold() for recipient in recipients)
    return sum(address != "" and address not in known for address in addresses)


def _count_by_field(
    waiting: QuerySet[Message], handled: QuerySet[Delivery], field: str, is_large: bool
) -> int:
    """The same, by the database alone, for an address that a recipient's row holds as it is."""
    same = handled.annotate(folded=Upper("address")).filter(folded=Upper(Trim(OuterRef(field))))
    unsent = waiting.exclude(**{field: ""}).filter(~Exists(same))
    if not is_large:
        return unsent.count()
    # The server takes “approved_hash = content_hash” for rare, and would look up each message by itself.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        found = unsent.count()
        cursor.execute("SET LOCAL enable_nestloop = on")
    return found
