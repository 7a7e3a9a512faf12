"""Addresses that are not written to: they asked for that, or they do not exist."""

from __future__ import annotations

from campaigns.models import Delivery, Suppression
from campaigns.states import DeliveryState, move

SUPPRESSED = "This address asked not to be written to, or cannot be reached."


def suppress(address: str, reason: str) -> None:
    """Never write to this address again; what is scheduled for it, in any campaign, is withdrawn."""
    Suppression.objects.get_or_create(email=normal_address(address), defaults={"reason": reason[:200]})
    waiting = Delivery.objects.filter(state=DeliveryState.SCHEDULED, address__iexact=normal_address(address))
    move(waiting, DeliveryState.SUPPRESSED, reason=SUPPRESSED)


def is_suppressed(address: str) -> bool:
    return Suppression.objects.filter(email__iexact=normal_address(address)).exists()


def normal_address(address: str) -> str:
    return address.strip().lower()
