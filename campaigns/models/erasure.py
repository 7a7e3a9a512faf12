"""What stays of a person who was erased: nothing that names them, and a mark that they are not written to."""

from __future__ import annotations

from django.db import models

from campaigns.models.workspaces import Workspace


class ErasedAddress(models.Model):
    """The keyed hash of an address (`delivery.erased_addresses`): tells whether an address is that one."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="erased_addresses")
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "digest"], name="one_digest_per_erased_address")
        ]

    def __str__(self) -> str:
        return f"erased {self.digest[:8]}"
