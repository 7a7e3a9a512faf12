"""The history: who did what, when. Rows are added and never changed; the database refuses everything else."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from campaigns.models.campaigns import Campaign
from campaigns.models.workspaces import Workspace


class HistoryEntry(models.Model):
    """One thing that a person or the program did. It outlives what it is about, so names are copied."""

    workspace = models.ForeignKey(
        Workspace, on_delete=models.DO_NOTHING, null=True, db_constraint=False, related_name="history"
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.DO_NOTHING, null=True, db_constraint=False, related_name="history"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
    )
    actor_name = models.CharField(max_length=200, blank=True)  # empty: the program itself
    verb = models.CharField(max_length=64)  # a value of history.Verb
    about = models.CharField(max_length=300, blank=True)  # what it was done to, as people call it
    details = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "history"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["campaign", "-at"]), models.Index(fields=["workspace", "-at"])]

    def __str__(self) -> str:
        return f"{self.verb} {self.about}"
