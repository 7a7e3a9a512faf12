"""Addresses of people who were erased: nobody reads them any more, and nobody writes to them again.

Of each stays a keyed hash (HMAC-SHA256 with the installation's secret key). Whoever has an address can ask
whether it is one of them; nobody without the key can find out an address from its hash by trying many.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from django.conf import settings
from django.utils.encoding import force_bytes

from campaigns.models import ErasedAddress

_PURPOSE = b"campaigns.erased-address:"


def remember(address: str, workspace_id: int) -> None:
    """From now on a workspace does not write to this address."""
    ErasedAddress.objects.get_or_create(workspace_id=workspace_id, digest=_compute_digests(address)[0])


def forget(address: str, workspace_ids: Iterable[int]) -> int:
    """The person asked to be written to again; in how many workspaces they are."""
    found = ErasedAddress.objects.filter(
        workspace__in=list(workspace_ids), digest__in=_compute_digests(address)
    )
    return found.delete()[0]


def find_erased(addresses: Iterable[str], workspace_id: int) -> set[str]:
    """Those of these normalized addresses whose people were erased."""
    erased = set(ErasedAddress.objects.filter(workspace_id=workspace_id).values_list("digest", flat=True))
    if not erased:
        return set()
    return {address for address in addresses if erased & set(_compute_digests(address))}


def _compute_digests(address: str) -> list[str]:
    """By the key that the installation has now, and by those that it had before."""
    normalized = address.strip().lower().encode()
    keys = [force_bytes(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return [hmac.new(_PURPOSE + key, normalized, "sha256").hexdigest() for key in keys]
