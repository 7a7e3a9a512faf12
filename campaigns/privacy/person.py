"""One person as they are held: their rows in all campaigns of some workspaces, and what hangs on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from campaigns.delivery.suppression import normalize_address
from campaigns.history import Verb
from campaigns.models import (
    Campaign,
    Delivery,
    Event,
    HistoryEntry,
    Message,
    Recipient,
    Suppression,
    Workspace,
)
from campaigns.privacy.terms import Terms, only_addresses


class PersonRefused(Exception):
    """Why nobody can be looked up like this, as a sentence."""


@dataclass(frozen=True)
class PersonQuery:
    """Whom to look for: by address, or by name where the rows have none. Addresses are compared as mail
    programs do, names without regard to case."""

    address: str
    name: str
    workspaces: tuple[int, ...]

    @classmethod
    def build(cls, address: str, name: str, workspaces: Collection[int]) -> PersonQuery:
        """Raises PersonRefused."""
        address, name = normalize_address(address), " ".join(name.split())
        if not address and not name:
            raise PersonRefused("Write the address of the person, or the name where there is no address.")
        if address and name:
            raise PersonRefused("Write the address or the name, not both: the address is enough.")
        if address and "@" not in address:
            raise PersonRefused(f"“{address}” is no address. Write the name into the other field.")
        return cls(address, name, tuple(sorted(workspaces)))


class HeldPerson:
    """What is held about a person now. Everything is looked up once, when it is first asked for."""

    def __init__(self, query: PersonQuery) -> None:
        self.query = query

    @cached_property
    def workspaces(self) -> list[Workspace]:
        return list(Workspace.objects.filter(pk__in=self.query.workspaces))

    @cached_property
    def covers_all(self) -> bool:
        """Whether every workspace is meant. What belongs to none, such as deliveries of deleted campaigns,
        may be another workspace's, and is looked at only then."""
        return not Workspace.objects.exclude(pk__in=self.query.workspaces).exists()

    @cached_property
    def recipients(self) -> list[Recipient]:
        """Their rows, of people who were removed and of rows that were rejected, too."""
        rows = Recipient.objects.filter(campaign__workspace__in=self.query.workspaces)
        if self.query.name:
            found = rows.filter(name__iexact=self.query.name, email="")
            return list(found.select_related("campaign"))
        held = Q(email__iexact=self.query.address) | Q(text__icontains=_write_json(self.query.address))
        found = rows.annotate(text=Cast("values", TextField())).filter(held).select_related("campaign")
        return [one for one in found if self.query.address in _list_addresses(one)]

    @cached_property
    def campaigns(self) -> list[Campaign]:
        return list({one.campaign_id: one.campaign for one in self.recipients}.values())

    @cached_property
    def messages(self) -> list[Message]:
        keys = [one.pk for one in self.recipients]
        return list(Message.objects.filter(recipient__in=keys).select_related("campaign"))

    @cached_property
    def deliveries(self) -> list[Delivery]:
        """To their address, and of their messages whatever the address was."""
        own = Q(message__in=[one.pk for one in self.messages])
        if self.query.address:
            here = Q(campaign__workspace__in=self.query.workspaces)
            if self.covers_all:
                here |= Q(campaign=None)
            own |= Q(address__iexact=self.query.address) & here
        return list(Delivery.objects.filter(own))

    @cached_property
    def events(self) -> QuerySet[Event]:
        return Event.objects.filter(message__in=[one.pk for one in self.messages])

    @cached_property
    def suppressions(self) -> QuerySet[Suppression]:
        found = Suppression.objects.filter(workspace__in=self.query.workspaces)
        return found.filter(email__iexact=self.query.address) if self.query.address else found.none()

    @cached_property
    def links(self) -> set[str]:
        """The ids in their links, also of mails whose message is gone."""
        found = {str(one.public_id) for one in self.messages}
        return found | {str(one.link_id) for one in self.deliveries if one.link_id}

    @cached_property
    def terms(self) -> Terms:
        """Their addresses and names, also those that were corrected since."""
        addresses = {self.query.address} | {one.address.lower() for one in self.deliveries}
        addresses |= {one.email.lower() for one in self.recipients}
        names = {self.query.name} | {one.name for one in self.recipients}
        names |= {one.recipient_name for one in self.deliveries}
        terms = Terms(frozenset(addresses - {""}), frozenset(names - {""}))
        former = {one.about for one in self.list_history(terms) if one.verb == Verb.CELL_EDITED}
        return Terms(terms.addresses, terms.names | former)

    @property
    def loose_terms(self) -> Terms:
        """What tells the person apart beyond their campaigns: the address, never a name alone."""
        return only_addresses(self.terms)

    def list_history(self, terms: Terms) -> Iterator[HistoryEntry]:
        """Entries of their campaigns that name them, and any of the workspaces that holds their address."""
        keys = {one.pk for one in self.campaigns}
        here = Q(workspace__in=self.query.workspaces) | Q(campaign__in=keys)
        entries = HistoryEntry.objects.filter(here).annotate(text=Cast("details", TextField()))
        held = Q(pk=None)
        for term in terms.all:
            held |= Q(about__icontains=term) | Q(text__icontains=_write_json(term)) | Q(text__icontains=term)
        loose = only_addresses(terms)
        for entry in entries.filter(held).iterator():
            wanted = terms if entry.campaign_id in keys else loose
            if wanted.are_in([entry.about, entry.details]):
                yield entry


def _list_addresses(recipient: Recipient) -> set[str]:
    cells = [recipient.email, *(str(one) for one in recipient.values.values())]
    return {normalize_address(cell) for cell in cells}


def _write_json(text: str) -> str:
    """A text as PostgreSQL writes it inside jsonb: letters as they are, quotation marks escaped."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
