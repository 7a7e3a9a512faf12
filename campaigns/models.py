"""The database models. Functions that change them are in other modules; statuses are in states.py."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models.base import ModelBase

from campaigns import engine
from campaigns.problems import Problem, load_problems
from campaigns.states import (
    BakeState,
    CampaignState,
    DeliveryState,
    EventKind,
    RenderState,
    ReviewState,
    RowVerdict,
    list_status_columns,
)


def presenter_path(presenter: Presenter, filename: str) -> str:
    return f"presenters/{presenter.public_id}/{filename}"


def campaign_path(campaign: Campaign, filename: str) -> str:
    return f"campaigns/{campaign.public_id}/{filename}"


def recording_path(recording: Recording, filename: str) -> str:
    return f"campaigns/{recording.campaign.public_id}/recordings/{filename}"


def message_path(message: Message, filename: str) -> str:
    return f"campaigns/{message.campaign.public_id}/messages/{message.public_id}/{filename}"


# The migrations name these two: a new voice engine changes what they return, and needs no migration.
def list_voice_choices() -> list[tuple[str, str]]:
    """(name, label) of each voice engine that a campaign may choose."""
    return engine.list_voice_choices()


def get_default_voice() -> str:
    """The name of the voice engine of a new campaign."""
    return engine.get_default_voice()


def list_locale_choices() -> list[tuple[str, str]]:
    """(tag, label) of each way to read numbers and dates; "" is the voice's own."""
    return [("", "As in the language of the voice"), *engine.LOCALES]


class StatusModel(models.Model):
    """A row with statuses. Saving it again never writes them: what was read may be out of date."""

    class Meta:
        abstract = True

    def save(
        self,
        *,
        force_insert: bool | tuple[ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Like Django's; ValueError where ``update_fields`` names a status."""
        columns = list_status_columns(type(self))
        if update_fields is not None:
            update_fields = set(update_fields)
            if update_fields & columns:
                raise ValueError(f"{columns} change through states.move only.")
        elif self.pk is not None and not self._state.adding and not force_insert:
            update_fields = _list_loaded_fields(self) - columns
        super().save(
            force_insert=force_insert, force_update=force_update, using=using, update_fields=update_fields
        )


class Presenter(StatusModel):
    """A take, its consent, and what baking made of it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    take = models.FileField(upload_to=presenter_path, max_length=300)
    take_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    facts = models.JSONField(
        default=dict, blank=True, editable=False
    )  # width, height, fps, duration_s, problems
    poster = models.FileField(upload_to=presenter_path, max_length=300, blank=True, editable=False)
    bake = models.FileField(upload_to=presenter_path, max_length=300, blank=True, editable=False)
    bake_state = models.CharField(
        max_length=16, choices=BakeState.choices, default=BakeState.WAITING, editable=False
    )
    stage = models.CharField(max_length=100, blank=True, editable=False)
    done = models.PositiveIntegerField(default=0, editable=False)
    total = models.PositiveIntegerField(default=0, editable=False)
    claimed_by = models.CharField(max_length=100, blank=True, editable=False)
    heartbeat_at = models.DateTimeField(null=True, blank=True, editable=False)
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    failure = models.TextField(blank=True, editable=False)
    consent_by = models.CharField("person who consented", max_length=200, blank=True)
    consent_at = models.DateTimeField(null=True, blank=True)
    consent_note = models.TextField(blank=True)
    consent_revoked_at = models.DateTimeField(null=True, blank=True)
    # What a campaign takes over when it chooses this presenter; empty: the default voice.
    voice_engine = models.CharField(max_length=32, choices=list_voice_choices, blank=True)
    voice = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def has_consent(self) -> bool:
        return self.consent_at is not None and self.consent_revoked_at is None


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

    def choose_voice(self) -> engine.VoiceConfig:
        """The voice that speaks, and how it reads numbers. Raises RenderError for an engine that is gone."""
        return engine.choose_voice(self.voice_engine, self.voice, self.locale)


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
    video_seconds = models.FloatField(default=0)
    work_seconds = models.FloatField(default=0)
    segments = models.JSONField(default=list)  # [{"line": id, "text", "start_s", "end_s", "cached": bool}]
    scores = models.JSONField(default=dict)
    flags = models.JSONField(default=list)  # sentences, worst first

    review_state = models.CharField(max_length=16, choices=ReviewState.choices, default=ReviewState.PENDING)
    approved_hash = models.CharField(max_length=64, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reject_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["campaign_id", "recipient__row_number"]
        indexes = [models.Index(fields=["campaign", "render_state"])]

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


class PronunciationEntry(models.Model):
    """How a word is said in every campaign of this installation."""

    word = models.CharField(max_length=100)
    key = models.CharField(max_length=200, editable=False, db_index=True)  # the word as it is compared
    said = models.CharField("said as", max_length=100)  # a respelling, or IPA without its slashes
    is_ipa = models.BooleanField("in the phonetic alphabet (IPA)", default=False)
    language = models.CharField(max_length=16, blank=True)  # of the voices that use it; "" is any
    match_case = models.BooleanField("only with these capitals", default=False)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "pronunciation"
        ordering = ["key", "language", "-match_case"]
        constraints = [
            models.UniqueConstraint(fields=["key", "language", "match_case"], name="one_entry_per_word")
        ]

    def __str__(self) -> str:
        return f"{self.word}: {self.written}"

    @property
    def written(self) -> str:
        """How it is said, as a person types it: IPA between slashes."""
        return f"/{self.said}/" if self.is_ipa else self.said


class PersonalWord(models.Model):
    """A word that a campaign's script takes from rows, how often, and what is known of its sound."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="words")
    word = models.CharField(max_length=100)
    key = models.CharField(max_length=200)  # as `PronunciationEntry.key`
    column = models.CharField(max_length=300, blank=True)  # where it stands most often
    rows = models.PositiveIntegerField()
    row_number = models.PositiveIntegerField()  # the first row that has it
    spoken_in = models.CharField(max_length=16, blank=True)  # the language of the voice that was asked
    ipa = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=64, blank=True)
    doubt = models.PositiveSmallIntegerField(null=True)  # null: not looked up yet; 0: none

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "key"], name="one_word_per_campaign")]
        indexes = [models.Index(fields=["campaign", "-doubt", "-rows", "key"])]

    def __str__(self) -> str:
        return self.word


