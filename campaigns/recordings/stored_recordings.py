"""Recordings that rows name, stored with a campaign: one sound for all lines of a row.

Only a row whose cell names a file uses one; the voice says the lines of all others. A row is looked at when
the archive arrives, so that a sound of another text is told before a run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from django.core.files.base import File
from django.db import transaction
from django.db.models.signals import post_delete

from campaigns import engine
from campaigns.models import Campaign, RowRecording
from campaigns.recordings.archive import find_key
from campaigns.recordings.line_recordings import delete_file
from campaigns.recordings.row_recordings import find_recording_column
from campaigns.storage.campaign_voice import choose_campaign_voice
from campaigns.storage.files import get_local_path

PLACE = "the recordings"


@dataclass(frozen=True)
class RowSounds:
    """What rows name and where it is: the content of each file by its key. Empty without recordings."""

    column: str
    contents: Mapping[str, str]

    def find(self, values: Mapping[str, str]) -> tuple[str, str] | None:
        """(key, content) of a row's sound, None where the voice says its lines. Raises NotFound."""
        name = values.get(self.column, "").strip() if self.column and self.contents else ""
        if not name:
            return None
        key = find_key(name, self.contents, PLACE)
        return key, self.contents[key]


def load_row_sounds(campaign: Campaign) -> RowSounds:
    """What the rows of a campaign find."""
    contents = dict(campaign.row_recordings.values_list("key", "sha256"))
    return RowSounds(find_recording_column(campaign.columns), contents)


def mark_row_recorded(
    lines: Sequence[Mapping[str, str]], values: Mapping[str, str], sounds: RowSounds
) -> list[dict[str, str]]:
    """Lines (id, text) of a message, each with its row's sound where the row names one. Raises NotFound."""
    found = sounds.find(values)
    if found is None:
        return [dict(line) for line in lines]
    key, content = found
    return [{**line, "recording": content, "row_recording": key} for line in lines]


def load_row_recorded(
    campaign: Campaign, lines: Sequence[Mapping[str, str]], known: engine.Pronunciations
) -> dict[str, engine.Speech]:
    """The speech of a message's lines that its row's sound says, by line id. Raises RenderError."""
    marked = [line for line in lines if "row_recording" in line]
    if not marked:
        return {}
    stored = campaign.row_recordings.filter(key=marked[0]["row_recording"]).first()
    if stored is None or stored.sha256 != marked[0]["recording"]:
        raise engine.RenderError(
            f"The recording “{marked[0]['row_recording']}” was changed or deleted. Start the run again."
        )
    pairs = [(line["id"], line["text"]) for line in marked]
    voice = choose_campaign_voice(campaign)
    own = next((line["locale"] for line in marked if line.get("locale")), voice.locale)
    voice = replace(voice, locale=own)  # who recorded it read this row's figures as the row means them
    found = engine.read_recording(get_local_path(stored.file), stored.name, pairs, voice, known)
    return {line_id: speech for (line_id, _), speech in zip(pairs, found.speeches, strict=True)}


def store_row_recording(campaign: Campaign, key: str, path: Path) -> None:
    """In place of an earlier file of this name; the same content is left as it is."""
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
        earlier = campaign.row_recordings.filter(key=key[:300]).first()
        if earlier is not None and earlier.sha256 == content:
            return
        file.seek(0)
        with transaction.atomic():
            if earlier is not None:
                earlier.delete()
            made = RowRecording(campaign=campaign, name=key[:300], key=key[:300], sha256=content)
            made.file.save(f"row-{content[:16]}{PurePosixPath(key).suffix[:8]}", File(file), save=False)
            made.save()


post_delete.connect(delete_file, sender=RowRecording, dispatch_uid="row recording file")
