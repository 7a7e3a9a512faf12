"""Recordings that rows name, stored with a campaign: one sound for all lines of a row.

Only a row whose cell names a file uses one; the voice says the lines of all others. A row is looked at when
the archive arrives, so that a sound of another text is told before a run.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.signals import post_delete

from campaigns import engine
from campaigns.history import Verb, record
from campaigns.jobs.progress import JobProgress, RefusedJob
from campaigns.models import Campaign, Job, Recipient, RowRecording
from campaigns.problems import Code, Problem, Source, dump_problems
from campaigns.pronunciations.speaker import Speaker, load_speaker
from campaigns.recipients.name_columns import find_row_pronunciations
from campaigns.recipients.sheet_import import give_verdicts
from campaigns.recordings.archive import BadArchive, NotFound, find_key, open_recordings
from campaigns.recordings.line_recordings import delete_file
from campaigns.recordings.row_recordings import find_recording_column
from campaigns.scripts.template import ScriptError, fill
from campaigns.storage.campaign_voice import choose_campaign_voice
from campaigns.storage.files import get_local_path

ROWS_AT_ONCE = 500
PLACE = "the recordings"
CODES = (Code.RECORDING_MISSING, Code.RECORDING_UNUSABLE, Code.RECORDING_OF_OTHER_TEXT)
NO_COLUMN = (
    "No column names the recordings. Add a column “recording” with each row's file to the spreadsheet, "
    "and upload it first."
)


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
    found = engine.read_recording(get_local_path(stored.file), stored.name, pairs, voice, known)
    return {line_id: speech for (line_id, _), speech in zip(pairs, found.speeches, strict=True)}


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job: store the archive, then listen to what each row's sound says."""
    campaign = job.campaign
    assert campaign is not None
    if not find_recording_column(campaign.columns):
        raise RefusedJob(NO_COLUMN)
    with tempfile.TemporaryDirectory(prefix="byname-recordings-") as folder:
        try:
            found = open_recordings(get_local_path(job.file), Path(folder))
        except BadArchive as error:
            raise RefusedJob(str(error)) from error
        for number, (key, path) in enumerate(found.files.items()):
            progress("storing the recordings", number, len(found.files))
            _store(campaign, key, path)
    wrong = revalidate_recordings(campaign, progress)
    record(
        job.created_by,
        Verb.RECORDINGS_STORED,
        campaign=campaign,
        about=job.file_name,
        files=len(found.files),
        wrong=wrong,
    )
    return {"files": len(found.files), "wrong": wrong}


def revalidate_recordings(campaign: Campaign, progress: JobProgress | None = None) -> int:
    """Listen to the sounds of all rows again and tell what is wrong; returns in how many rows."""
    sounds, speaker = load_row_sounds(campaign), load_speaker(campaign)
    rows = campaign.recipients.filter(removed_at=None)
    total, wrong = rows.count(), 0
    for done, batch in _read_in_batches(rows):
        for at, row in enumerate(batch):
            if progress is not None:
                progress("listening to the recordings", done + at, total)
            kept = [one for one in row.found_problems if one.code not in CODES]
            new = _find_problems(campaign, row, sounds, speaker)
            row.problems = dump_problems([*kept, *new])
            wrong += bool(new)
        Recipient.objects.bulk_update(batch, ["problems"])
    give_verdicts(campaign)
    return wrong


def delete_row_recordings(campaign: Campaign) -> int:
    """Delete all of them: the voice says every line again. Returns how many there were."""
    with transaction.atomic():
        count = campaign.row_recordings.count()
        for stored in campaign.row_recordings.all():
            stored.delete()
    revalidate_recordings(campaign)
    return count


def _store(campaign: Campaign, key: str, path: Path) -> None:
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


def _find_problems(
    campaign: Campaign, row: Recipient, sounds: RowSounds, speaker: Speaker
) -> tuple[Problem, ...]:
    try:
        if sounds.find(row.values) is None:
            return ()
        lines = [{"id": line.id, "text": line.text} for line in fill(campaign.script, row.values)]
        marked = mark_row_recorded(lines, row.values, sounds)
        known = speaker.select([line["text"] for line in lines], find_row_pronunciations(row.values))
        load_row_recorded(campaign, marked, known)
    except ScriptError:
        return ()  # told as a problem of the script
    except NotFound as error:
        return (_build_problem(Code.RECORDING_MISSING, str(error), row, sounds),)
    except engine.TextMismatch as error:
        return (_build_problem(Code.RECORDING_OF_OTHER_TEXT, error.message, row, sounds),)
    except engine.RenderError as error:
        return (_build_problem(Code.RECORDING_UNUSABLE, error.message, row, sounds),)
    return ()


def _build_problem(code: Code, message: str, row: Recipient, sounds: RowSounds) -> Problem:
    return Problem(code, Source.SPREADSHEET, message, row.row_number, sounds.column)


def _read_in_batches(rows: QuerySet[Recipient]) -> Iterator[tuple[int, list[Recipient]]]:
    """(how many came before, rows in their order), some at a time."""
    done, last = 0, 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:ROWS_AT_ONCE]):
        yield done, batch
        done, last = done + len(batch), batch[-1].pk


post_delete.connect(delete_file, sender=RowRecording, dispatch_uid="row recording file")
