"""Messages, their deliveries, and what happened to them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.functions import Now, Upper

from campaigns.models.campaigns import Campaign, Recipient
from campaigns.models.status_model import StatusModel
from campaigns.models.workspaces import Workspace, get_first_workspace
from campaigns.states import (
    DeliveryState,
    EventKind,
    MachineSign,
    Outcome,
    RenderState,
    ReviewState,
    Verdict,
)


def message_path(message: Message, filename: str) -> str:
    return f"campaigns/{message.campaign.public_id}/messages/{message.public_id}/{filename}"


_IS_BAD = models.Q(outcome__in=[Outcome.REFUSED, Outcome.BOUNCED, Outcome.UNSUBSCRIBED, Outcome.COMPLAINED])
_FINISHED = models.Q(render_state=RenderState.READY) & ~models.Q(content_hash="")
_DECISIONS = [
    "recipient", "content_hash", "approved_hash", "review_state", "first_approved_hash", "first_approved_by",
]  # fmt: skip


class Message(StatusModel):
    """One recipient's video: its render, its review, and what it is made of."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="messages")
    recipient = models.OneToOneField(Recipient, on_delete=models.CASCADE, related_name="message")
    # [{"id": str, "text": str, "recording": sha256 where it has one}]
    lines = models.JSONField(default=list)
    # {"presenter": id, "voice": [engine, voice, locale], "pronunciations": […]}; {} in older ones
    made_with = models.JSONField(default=dict)

    render_state = models.CharField(max_length=16, choices=RenderState.choices, default=RenderState.QUEUED)
    stage = models.CharField(max_length=100, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    claimed_by = models.CharField(max_length=100, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ready_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(blank=True)
    failure_permanent = models.BooleanField(default=False)

    content_hash = models.CharField(max_length=64, blank=True)
    video = models.FileField(upload_to=message_path, max_length=300, blank=True)
    poster = models.FileField(upload_to=message_path, max_length=300, blank=True)
    captions = models.FileField(upload_to=message_path, max_length=300, blank=True)
    preview = models.FileField(upload_to=message_path, max_length=300, blank=True)  # short, moving, silent
    poster_at_s = models.FloatField(null=True, blank=True)  # the moment a person chose; empty: the platform's
    video_seconds = models.FloatField(default=0)
    work_seconds = models.FloatField(default=0)
    segments = models.JSONField(default=list)  # [{"line": id, "text", "start_s", "end_s", "cached": bool}]
    parts = models.JSONField(default=list)  # names in the render cache, of earlier contents too; to delete
    scores = models.JSONField(default=dict)
    flags = models.JSONField(default=list)  # sentences, worst first
    risk = models.FloatField(default=0)  # how much it needs review; see review.compute_risk
    is_sample = models.BooleanField(default=False)  # one of the hard rows that are rendered first
    sample_reason = models.CharField(max_length=300, blank=True)  # why the row is hard, in words
    urgency = models.PositiveSmallIntegerField(default=0)  # a person waits for it: rendered before the others
    stretch = models.PositiveSmallIntegerField(
        default=0
    )  # of the take that it is shown over; another one after somebody said that the mouth looks wrong
    asked_at = models.DateTimeField(null=True, blank=True)  # since when that person waits

    review_state = models.CharField(max_length=16, choices=ReviewState.choices, default=ReviewState.PENDING)
    approved_hash = models.CharField(max_length=64, blank=True)
    first_approved_hash = models.CharField(
        max_length=64, blank=True
    )  # where two have to approve: what the first one approved
    first_approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reject_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["campaign_id", "recipient__row_number"]
        indexes = [
            models.Index(fields=["campaign", "render_state", "review_state"]),
            models.Index(fields=["campaign", "render_state", "ready_at"]),
            models.Index(fields=["campaign", "render_state", "id"]),
            models.Index(
                models.F("ready_at").desc(),
                condition=models.Q(render_state=RenderState.READY, work_seconds__gt=0),
                name="finished_messages",
            ),
            models.Index(
                fields=["campaign", "id"],
                include=["recipient"],
                condition=models.Q(render_state=RenderState.READY, review_state=ReviewState.APPROVED)
                & models.Q(approved_hash=models.F("content_hash"))
                & ~models.Q(content_hash=""),
                name="approved_messages",
            ),
            models.Index(
                fields=["-urgency", "asked_at"],
                condition=models.Q(render_state=RenderState.QUEUED, urgency__gt=0),
                name="urgent_messages",
            ),
            models.Index(
                fields=["heartbeat_at"],
                condition=models.Q(render_state=RenderState.RENDERING),
                name="rendering_messages",
            ),
            # What the review page counts, and its filters that few videos match.
            models.Index(
                fields=["campaign", "id"],
                include=_DECISIONS,
                condition=_FINISHED,
                name="reviewable_messages",
            ),
            models.Index(
                fields=["campaign", "-risk", "recipient"],
                include=["id", *_DECISIONS[1:]],
                condition=_FINISHED & ~models.Q(flags=[]),
                name="flagged_messages",
            ),
            models.Index(
                fields=["campaign", "id"], condition=models.Q(is_sample=True), name="sample_messages"
            ),
            models.Index(fields=["campaign", "review_state", "-risk"]),
            models.Index(fields=["campaign", "content_hash", "recipient"]),
            models.Index(fields=["campaign", "-risk", "recipient"]),
            models.Index(fields=["campaign", "-ready_at", "recipient"]),
        ]

    def __str__(self) -> str:
        return f"message for {self.recipient}"

    @property
    def is_approved(self) -> bool:
        """Approved for exactly the content that is stored now; only then has it a public address."""
        return (
            self.review_state == ReviewState.APPROVED
            and self.render_state == RenderState.READY
            and self.content_hash != ""
            and self.approved_hash == self.content_hash
        )


class Delivery(StatusModel):
    """One attempt series to bring a message to an address; at most one per message and channel."""

    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="deliveries")
    # Kept beside the message: a new spreadsheet replaces messages, and nobody in it is written to twice.
    campaign = models.ForeignKey(Campaign, on_delete=models.SET_NULL, null=True, related_name="deliveries")
    campaign_name = models.CharField(max_length=200, blank=True)  # copied: history outlives rows
    link_id = models.UUIDField(
        null=True, blank=True, db_index=True, editable=False
    )  # the mail's links hold it
    recipient_name = models.CharField(max_length=300, blank=True)
    channel = models.CharField(max_length=32, default="email")
    address = models.CharField(max_length=320)
    content_hash = models.CharField(max_length=64)
    confirmed = models.CharField(
        max_length=64, blank=True, editable=False
    )  # the plan that a person confirmed
    # The words as they were then; empty: of an older version, which did not note them.
    words_hash = models.CharField(max_length=64, blank=True, editable=False)
    state = models.CharField(max_length=16, choices=DeliveryState.choices, default=DeliveryState.SCHEDULED)
    reason = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    claimed_by = models.CharField(max_length=100, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)  # not before; empty: at once
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    # What the other side calls it: the provider's id, of a mail server the Message-ID.
    provider_id = models.CharField(max_length=200, blank=True, default="", db_default="", editable=False)
    outcome = models.CharField(
        max_length=16, choices=Outcome.choices, default=Outcome.UNHEARD, db_default=Outcome.UNHEARD
    )

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="one_delivery_per_message_channel")
        ]
        indexes = [
            models.Index(fields=["campaign", "state"]),
            models.Index(
                fields=["id"], condition=models.Q(state=DeliveryState.SCHEDULED), name="waiting_deliveries"
            ),
            models.Index(
                fields=["heartbeat_at"],
                condition=models.Q(state=DeliveryState.SENDING),
                name="sending_deliveries",
            ),
            models.Index(
                fields=["campaign", "message"],
                include=["content_hash"],
                condition=models.Q(state=DeliveryState.SENT),
                name="sent_contents",
            ),
            models.Index(Upper("address"), name="delivery_addresses"),
            models.Index(
                fields=["campaign", "sent_at"],
                condition=models.Q(sent_at__isnull=False),
                name="sent_moments",
            ),
            models.Index(fields=["-created_at"]),
            models.Index(fields=["provider_id"], condition=~models.Q(provider_id=""), name="provider_ids"),
            models.Index(fields=["campaign", "outcome"], condition=_IS_BAD, name="bad_outcomes"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.address}"


class Event(models.Model):
    """One thing that happened to a message: a view, a play, seconds watched. Never an IP address."""

    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="events")
    recipient_name = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=16, choices=EventKind.choices)
    viewing = models.UUIDField(null=True, blank=True)  # one page load; progress of one viewing is upserted
    seconds = models.FloatField(default=0)  # different seconds of video watched, for progress
    watched = models.JSONField(default=list, blank=True)  # [[start, end]]: which ones, each once
    # Only what people did is counted (Viewing); how the others were known stands in ``sign``.
    verdict = models.CharField(max_length=8, choices=Verdict.choices, default=Verdict.HUMAN)
    sign = models.CharField(max_length=16, choices=MachineSign.choices, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["-at", "-id"]),
            GinIndex(SearchVector("recipient_name", config="simple"), name="event_names"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "kind", "viewing"],
                condition=models.Q(viewing__isnull=False),
                name="one_event_per_kind_and_viewing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.recipient_name}"


