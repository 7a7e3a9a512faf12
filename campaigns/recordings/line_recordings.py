"""Recordings of single lines: stored per campaign, line and text, and used wherever that text is said."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from django.contrib.auth.models import User
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models.signals import post_delete

from campaigns import engine
from campaigns.models import Campaign, Recording, RowRecording
from campaigns.scripts.template import ScriptError, fill
from campaigns.states import RowVerdict
from campaigns.storage.campaign_voice import choose_campaign_voice
from campaigns.storage.files import get_local_path

UPLOAD_BYTES_MAX = 50 * 2**20
LINES_MAX = 500  # a page with more would be too heavy; further lines can be recorded by row
ROWS_AT_ONCE = 1000
_TYPES = {
    ".webm": "audio/webm", ".ogg": "audio/ogg", ".mp3": "audio/mpeg", ".m4a": "audio/mp4",
    ".mp4": "audio/mp4", ".wav": "audio/wav", ".flac": "audio/flac",
}  # fmt: skip


@dataclass(frozen=True)
class RecordableLine:
    """A text of a line, how many rows hear it, and its recording where there is one."""

    line_id: str
    text: str
    people: int
    recording: Recording | None

    @property
    def key(self) -> str:
        """Names it on a page."""
        return f"{self.line_id}:{hash_text(self.text)[:16]}"


def hash_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def list_recordable_lines(campaign: Campaign, rows: int | None = None) -> list[RecordableLine]:
    """Every distinct line of the valid rows, or of the first ``rows``, those that most people hear first."""
    return build_lines(campaign, count_lines(campaign, rows).most_common(LINES_MAX))


def count_lines(
    campaign: Campaign, rows: int | None = None, tell: Callable[[str, int, int], None] = lambda *_: None
) -> Counter[tuple[str, str]]:
    """(line id, text) → how many of the valid rows hear it."""
    valid = campaign.recipients.living().filter(verdict=RowVerdict.VALID).order_by("row_number")
    total = valid.count() if rows is None else rows
    people = Counter[tuple[str, str]]()
    for number, values in enumerate(valid.values_list("values", flat=True)[:rows].iterator(ROWS_AT_ONCE)):
        if number % ROWS_AT_ONCE == 0:
            tell("filling the script", number, total)
        try:
            people.update((line.id, line.text) for line in fill(campaign.script, values))
        except ScriptError:
            continue
    return people


def build_lines(campaign: Campaign, counted: Iterable[tuple[tuple[str, str], int]]) -> list[RecordableLine]:
    """Counted lines with the recordings that there are now."""
    stored = _load_stored(campaign)
    return [RecordableLine(*key, count, stored.get(key)) for key, count in counted]


def list_unused_recordings(campaign: Campaign, lines: Sequence[RecordableLine]) -> list[Recording]:
    """Recordings of texts that nobody hears any more: the script or the rows changed."""
    used = {line.recording.pk for line in lines if line.recording}
    return list(campaign.recordings.exclude(pk__in=used).order_by("text"))


def record_line(
    campaign: Campaign, line_id: str, text: str, upload: UploadedFile[bytes], person: User
) -> Recording:
    """Store a line's recording in place of an earlier one. Raises RenderError, and then nothing changes."""
    if (upload.size or 0) > UPLOAD_BYTES_MAX:
        raise engine.RenderError(
            f"The recording is larger than {UPLOAD_BYTES_MAX // 2**20} MB. Record the line alone."
        )
    suffix = PurePath(upload.name or "").suffix.lower()
    with tempfile.TemporaryDirectory(prefix="byname-recording-") as folder:
        file = Path(folder) / f"line{suffix if suffix in _TYPES else '.bin'}"
        with file.open("wb") as target:
            for chunk in upload.chunks():
                target.write(chunk)
        found = engine.read_recording(
            file, "The recording", [(line_id, text)], choose_campaign_voice(campaign)
        )
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        made = Recording(
            campaign=campaign,
            line_id=line_id,
            text=text,
            text_sha256=hash_text(text),
            sha256=digest,
            notes=list(found.notes),
            seconds=found.speeches[0].duration_s,
            created_by=person,
        )
        with file.open("rb") as source, transaction.atomic():
            for old in campaign.recordings.filter(line_id=line_id, text_sha256=hash_text(text)):
                old.delete()
            made.file.save(f"{digest[:16]}{file.suffix}", File(source), save=False)
            made.save()
    return made


def find_recorded_texts(campaign: Campaign) -> dict[tuple[str, str], str]:
    """(line id, text) → the content hash of its recording."""
    return {key: recording.sha256 for key, recording in _load_stored(campaign).items()}


def mark_recorded(
    lines: Iterable[Mapping[str, str]], recorded: Mapping[tuple[str, str], str]
) -> list[dict[str, str]]:
    """Lines (id, text) of a message, each with the content of its recording where it has one."""
    keyed = ((line, recorded.get((line["id"], line["text"]))) for line in lines)
    return [{**line, "recording": content} if content else dict(line) for line, content in keyed]


def load_recorded(campaign: Campaign, lines: Iterable[Mapping[str, str]]) -> dict[str, engine.Speech]:
    """The speech of a message's lines that are marked as recorded, by line id. Raises RenderError."""
    speeches = {}
    stored = _load_stored(campaign)
    for line in lines:
        if "recording" not in line or "row_recording" in line:
            continue
        recording = stored.get((line["id"], line["text"]))
        if recording is None or recording.sha256 != line["recording"]:
            raise engine.RenderError(
                f"The recording of “{line['text']}” was changed or deleted. Start the run again."
            )
        file = get_local_path(recording.file)
        found = engine.read_recording(
            file, "The recording", [(line["id"], line["text"])], choose_campaign_voice(campaign)
        )
        speeches[line["id"]] = found.speeches[0]
    return speeches


def find_content_type(recording: Recording) -> str:
    return _TYPES.get(PurePath(recording.file.name or "").suffix, "application/octet-stream")


def _load_stored(campaign: Campaign) -> dict[tuple[str, str], Recording]:
    return {(one.line_id, one.text): one for one in campaign.recordings.all()}


def delete_file(instance: Recording | RowRecording, **_: Any) -> None:
    """A recording's file goes with its row, also when its campaign is deleted."""
    storage, name = instance.file.storage, instance.file.name
    if name:
        transaction.on_commit(lambda: storage.delete(name))


post_delete.connect(delete_file, sender=Recording, dispatch_uid="recording file")
