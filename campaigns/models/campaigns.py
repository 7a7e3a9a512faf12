"""Campaigns and their recipients."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models

from campaigns.models.presenters import Presenter, get_default_voice, list_locale_choices, list_voice_choices
from campaigns.models.status_model import StatusModel
from campaigns.models.workspaces import Workspace, get_first_workspace
from campaigns.problems import Problem, load_problems
from campaigns.states import CampaignState, RowVerdict


def campaign_path(campaign: Campaign, filename: str) -> str:
    return f"campaigns/{campaign.public_id}/{filename}"


class Campaign(StatusModel):
    """Spreadsheet, script, presenter, voice and settings, and all messages made from them."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.PROTECT, default=get_first_workspace, related_name="campaigns"
    )
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
    column_roles = models.JSONField(default=dict, blank=True, editable=False)  # role → header, as matched
    key_column = models.CharField(
        max_length=300, blank=True, editable=False
    )  # what tells people apart in a new sheet; empty: their address
    duplicates = models.CharField(max_length=16, blank=True, editable=False)  # sheets.choice.Duplicates
    sheet_choice = models.JSONField(default=dict, blank=True, editable=False)  # how the sheet was read
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
    sample_confirmed_at = models.DateTimeField(
        null=True, blank=True, editable=False
    )  # when a person said yes to the sample
    sample_of = models.CharField(
        max_length=64, blank=True, editable=False
    )  # what the sample was made from; see runs.sample.compute_sample_key
    served_at = models.DateTimeField(
        null=True, blank=True, editable=False
    )  # when a worker last took a message of its run: the campaign that waits longest is next
    needs_second_approver = models.BooleanField(
        "two people approve",
        default=False,
        help_text="A message leaves only after two different people approved it.",
    )
    review_sample = models.JSONField(
        default=dict, blank=True, editable=False
    )  # {"one_in": int, "messages": [pk], "drawn_at"}; {}: none was drawn
    email_subject = models.CharField(max_length=300, default="A video for you")
    email_body = models.TextField(default="I recorded a short video for you.")
    sender_name = models.CharField(max_length=200, blank=True)
    # May hold columns, as the subject and the text may.
    call_to_action_label = models.CharField(max_length=300, blank=True)
    call_to_action_url = models.CharField(max_length=1000, blank=True)
    link_days = models.PositiveSmallIntegerField(
        "days that a link works",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Counted from the sending, or from the approval if nothing was sent. Empty: without end.",
    )
    mail_names = models.BooleanField(
        "name on the picture", default=True, help_text="The mail's picture greets the recipient."
    )
    picture_text = models.CharField(
        "words on the picture",
        max_length=200,
        blank=True,
        help_text="May hold columns. Empty: “Hi” and the first name.",
    )
    mail_preview = models.BooleanField(
        "moving picture",
        default=False,
        help_text="The mail shows some seconds of the personal moment instead of a still.",
    )
    poster_moment = models.JSONField(
        null=True, blank=True, editable=False
    )  # what a person chose for every poster: {"line", "text", "presenter", "offset_s"}; null: the platform's
    pace = models.JSONField(default=dict, blank=True, editable=False)  # see delivery.timing
    mail_confirmed = models.CharField(
        max_length=64, blank=True, editable=False
    )  # the mail's words as a person last confirmed them; see delivery.plan.digest_mail
    sending_failures = models.PositiveIntegerField(
        default=0, editable=False
    )  # in a row, since the last success
    sender_refusals = models.PositiveIntegerField(
        default=0, editable=False
    )  # in a row: mail servers that want nothing from this sender
    sending_paused = models.TextField(
        blank=True, editable=False
    )  # why sending stopped by itself; empty: it did not
    # What came back is counted of mails that left since; a person who goes on after a pause begins anew.
    rates_since = models.DateTimeField(null=True, blank=True, editable=False)
    follow_up_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="follow_ups"
    )
    run_figures = models.JSONField(
        null=True, blank=True, editable=False
    )  # what a run would cost and what it cost, counted behind the run page; see runs.run_figures
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        # Beside Django's own: change_campaign renames. See campaigns.access.roles.
        permissions = (
            ("edit_campaign", "Can edit people, script, names and mail"),
            ("run_campaign", "Can start and stop samples and runs"),
            ("approve_campaign", "Can approve, reject and comment on videos"),
            ("send_campaign", "Can send, and decide about deliveries"),
            ("export_campaign", "Can export tables and videos"),
        )

    def __str__(self) -> str:
        return self.name


class RecipientQuerySet(models.QuerySet["Recipient"]):
    """Recipients, or some of them."""

    def living(self) -> RecipientQuerySet:
        """Those who are in the campaign now: not removed, not gone from its spreadsheet."""
        return self.filter(removed_at=None)


class Recipient(StatusModel):
    """A person of a campaign, valid or rejected with the problems of their row.

    They live through spreadsheets: a new sheet is matched to them by ``key``. One who is gone from the sheet
    has ``removed_at`` and gets nothing any more; what was sent stays.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="recipients")
    row_number = models.PositiveIntegerField()  # as the spreadsheet program shows it; the header is row 1
    values = models.JSONField(default=dict)  # column → text
    name = models.CharField(max_length=300, blank=True)
    email = models.CharField(max_length=320, blank=True)
    key = models.CharField(max_length=400, blank=True)  # folded; empty: nothing tells this row apart
    removed_at = models.DateTimeField(null=True, blank=True)
    verdict = models.CharField(max_length=16, choices=RowVerdict.choices, default=RowVerdict.VALID)
    problems = models.JSONField(default=list, blank=True)  # [fields of problems.Problem]

    objects = RecipientQuerySet.as_manager()

    class Meta:
        ordering = ["campaign_id", "row_number"]
        indexes = [
            models.Index(fields=["campaign", "row_number"]),
            models.Index(fields=["campaign", "name"]),
            models.Index(fields=["campaign", "key"]),
            models.Index(fields=["campaign", "verdict", "row_number"]),
            models.Index(
                fields=["campaign", "verdict", "row_number"],
                condition=models.Q(removed_at=None),
                name="living_recipients",
            ),
            models.Index(
                fields=["campaign", "id"],
                condition=models.Q(removed_at__isnull=False),
                name="removed_recipients",
            ),
            models.Index(fields=["email"]),
        ]

    def __str__(self) -> str:
        return self.name or f"row {self.row_number}"

    @property
    def found_problems(self) -> tuple[Problem, ...]:
        """Its problems as values."""
        return load_problems(self.problems)
