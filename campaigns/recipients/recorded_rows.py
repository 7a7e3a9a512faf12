"""The rows that name a recording: an archive stored for them, and each sound listened to before a run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from campaigns import engine
from campaigns.history import Verb, record
from campaigns.jobs.progress import JobProgress, RefusedJob
from campaigns.models import Campaign, Job, Recipient
from campaigns.problems import Code, Problem, Source, dump_problems
from campaigns.recipients.row_speaker import RowSpeaker, load_row_speaker, write_lines
from campaigns.recipients.verdicts import give_verdicts
from campaigns.recordings.archive import BadArchive, NotFound, open_recordings
from campaigns.recordings.row_recordings import find_recording_column
from campaigns.recordings.stored_recordings import (
    RowSounds,
    load_row_recorded,
    load_row_sounds,
    mark_row_recorded,
    store_row_recording,
)
from campaigns.scripts.template import ScriptError, fill
from campaigns.storage.files import get_local_path

ROWS_AT_ONCE = 500
CODES = (Code.RECORDING_MISSING, Code.RECORDING_UNUSABLE, Code.RECORDING_OF_OTHER_TEXT)
NO_COLUMN = (
    "No column names the recordings. Add a column “recording” with each row's file to the spreadsheet, "
    "and upload it first."
)


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
            store_row_recording(campaign, key, path)
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
    sounds, speaker = load_row_sounds(campaign), load_row_speaker(campaign)
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


def _find_problems(
    campaign: Campaign, row: Recipient, sounds: RowSounds, speaker: RowSpeaker
) -> tuple[Problem, ...]:
    try:
        if sounds.find(row.values) is None:
            return ()
        lines = fill(campaign.script, row.values)
        written = write_lines(lines, speaker.find_locales(lines, row.values))
        marked = mark_row_recorded(written, row.values, sounds)
        known = speaker.select([line.text for line in lines], row.values)
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
