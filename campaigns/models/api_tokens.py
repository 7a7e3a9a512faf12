"""What programs use in place of a person's password, and what they were answered lately."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from campaigns.models.workspaces import Workspace


class ApiToken(models.Model):
    """Lets a program act for one person in one workspace. Only a digest of the secret is stored."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="api_tokens")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=90)
    prefix = models.CharField(max_length=16)  # the beginning of the secret, to tell tokens apart
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the secret
    scopes = models.JSONField(default=list)  # values of access.tokens.Scope
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    requests_left = models.FloatField(default=0)  # of its rate, as they were at `refilled_at`
    refilled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class IdempotentAnswer(models.Model):
    """What a request with an Idempotency-Key was answered, for whoever sends it again within a day."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="answers")
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)  # SHA-256 of method, address and body
    status = models.PositiveSmallIntegerField()
    content_type = models.CharField(max_length=100)
    body = models.BinaryField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["at"], name="old_answers")]

    def __str__(self) -> str:
        return f"{self.status} for {self.key}"
