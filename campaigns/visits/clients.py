"""How often one browser comes: known for an hour, by a word that nobody can turn back into an address."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID, uuid5

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from campaigns.models import Visitor

KEPT = timedelta(hours=1)
# More loads of one page than these within that time are a loop or a prank. They count as one together, so
# that neither a loop nor a person who looks meanwhile is lost.
OF_CLIENT, OF_LINK = 20, 200
# As many links of different people within a minute: a server that looks through everybody's mail.
MANY_LINKS, MANY_WITHIN = 8, timedelta(minutes=1)
AT_ONCE = timedelta(seconds=3)
_WAY_OUT = "opt-out"


class Link(Protocol):
    """A message, or as much of one as is known here."""

    @property
    def pk(self) -> int: ...

    @property
    def public_id(self) -> UUID: ...


def find_key(request: HttpRequest) -> str:
    """A word for this client, another one each day and in each installation; no address comes out of it."""
    agent = request.headers.get("User-Agent", "")
    secret = f"{timezone.now():%Y-%m-%d}|{_find_address(request)}|{agent}"
    return salted_hmac("campaigns.visits.client", secret, algorithm="sha256").hexdigest()[:32]


@dataclass(frozen=True)
class Visit:
    """What a client does with a link: under which viewing it counts, and how it came there."""

    viewing: UUID
    is_new: bool = False  # its first report
    saw_opt_out: bool = False  # it opened the page that asks whether to write no more, a moment ago


def note_visit(link: Link, viewing: UUID, key: str) -> Visit:
    """A load of a link's page reports something. Loads in a loop share a viewing."""
    now = timezone.now()
    lately = Visitor.objects.filter(message_id=link.pk, at__gt=now - KEPT)
    seen = list(lately.values_list("viewing", "key", "at")[: 2 * OF_LINK])
    way_out = uuid5(link.public_id, _WAY_OUT)
    saw = any(one == way_out and whose == key and at > now - AT_ONCE for one, whose, at in seen)
    pages = [(one, whose) for one, whose, _ in seen if one != way_out]
    if any(one == viewing for one, _ in pages):
        return Visit(viewing, saw_opt_out=saw)
    if len(pages) >= OF_LINK or sum(whose == key for _, whose in pages) >= OF_CLIENT:
        return Visit(uuid5(link.public_id, "more"), saw_opt_out=saw)
    Visitor.objects.create(message_id=link.pk, viewing=viewing, key=key)
    return Visit(viewing, True, saw)


def visits_many(key: str) -> bool:
    """Whether this client opened the pages of many people just now."""
    lately = Visitor.objects.filter(key=key, at__gt=timezone.now() - MANY_WITHIN)
    return lately.values("message").distinct().count() >= MANY_LINKS


def note_opt_out_page(link: Link, key: str) -> None:
    """This client opened the page that asks whether to write no more; no person opens both links of a mail
    within a moment."""
    way_out = uuid5(link.public_id, _WAY_OUT)
    noted = Visitor.objects.filter(message_id=link.pk, key=key, viewing=way_out)
    if not noted.update(at=timezone.now()):
        Visitor.objects.create(message_id=link.pk, viewing=way_out, key=key)


def list_visits(key: str, link: Link | None = None) -> list[UUID]:
    """This client's loads of pages just now: of one message within a moment, of all within a minute."""
    found = Visitor.objects.filter(key=key)
    if link is None:
        found = found.filter(at__gt=timezone.now() - MANY_WITHIN)
    else:
        found = found.filter(message_id=link.pk, at__gt=timezone.now() - AT_ONCE)
    return list(found.values_list("viewing", flat=True))


def sweep_visitors() -> int:
    """Forget who came an hour ago; returns how many."""
    return Visitor.objects.filter(at__lt=timezone.now() - KEPT).delete()[0]


def _find_address(request: HttpRequest) -> str:
    """Of the client; behind a proxy what the proxy says. Of IPv6 the half that a household shares."""
    told = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:
        told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or told
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return told
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)
