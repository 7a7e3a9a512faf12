"""What people give to the sound of lines: recordings and pronunciations."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from campaigns.models.campaigns import Campaign
from campaigns.models.workspaces import Workspace, get_first_workspace


def recording_path(recording: Recording | RowRecording, filename: str) -> str:
    return f"campaigns/{recording.campaign.public_id}/recordings/{filename}"


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


class RowRecording(models.Model):
    """A file of recordings that rows name in a column: one sound for all lines of such a row."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="row_recordings")
    name = models.CharField(max_length=300)  # its path in the archive
    key = models.CharField(max_length=300)  # the path as cells are compared with it
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=recording_path, max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "key"], name="one_row_recording_per_name")]

    def __str__(self) -> str:
        return self.name


class PronunciationEntry(models.Model):
    """How a word is said in every campaign of a workspace."""

    workspace = models.ForeignKey(
        Workspace, on_delete=models.CASCADE, default=get_first_workspace, related_name="pronunciations"
    )
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
            models.UniqueConstraint(
                fields=["workspace", "key", "language", "match_case"], name="one_entry_per_word"
            )
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
