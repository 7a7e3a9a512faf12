"""Who agreed to what: added and never changed. The database refuses everything but an erasure of names."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from campaigns.models.presenters import Presenter
from campaigns.models.workspaces import Workspace


def document_path(entry: ConsentEntry, filename: str) -> str:
    owner = entry.presenter.public_id if entry.presenter is not None else "gone"
    return f"presenters/{owner}/consent/{filename}"


class ConsentEntry(models.Model):
    """One consent that was given, or one that was revoked. It outlives the presenter, so names are copied."""

    workspace = models.ForeignKey(
        Workspace, on_delete=models.DO_NOTHING, null=True, db_constraint=False, related_name="consents"
    )
    presenter = models.ForeignKey(
        Presenter, on_delete=models.DO_NOTHING, null=True, db_constraint=False, related_name="consents"
    )
    presenter_name = models.CharField(max_length=200)
    take_sha256 = models.CharField(max_length=64, blank=True)  # empty: not looked at yet
    kind = models.CharField(max_length=16)  # a value of consent.entries.ConsentKind
    act = models.CharField(max_length=16)  # a value of consent.entries.ConsentAct
    person = models.CharField(max_length=200)  # who consented
    wording = models.TextField(blank=True)  # the sentence that they agreed to
    note = models.TextField(blank=True)  # how they agreed
    document = models.FileField(upload_to=document_path, max_length=300, blank=True)  # a signed form
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
    )
    recorded_by_name = models.CharField(max_length=200, blank=True)  # empty: the program itself
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["presenter", "-at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.act} by {self.person}"
