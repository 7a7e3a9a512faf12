"""Revalidation: after the script changed, the file's own problems stay and the script's are found again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from campaigns.jobs.progress import JobProgress
from campaigns.models import Campaign, Job, Recipient
from campaigns.problems import Code, Problem, Source, dump_problems, load_problems
from campaigns.pronunciations.speaker import Speaker, load_speaker
from campaigns.recipients.sheet_import import (
    find_common_fault,
    find_script_problems,
    find_used_columns,
    give_verdicts,
)
from campaigns.scripts.template import ScriptError, check
from campaigns.sheets.cell_faults import FOUND_IN_TEXT, find_cell_problems
from campaigns.sheets.choice import SheetChoice
from campaigns.sheets.spreadsheet import Row
from campaigns.states import RowVerdict

_ROWS_AT_ONCE = 500


def revalidate_rows(campaign: Campaign) -> int:
    """Validate every row with the saved script; returns how many changed. A broken script changes nothing."""
    try:
        check(campaign.script)
    except ScriptError:
        return 0
    return _revalidate_all(campaign, campaign.recipients.all())


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job: all rows of its campaign with the script as it is now."""
    assert job.campaign is not None
    progress("checking all rows")
    return {"changed": revalidate_rows(job.campaign)}


def revalidate_unread_rows(campaign: Campaign | None = None) -> int:
    """After the library changed: validate the rows whose letters were not read, for None of all campaigns."""
    unread = Recipient.objects.filter(problems__contains=[{"code": Code.LETTERS_NOT_READ}])
    campaigns = Campaign.objects.filter(pk__in=unread.values("campaign")) if campaign is None else [campaign]
    return sum(_revalidate_all(one, unread.filter(campaign=one)) for one in campaigns)


def _revalidate_all(campaign: Campaign, rows: Iterable[Recipient]) -> int:
    speaker = load_speaker(campaign)
    changed = [row for row in rows if _revalidate(row, campaign, speaker)]
    with transaction.atomic():
        Recipient.objects.bulk_update(changed, ["problems"], batch_size=1000)
        give_verdicts(campaign)
    return len(changed)


def find_script_fault(campaign: Campaign) -> Problem | None:
    """What is wrong with the saved script for everybody."""
    try:
        check(campaign.script)
    except ScriptError as error:
        return _fault(error)
    unknown = find_common_fault(campaign.script, _read_values(campaign))
    return _fault(unknown) if unknown is not None else None


def find_script_rejections(campaign: Campaign) -> QuerySet[Recipient]:
    """The rows that get no video because the script cannot be filled for them."""
    by_script = [{"source": Source.SCRIPT}]
    rows = campaign.recipients.filter(verdict=RowVerdict.REJECTED, problems__contains=by_script)
    return rows.order_by("row_number")


def _fault(error: ScriptError) -> Problem:
    return Problem(error.code, Source.SCRIPT, str(error))


def _read_values(campaign: Campaign) -> Iterator[Mapping[str, str]]:
    """The rows' values in order, some at a time: most often the first row already answers.

    Not with a cursor on the server: one that is left half read closes itself whenever Python collects its
    garbage, and where that happens inside another query, the connection waits for itself for ever.
    """
    rows = campaign.recipients.order_by("row_number").values_list("values", flat=True)
    start = 0
    while batch := list(rows[start : start + _ROWS_AT_ONCE]):
        yield from batch
        start += len(batch)


def _revalidate(row: Recipient, campaign: Campaign, speaker: Speaker) -> bool:
    before = row.problems
    from_file = [
        problem
        for problem in load_problems(row.problems)
        if problem.source != Source.SCRIPT
        and (problem.code not in FOUND_IN_TEXT or (problem.row is not None and problem.column is None))
    ]
    from_file += _find_text_problems(row, campaign)
    found = find_script_problems(Row(row.row_number, row.values), campaign.script, speaker)
    row.problems = dump_problems([*from_file, *found])
    return row.problems != before


def _find_text_problems(row: Recipient, campaign: Campaign) -> list[Problem]:
    """What is wrong with the row's own texts in the columns that the script uses now."""
    choice = SheetChoice.from_json({"columns": campaign.column_roles or {}})
    by_header = {column: role for role, column in choice.columns.items() if column}
    used = find_used_columns(tuple(row.values), campaign.script, choice)
    return find_cell_problems(row.values, row.row_number, by_header, [c for c in row.values if c in used])
