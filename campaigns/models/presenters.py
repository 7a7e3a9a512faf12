"""Presenters: takes, consents, and what baking made of them."""

from __future__ import annotations

import uuid

from django.db import models

from campaigns import engine
from campaigns.models.status_model import StatusModel
from campaigns.models.workspaces import Workspace, get_first_workspace
from campaigns.states import (
    BakeState,
)


def presenter_path(presenter: Presenter, filename: str) -> str:
    return f"presenters/{presenter.public_id}/{filename}"


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


class Presenter(StatusModel):
    """A take, its consent, and what baking made of it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    workspace = models.ForeignKey(
        Workspace, on_delete=models.PROTECT, default=get_first_workspace, related_name="presenters"
    )
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
    asked_at = models.DateTimeField(
        null=True, blank=True, editable=False
    )  # when a person last asked for its preparation
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    failure = models.TextField(blank=True, editable=False)
    consent_by = models.CharField("person who consented", max_length=200, blank=True)
    consent_at = models.DateTimeField(null=True, blank=True)
    consent_note = models.TextField(blank=True)
    consent_wording = models.TextField(blank=True, editable=False)  # the sentences that were agreed to
    consent_revoked_at = models.DateTimeField(null=True, blank=True)
    # What a campaign takes over when it chooses this presenter; empty: the default voice.
    voice_engine = models.CharField(max_length=32, choices=list_voice_choices, blank=True)
    voice = models.CharField(max_length=300, blank=True)
    # A voice like the presenter's is asked for apart from the picture.
    fitted_voice = models.FileField(upload_to=presenter_path, max_length=300, blank=True, editable=False)
    voice_sample = models.FileField(upload_to=presenter_path, max_length=300, blank=True, editable=False)
    voice_facts = models.JSONField(default=dict, blank=True, editable=False)  # likeness, stock_likeness, base
    voice_failure = models.TextField(blank=True, editable=False)
    voice_consent_by = models.CharField("person who consented to the voice", max_length=200, blank=True)
    voice_consent_at = models.DateTimeField(null=True, blank=True)
    voice_consent_revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        permissions = (("consent_presenter", "Can record and revoke consent"),)

    def __str__(self) -> str:
        return self.name

    @property
    def has_consent(self) -> bool:
        return self.consent_at is not None and self.consent_revoked_at is None

    @property
    def has_voice_consent(self) -> bool:
        return (
            self.has_consent and self.voice_consent_at is not None and self.voice_consent_revoked_at is None
        )
