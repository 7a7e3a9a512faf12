"""What a press of “send” would do: to whom, from where, with which words. A person confirms exactly that.

The confirmation is a digest of all of it. Where anything of it changed since it was shown, nothing leaves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Upper

from campaigns.counts import select_approved
from campaigns.delivery import journal
from campaigns.delivery.channels.channel import Channel
from campaigns.delivery.mail_text import FIELDS, MailFault, write_mail_text
from campaigns.delivery.suppression import find_suppressed, normalize_address
from campaigns.delivery.timing import forecast
from campaigns.delivery.unsent import HANDED_OVER
from campaigns.models import Campaign, Delivery, Message, Recipient, get_workspace_key
from campaigns.revisions import load_consents
from campaigns.states import DeliveryState

ShowProgress = Callable[[str, int, int], None]
COUNTING = "counting who would get a mail"
PLANNED_AT_ONCE = 2000  # messages that are read at once
AGAIN = (DeliveryState.SCHEDULED, DeliveryState.FAILED, DeliveryState.SUPPRESSED)
# What a message is made of is of no concern to its sending, and most of its row.
_UNREAD = ("lines", "made_with", "segments", "scores", "flags", "parts")
_WORDS = (*FIELDS, "sender_name", "mail_names", "picture_text", "mail_preview")


@dataclass(frozen=True)
class Sending:
    """One message that would be sent, or withheld. ``delivery`` is there where it was scheduled before."""

    message: Message
    address: str
    delivery: Delivery | None
    is_suppressed: bool


@dataclass(frozen=True)
class Batch:
    """Some messages, sorted by what sending does with them."""

    sendings: list[Sending]
    already: list[Delivery | None]  # sent, on their way or waiting for a decision; None: to another row
    without_address: int


@dataclass(frozen=True)
class SendPlan:
    """The numbers that a person confirms, and the digest that stands for all of it."""

    people: int
    known: int  # of an older database: sent, as the journal knows; noted as such, and nothing leaves
    suppressed: int
    without_address: int
    already: int
    revoked: int
    sender: str
    first: Sending | None
    subject: str
    first_at: datetime | None  # None: they leave at once
    last_at: datetime | None
    digest: str
    messages: frozenset[int]


def make_plan(
    campaign: Campaign,
    channel: Channel[Any],
    confirmed: str = "",
    progress: ShowProgress = lambda *_: None,
) -> SendPlan:
    """What sending by this channel would do now. Of what was scheduled under ``confirmed`` already it counts
    as if it were not, so that a job that stopped half way finds its own plan again."""
    told = hashlib.sha256(_digest([channel.name, digest_mail(campaign), campaign.pace]).encode())
    people = known = suppressed = without = already = 0
    first: Sending | None = None
    kept: list[int] = []
    done, total = 0, select_sendable(campaign).count()
    for messages in read_sendable(campaign):
        batch = sort_messages(campaign, messages, channel)
        own = [one for one in batch.already if one is not None and confirmed and one.confirmed == confirmed]
        members = {one.message.pk: (one.message, one.address) for one in batch.sendings}
        members |= {m.pk: (m, one.address) for one in own for m in messages if m.pk == one.message_id}
        withheld = sum(one.is_suppressed for one in batch.sendings)
        leaving = [one for one in batch.sendings if not one.is_suppressed]
        before = [one for one in leaving if _is_known(one, channel)]
        known += len(before)
        first = first or next((one for one in leaving if one not in before), None)
        people += len(members) - withheld - len(before)
        suppressed, without = suppressed + withheld, without + batch.without_address
        already += len(batch.already) - len(own)
        for pk, (message, address) in sorted(members.items()):
            told.update(_describe(message, address))
            kept.append(pk)
        done += len(messages)
        progress(COUNTING, done, total)
    first_at, last_at = forecast(campaign, people) or (None, None)
    approved = select_approved(campaign.messages.filter(recipient__removed_at=None)).count()
    return SendPlan(
        people=people,
        known=known,
        suppressed=suppressed,
        without_address=without,
        already=already,
        revoked=approved - total,
        sender=describe_sender(campaign),
        first=first,
        subject=_write_subject(campaign, first),
        first_at=first_at,
        last_at=last_at,
        digest=told.hexdigest(),
        messages=frozenset(kept),
    )


def select_sendable(campaign: Campaign) -> QuerySet[Message]:
    """Approved messages of people who are there, with whoever is seen and heard still consenting."""
    return load_consents().select(select_approved(campaign.messages.filter(recipient__removed_at=None)))


def read_sendable(campaign: Campaign) -> Iterator[list[Message]]:
    """All of them with their recipients, some at a time."""
    last = 0
    while True:
        found = select_sendable(campaign).filter(pk__gt=last).order_by("pk").select_related("recipient")
        found = found.defer(*_UNREAD)
        messages = list(found[:PLANNED_AT_ONCE])
        yield messages
        if len(messages) < PLANNED_AT_ONCE:
            return
        last = messages[-1].pk


def sort_messages(campaign: Campaign, messages: list[Message], channel: Channel[Any]) -> Batch:
    """What sending does with each of these."""
    addresses = {message.pk: channel.get_address(message.recipient) for message in messages}
    reachable = [message for message in messages if addresses[message.pk]]
    asked = [addresses[message.pk] for message in reachable]
    suppressed = find_suppressed(asked, get_workspace_key(campaign))
    reached = _find_reached(campaign, channel, asked)
    stored = Delivery.objects.filter(message__in=reachable, channel=channel.name)
    existing = {delivery.message_id: delivery for delivery in stored}
    sendings: list[Sending] = []
    already: list[Delivery | None] = []
    for message in reachable:
        message.campaign = campaign
        delivery, address = existing.get(message.pk), addresses[message.pk]
        folded = normalize_address(address)
        if folded in reached or (delivery is not None and delivery.state not in AGAIN):
            already.append(delivery)
        else:
            sendings.append(Sending(message, address, delivery, folded in suppressed))
    return Batch(sendings, already, len(messages) - len(reachable))


def digest_mail(campaign: Campaign) -> str:
    """Stands for the mail's words as they are saved, before they are filled, and for its sender."""
    told = [getattr(campaign, name) for name in _WORDS]
    return _digest([*told, settings.DEFAULT_FROM_EMAIL])


