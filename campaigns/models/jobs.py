"""Long work that a person waits for: an import, an export, a check of all rows."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from campaigns.models.campaigns import Campaign
from campaigns.models.presenters import Presenter
from campaigns.models.status_model import StatusModel
from campaigns.models.workspaces import Workspace
from campaigns.states import JobState


def job_path(job: Job, filename: str) -> str:
    return f"jobs/{job.public_id}/{filename}"


class Job(StatusModel):
    """One piece of work behind a page, with its progress and what came of it.

    ``options`` is what it was asked, ``result`` what it found; both are plain values of its kind.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=32)  # a value of jobs.kinds.JobKind
    state = models.CharField(
        max_length=16, choices=JobState.choices, default=JobState.WAITING, editable=False
    )
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, null=True, related_name="jobs")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, null=True, related_name="jobs")
    presenter = models.ForeignKey(Presenter, on_delete=models.CASCADE, null=True, related_name="jobs")
    options = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    file = models.FileField(upload_to=job_path, max_length=300, blank=True)  # what it reads, or what it made
    file_name = models.CharField(max_length=200, blank=True)  # as a person calls the file
    stage = models.CharField(max_length=100, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)  # a sentence for the person
    attempts = models.PositiveIntegerField(default=0)
    claimed_by = models.CharField(max_length=100, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["campaign", "kind", "-created_at"]),
            models.Index(fields=["state", "created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