class Viewing(models.Model):
    """What was watched of one message: its events counted, which the database itself does with each."""

    message = models.OneToOneField(
        Message, on_delete=models.CASCADE, primary_key=True, related_name="viewing"
    )
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="viewings")
    views = models.PositiveIntegerField(default=0)
    plays = models.PositiveIntegerField(default=0)
    ends = models.PositiveIntegerField(default=0)
    clicks = models.PositiveIntegerField(default=0)
    opt_outs = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    share = models.FloatField(default=0)  # 0 to 1, of the best page load
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"what was watched of {self.message_id}"


class Visitor(models.Model):
    """One load of a page in the last hour, by a word for its client that no address comes out of; swept."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="visitors")
    viewing = models.UUIDField()
    key = models.CharField(max_length=32)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["message", "at"]),
            models.Index(fields=["key", "at"]),
            models.Index(fields=["at"]),
        ]

    def __str__(self) -> str:
        return f"a visit of {self.message_id}"


class Suppression(models.Model):
    """An address that asked not to be written to again, or that cannot be reached."""

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, default=get_first_workspace, related_name="suppressions"
    )
    email = models.EmailField(max_length=320)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "email"], name="one_suppression_per_address")
        ]
        indexes = [models.Index(Upper("email"), name="suppressed_addresses")]

    def __str__(self) -> str:
        return self.email