def digest_words(campaign: Campaign, recipient: Recipient) -> str:
    """Stands for the words that one recipient reads; empty where they cannot be written."""
    try:
        words = write_mail_text(campaign, recipient.values)
    except MailFault:
        return ""
    told = [words.subject, words.text, words.button_label, words.button_url, recipient.name]
    return _digest(told)


def describe_sender(campaign: Campaign) -> str:
    """The address that mails come from, with the name that stands before it."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    name = " ".join(campaign.sender_name.split()) or name
    return f"{name} <{address}>" if name else address


def _find_reached(campaign: Campaign, channel: Channel[Any], addresses: list[str]) -> set[str]:
    """Those addresses that this campaign has reached or may have reached, also those of replaced rows."""
    handed_over = campaign.deliveries.filter(state__in=HANDED_OVER, channel=channel.name)
    wanted = [normalize_address(address).upper() for address in addresses]
    found = handed_over.annotate(folded=Upper("address")).filter(folded__in=wanted)
    return {normalize_address(address) for address in found.values_list("address", flat=True)}


def _is_known(sending: Sending, channel: Channel[Any]) -> bool:
    message, address = sending.message, sending.address
    same = Delivery(message=message, channel=channel.name, address=address, link_id=message.public_id)
    try:
        entry = journal.find(same)
    except journal.JournalError:
        return False  # whoever sends it says what is wrong with the journal
    return entry is not None and entry.step is journal.Step.SENT


def _write_subject(campaign: Campaign, first: Sending | None) -> str:
    if first is None:
        return ""
    try:
        return write_mail_text(campaign, first.message.recipient.values).subject
    except MailFault as fault:
        return str(fault)


def _describe(message: Message, address: str) -> bytes:
    row = message.recipient
    return _digest([message.pk, message.content_hash, address, row.name, row.values]).encode()


def _digest(told: list[Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
