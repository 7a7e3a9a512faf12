"""Campaigns and their recipients."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from campaigns.models.presenters import Presenter, get_default_voice, list_locale_choices, list_voice_choices
from campaigns.models.status_model import StatusModel
from campaigns.problems import Problem, load_problems
from campaigns.states import (
    CampaignState,
    RowVerdict,
)


def campaign_path(campaign: Campaign, filename: str) -> str:
    return f"campaigns/{campaign.public_id}/{filename}"


class Campaign(StatusModel):
    """Spreadsheet, script, presenter, voice and settings, and all messages made from them."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    state = models.CharField(
        max_length=32, choices=CampaignState.choices, default=CampaignState.DRAFT, editable=False
    )
    presenter = models.ForeignKey(
        Presenter, on_delete=models.PROTECT, null=True, blank=True, related_name="campaigns"
    )
    voice_engine = models.CharField(max_length=32, choices=list_voice_choices, default=get_default_voice)
    voice = models.CharField(max_length=300, blank=True, help_text="Empty: the packaged voice.")
    locale = models.CharField(max_length=16, choices=list_locale_choices, blank=True)
    spreadsheet = models.FileField(upload_to=campaign_path, max_length=300, blank=True)
    spreadsheet_name = models.CharField(max_length=200, blank=True, editable=False)
    columns = models.JSONField(default=list, blank=True, editable=False)  # headers in the sheet's order
    script = models.TextField(blank=True)
    use_filmed_lines = models.BooleanField(
        "show lines as they were filmed",
        default=True,
        help_text="Lines that the take says word for word are shown and heard as in the take.",
    )
    filmed_lines = models.JSONField(
        null=True, blank=True, editable=False
    )  # what this run's take says of its lines, found by its first worker
    slots = models.JSONField(
        null=True, blank=True, editable=False
    )  # the plan's slots, fixed at the first run
    words_of = models.CharField(max_length=64, blank=True, editable=False)  # what `words` were counted from
    email_subject = models.CharField(max_length=300, default="A video for you")
    email_body = models.TextField(default="I recorded a short video for you.")
    sender_name = models.CharField(max_length=200, blank=True)
    call_to_action_label = models.CharField(max_length=100, blank=True)
    call_to_action_url = models.URLField(blank=True)
    sending_failures = models.PositiveIntegerField(
        default=0, editable=False
    )  # in a row, since the last success
    sending_paused = models.TextField(
        blank=True, editable=False
    )  # why sending stopped by itself; empty: it did not
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Recipient(StatusModel):
    """One row of the spreadsheet, valid or rejected with its problems."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="recipients")
    row_number = models.PositiveIntegerField()  # as the spreadsheet program shows it; the header is row 1
    values = models.JSONField(default=dict)  # column → text
    name = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=320, blank=True)
    verdict = models.CharField(max_length=16, choices=RowVerdict.choices, default=RowVerdict.VALID)
    problems = models.JSONField(default=list, blank=True)  # [fields of problems.Problem]

    class Meta:
        ordering = ["campaign_id", "row_number"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "row_number"], name="one_recipient_per_row")
        ]

    def __str__(self) -> str:
        return self.name or f"row {self.row_number}"

    @property
    def found_problems(self) -> tuple[Problem, ...]:
        """Its problems as values."""
        return load_problems(self.problems)
