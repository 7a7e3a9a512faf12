"""The suppression list: addresses of any channel that are not written to: they opted out or do not exist.

A channel writes an address in one way (`Channel.clean_address`), so that case alone is left to differ.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models.functions import Upper

from campaigns.models import Delivery, Suppression
from campaigns.states import DeliveryState, move

SUPPRESSED = "This address asked not to be written to, or cannot be reached."


def suppress(address: str, reason: str) -> None:
    """Never write to this address again; what is scheduled for it, in any campaign, is withdrawn."""
    Suppression.objects.get_or_create(email=normalize_address(address), defaults={"reason": reason[:200]})
    waiting = Delivery.objects.filter(
        state=DeliveryState.SCHEDULED, address__iexact=normalize_address(address)
    )
    move(waiting, DeliveryState.SUPPRESSED, reason=SUPPRESSED)


def is_suppressed(address: str) -> bool:
    return Suppression.objects.filter(email__iexact=normalize_address(address)).exists()


def find_suppressed(addresses: Iterable[str]) -> set[str]:
    """Those of these addresses that are not written to, normalized."""
    wanted = [normalize_address(address).upper() for address in addresses]
    found = Suppression.objects.annotate(folded=Upper("email")).filter(folded__in=wanted)
    return {normalize_address(email) for email in found.values_list("email", flat=True)}


def normalize_address(address: str) -> str:
    return address.strip().lower()
