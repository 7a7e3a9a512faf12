"""The suppression list of a workspace: addresses of any channel that are not written to: they opted out or
do not exist.

A channel writes an address in one way (`Channel.clean_address`), so that case alone is left to differ.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.db.models.functions import Upper

from campaigns.delivery.erased_addresses import find_erased
from campaigns.models import Campaign, Delivery, Message, Suppression, Workspace
from campaigns.states import DeliveryState, move

SUPPRESSED = "This address asked not to be written to, or cannot be reached."


def suppress(address: str, reason: str, workspace_id: int) -> None:
    """A workspace never writes to this address again; what any campaign of it scheduled is withdrawn."""
    email = normalize_address(address)
    Suppression.objects.get_or_create(
        workspace_id=workspace_id, email=email, defaults={"reason": reason[:200]}
    )
    waiting = Delivery.objects.filter(
        state=DeliveryState.SCHEDULED,
        address__iexact=email,
    )
    # Selections and no join, as states.move wants it.
    own = Campaign.objects.filter(workspace_id=workspace_id)
    waiting = waiting.filter(Q(campaign__in=own) | Q(message__in=Message.objects.filter(campaign__in=own)))
    move(waiting, DeliveryState.SUPPRESSED, reason=SUPPRESSED)


def suppress_for_links(address: str, reason: str, campaign_ids: Iterable[int | None]) -> None:
    """For the workspaces of these campaigns. Where none of them is there any more, for every workspace."""
    found = Workspace.objects.filter(campaigns__in=[key for key in campaign_ids if key is not None])
    for workspace_id in set(found.values_list("pk", flat=True)) or Workspace.objects.values_list(
        "pk", flat=True
    ):
        suppress(address, reason, workspace_id)


def is_suppressed(address: str, workspace_id: int) -> bool:
    """Whether this workspace must not write to the address."""
    email = normalize_address(address)
    listed = Suppression.objects.filter(workspace_id=workspace_id, email__iexact=email).exists()
    return listed or bool(find_erased([email], workspace_id))


def find_suppressed(addresses: Iterable[str], workspace_id: int) -> set[str]:
    """Those of these addresses to which a workspace does not write, normalized."""
    wanted = [normalize_address(address).upper() for address in addresses]
    found = (
        Suppression.objects.filter(workspace_id=workspace_id)
        .annotate(folded=Upper("email"))
        .filter(folded__in=wanted)
    )
    listed = {normalize_address(email) for email in found.values_list("email", flat=True)}
    return listed | find_erased({address.lower() for address in wanted}, workspace_id)


def normalize_address(address: str) -> str:
    return address.strip().lower()
