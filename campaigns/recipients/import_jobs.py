"""The work behind the steps of an import: a file into a draft, and a draft to the people."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import asdict, replace
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from campaigns.jobs.progress import JobProgress, RefusedJob
from campaigns.models import Campaign, Job
from campaigns.recipients import changes
from campaigns.recipients.draft_files import read_sheet as read_draft
from campaigns.recipients.draft_files import write_lines, write_sheet
from campaigns.recipients.import_drafts import SHEET_QUESTIONS, Draft, needs_columns
from campaigns.recipients.remembered_choice import (
    complete_choice,
    complete_roles,
    has_shape,
    list_remembered,
)
from campaigns.recipients.row_validation import validate_rows
from campaigns.sheets.choice import SheetChoice
from campaigns.sheets.reading import ReadSheet, SheetError, read_sheet_file
from campaigns.states import JobState

logger = logging.getLogger(__name__)

HEAD_ROWS, HEAD_CELLS, CELL_CHARACTERS = 12, 30, 80  # of the first rows, as the page shows them
NOTES_MAX = 50
LISTED = 10_000_000  # of the changes: all of them
SWEPT = "The file is not kept any more. Upload the spreadsheet again."


def read_sheet(job: Job, progress: JobProgress) -> dict[str, Any]:
    """Read the job's file into a draft: its rows as a file, and what the steps of the import show."""
    assert job.campaign is not None
    try:
        found, remembered = _read_as_before(
            job.campaign, job, _read(job, Draft(job).asked, progress), progress
        )
    except SheetError as wrong:
        raise RefusedJob(str(wrong)) from wrong
    except FileNotFoundError as gone:
        raise RefusedJob(SWEPT) from gone
    read = _describe(found) | {"remembered": remembered}
    progress("keeping the rows", len(found.sheet.rows), len(found.sheet.rows))
    read["rows_file"] = write_sheet(f"jobs/{Draft(job).key}/rows-{job.pk}.jsonl", found.sheet)
    asked = any(question.kind in SHEET_QUESTIONS for question in found.questions)
    read["plan"] = None if asked or needs_columns(read, found.choice) else _plan(job, found, progress)
    return read


def apply_changes(job: Job, progress: JobProgress) -> dict[str, Any]:
    """Apply a draft to the campaign's people, and keep its file as the campaign's spreadsheet."""
    assert job.campaign is not None
    campaign, read = job.campaign, Job.objects.filter(pk=job.options["read"], state=JobState.DONE).first()
    if read is None:
        raise RefusedJob(SWEPT)
    progress("loading the rows")
    draft, sheet = Draft(read), read_draft(read.result["rows_file"])
    before, campaign.key_column = campaign.key_column, draft.key_column
    campaign.save(update_fields=["key_column"])
    try:
        with default_storage.open(str(read.file.name), "rb") as file:
            applied = changes.apply_changes(
                campaign,
                sheet,
                draft.choice,
                job.created_by,
                progress,
                job.options["remove_gone"],
                file=ContentFile(file.read()),
                file_name=read.file_name,
            )
    except BaseException:
        Campaign.objects.filter(pk=campaign.pk).update(key_column=before)  # the people are as they were
        raise
    return asdict(applied)


def _read(job: Job, choice: SheetChoice, progress: JobProgress) -> ReadSheet:
    with default_storage.open(str(job.file.name), "rb") as file:
        return read_sheet_file(file, job.file_name, choice, progress)


def _read_as_before(
    campaign: Campaign, job: Job, found: ReadSheet, progress: JobProgress
) -> tuple[ReadSheet, list[str]]:
    """The file read like the last one where it has the same shape, and the parts of the choice that this
    gave."""
    asked, plain = Draft(job).asked, found.choice
    tried = complete_choice(campaign, asked, found)
    if tried is not None:
        with contextlib.suppress(SheetError):  # then it has another shape
            again = _read(job, tried, progress)
            if has_shape(campaign, again):
                found = (
                    _read(job, replace(tried, columns=asked.columns), progress) if asked.columns else again
                )
    roles = complete_roles(campaign, found) if not asked.columns else None
    found = found if roles is None else _read(job, roles, progress)
    return found, list_remembered(plain, found.choice)


def _describe(found: ReadSheet) -> dict[str, Any]:
    faulty = sum(bool(row.problems) for row in validate_rows(found.sheet, choice=found.choice))
    return {
        "choice": found.choice.to_json(),
        "questions": [asdict(question) for question in found.questions],
        "sheets": [asdict(option) for option in found.sheets],
        "head": [
            {"number": row.number, "cells": [cell[:CELL_CHARACTERS] for cell in row.cells[:HEAD_CELLS]]}
            for row in found.head[:HEAD_ROWS]
        ],
        "columns": [asdict(column) for column in found.columns],
        "notes": [note.message for note in found.notes[:NOTES_MAX]],
        "rows": len(found.sheet.rows),
        "faulty": faulty,
    }


def _plan(job: Job, found: ReadSheet, progress: JobProgress) -> dict[str, Any]:
    assert job.campaign is not None
    progress("comparing with the people who are there")
    job.campaign.key_column = Draft(job).key_column  # as it will be stored when it is applied
    plan = changes.plan_changes(job.campaign, found.sheet, found.choice, listed=LISTED, progress=progress)
    files = {}
    for kind in changes.ChangeKind:
        some = [_dump_change(one) for one in plan.sample if one.kind == kind]
        if some:
            files[str(kind)] = write_lines(f"jobs/{Draft(job).key}/{kind}-{job.pk}.jsonl", some)
    counts = asdict(replace(plan, sample=()))
    return {**counts, "files": files}


def _dump_change(one: changes.Change) -> dict[str, Any]:
    return {
        "row": one.row_number,
        "name": one.name,
        "cells": [[column, old, new] for column, (old, new) in one.cells.items()],
        "sent": one.sent,
        "new_video": one.new_video,
    }
