"""What of a campaign has not left by a channel: counted for the page that offers to send it."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Trim, Upper

from campaigns.counts import select_approved
from campaigns.delivery.channels.channel import Channel
from campaigns.models import Campaign, Delivery, Message
from campaigns.states import DeliveryState

MANY = 5000
HANDED_OVER = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNKNOWN)


def count_unsent(campaign: Campaign, channel: Channel[Any]) -> int:
    """Approved messages that this channel made no delivery for, and whose address it did not reach for a
    row that was replaced since."""
    by_channel = campaign.deliveries.filter(channel=channel.name)
    handled = by_channel.filter(Q(message__isnull=False) | Q(state__in=HANDED_OVER))
    handed_over = Delivery.objects.filter(message=OuterRef("pk"), channel=channel.name, state__in=HANDED_OVER)
    approved = select_approved(campaign.messages.filter(recipient__removed_at=None))
    waiting = approved.filter(~Exists(handed_over)).order_by()
    if channel.address_field:
        return _count_by_field(waiting, handled, f"recipient__{channel.address_field}")
    known = {address.casefold() for address in handled.values_list("address", flat=True)}
    recipients = (message.recipient for message in waiting.select_related("recipient").iterator())
    addresses = (channel.get_address(recipient).casefold() for recipient in recipients)
    return sum(address != "" and address not in known for address in addresses)


def _count_by_field(waiting: QuerySet[Message], handled: QuerySet[Delivery], field: str) -> int:
    """The same, by the database alone, for an address that a recipient's row holds as it is."""
    same = handled.annotate(folded=Upper("address")).filter(folded=Upper(Trim(OuterRef(field))))
    unsent = waiting.exclude(**{field: ""}).filter(~Exists(same))
    if waiting[: MANY + 1].count() <= MANY:
        return unsent.count()
    # The server takes “approved_hash = content_hash” for rare, and would look up each message by itself.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        found = unsent.count()
        cursor.execute("SET LOCAL enable_nestloop = on")
    return found