class Recording(models.Model):
    """A person's own sound of one line, for exactly this text."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="recordings")
    line_id = models.CharField(max_length=200)
    text = models.TextField()
    text_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)  # of the file
    file = models.FileField(upload_to=recording_path, max_length=300)
    seconds = models.FloatField(default=0)  # of its speech
    notes = models.JSONField(default=list)  # sentences about how it was recorded
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "line_id", "text_sha256"], name="one_recording_per_line_and_text"
            )
        ]

    def __str__(self) -> str:
        return self.text


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
    state = models.CharField(max_length=16, choices=DeliveryState.choices, default=DeliveryState.SCHEDULED)
    reason = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0)
    claimed_by = models.CharField(max_length=100, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)  # not before; empty: at once
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="one_delivery_per_message_channel")
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.address}"


class Event(models.Model):
    """One thing that happened to a message: a view, a play, seconds watched. Never an IP address."""

    message = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="events")
    recipient_name = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=16, choices=EventKind.choices)
    viewing = models.UUIDField(null=True, blank=True)  # one page load; progress of one viewing is upserted
    seconds = models.FloatField(default=0)  # seconds of video watched, for progress
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "kind", "viewing"],
                condition=models.Q(viewing__isnull=False),
                name="one_event_per_kind_and_viewing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.recipient_name}"


class Suppression(models.Model):
    """An address that asked not to be written to again, or that cannot be reached."""

    email = models.EmailField(max_length=320, unique=True)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.email


def _list_loaded_fields(row: models.Model) -> set[str]:
    deferred = row.get_deferred_fields()
    fields = row._meta.concrete_fields
    return {field.name for field in fields if not field.primary_key and field.attname not in deferred}
