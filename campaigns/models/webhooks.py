"""Addresses of other systems that are told what happened, and each call to them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from campaigns.models.status_model import StatusModel
from campaigns.models.workspaces import Workspace
from campaigns.states import CallState


class WebhookEndpoint(models.Model):
    """An address that is called for some kinds of events of a workspace."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=2000)
    kinds = models.JSONField(default=list)  # values of webhooks.kinds.EventKind
    secrets = models.JSONField(default=list)  # ["whsec_…"], the newest first: every call is signed by each
    personal_data = models.BooleanField(default=False)  # whether calls hold names, addresses and cells
    enabled = models.BooleanField(default=True)
    disabled_reason = models.TextField(blank=True)  # why calls stopped by themselves
    failing_since = models.DateTimeField(null=True, blank=True)  # since when no call was answered
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.url


class WebhookCall(StatusModel):
    """One event for one endpoint. Triggers of the database add it in the transaction of what happened."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="calls")
    event_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # the same when called again
    kind = models.CharField(max_length=32)
    data = models.JSONField(default=dict)  # keys of rows: nothing personal
    state = models.CharField(max_length=16, choices=CallState.choices, default=CallState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()  # not before
    claimed_by = models.CharField(max_length=100, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)  # of the last answer
    failure = models.TextField(blank=True)
    at = models.DateTimeField()  # when it happened
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["endpoint", "-at"]),
            models.Index(
                fields=["due_at"], condition=models.Q(state=CallState.WAITING), name="waiting_calls"
            ),
            models.Index(
                fields=["heartbeat_at"], condition=models.Q(state=CallState.CALLING), name="open_calls"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.endpoint_id}"
