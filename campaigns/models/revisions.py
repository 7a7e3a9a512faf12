"""What a message was: the contents that were approved, and what people said about them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from campaigns.models.campaigns import Campaign
from campaigns.models.messages import Message
from campaigns.models.presenters import Presenter


class Revision(models.Model):
    """A content of a message that was approved. The newest one that was not withdrawn is what its link shows,
    also while a newer content is rendered and reviewed."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="revisions")
    content_hash = models.CharField(max_length=64)
    presenter = models.ForeignKey(Presenter, on_delete=models.SET_NULL, null=True, related_name="+")
    made_with = models.JSONField(default=dict)
    lines = models.JSONField(default=list)
    # Names of stored files, shared with the message as long as this is its content, too.
    video = models.CharField(max_length=300)
    poster = models.CharField(max_length=300, blank=True)
    preview = models.CharField(max_length=300, blank=True)
    captions = models.CharField(max_length=300, blank=True)
    poster_at_s = models.FloatField(null=True, blank=True)  # as the message's
    video_seconds = models.FloatField(default=0)
    segments = models.JSONField(default=list)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    approved_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-approved_at"]
        constraints = [
            models.UniqueConstraint(fields=["message", "content_hash"], name="one_revision_per_content")
        ]

    def __str__(self) -> str:
        return f"{self.message} at {self.approved_at:%Y-%m-%d %H:%M}"


class Comment(models.Model):
    """What a reviewer wrote about a message, at a time in its video."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="comments")
    content_hash = models.CharField(max_length=64)  # the content that it is about
    at_s = models.FloatField(default=0)
    text = models.TextField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    written_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at_s", "pk"]

    def __str__(self) -> str:
        return self.text


class ScriptVersion(models.Model):
    """A script as it was saved, so that an earlier one can be taken again."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="script_versions")
    number = models.PositiveIntegerField()
    script = models.TextField()
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="one_script_per_number")]

    def __str__(self) -> str:
        return f"version {self.number}"


class ScriptDraft(models.Model):
    """What a person typed into the script and did not save yet: offered again after a crash or elsewhere."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="script_drafts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    script = models.TextField()
    based_on = models.PositiveIntegerField(default=0)  # number of the version that it was begun from
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "user"], name="one_draft_per_person_and_campaign")
        ]

    def __str__(self) -> str:
        return f"draft of {self.user}"
