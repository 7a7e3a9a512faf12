"""Revalidation: after the script changed, the file's own problems stay and the script's are found again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress
from campaigns.jobs.queue import enqueue
from campaigns.models import Campaign, Job, Recipient
from campaigns.problems import Code, Problem, Source, dump_problems, load_problems
from campaigns.pronunciations.speaker import Speaker, load_speaker
from campaigns.recipients.sheet_import import find_common_fault, find_script_problems
from campaigns.scripts.template import ScriptError, check
from campaigns.sheets.spreadsheet import Row
from campaigns.states import JobState, RowVerdict, move

_ROWS_AT_ONCE = 500
_ROWS_LOOKED_AT = 100
VALIDATED_AT_ONCE = 500  # rows that a page validates itself; more are left to a job
ShowProgress = Callable[[str, int, int], None]


def revalidate_rows(campaign: Campaign, progress: ShowProgress = lambda *_: None) -> int:
    """Validate every row with the saved script; returns how many changed. A broken script changes nothing.

    Ends early where another script was saved meanwhile: whoever saved it validates again.
    """
    try:
        check(campaign.script)
    except ScriptError:
        return 0
    return _revalidate_all(campaign, campaign.recipients.all(), progress)


def revalidate_behind(campaign: Campaign, user: AbstractBaseUser) -> bool:
    """Validate every row with the saved script: now, or where they are many by a job, and then False."""
    if campaign.recipients.all()[: VALIDATED_AT_ONCE + 1].count() <= VALIDATED_AT_ONCE:
        revalidate_rows(campaign)
        return True
    waiting = Job.objects.filter(campaign=campaign, kind=JobKind.REVALIDATE, state=JobState.WAITING)
    if not waiting.exists():  # one at work has another script; it notices, and this one follows
        enqueue(JobKind.REVALIDATE, campaign=campaign, user=user)
    return False


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job: all rows of its campaign with the script as it is now."""
    assert job.campaign is not None
    progress("checking all rows")
    return {"changed": revalidate_rows(job.campaign, progress)}


def revalidate_unread_rows(campaign: Campaign | None = None) -> int:
    """After the library changed: validate the rows whose letters were not read, for None of all campaigns."""
    unread = Recipient.objects.filter(problems__contains=[{"code": Code.LETTERS_NOT_READ}])
    campaigns = Campaign.objects.filter(pk__in=unread.values("campaign")) if campaign is None else [campaign]
    return sum(_revalidate_all(one, unread.filter(campaign=one)) for one in campaigns)


def _revalidate_all(
    campaign: Campaign, rows: QuerySet[Recipient], progress: ShowProgress = lambda *_: None
) -> int:
    speaker, total, done, changed, last = load_speaker(campaign), rows.count(), 0, 0, 0
    ordered = rows.order_by("pk").only("row_number", "values", "problems")
    while some := list(ordered.filter(pk__gt=last)[:_ROWS_AT_ONCE]):
        if not Campaign.objects.filter(pk=campaign.pk, script=campaign.script).exists():
            return changed
        changed += _store([row for row in some if _revalidate(row, campaign.script, speaker)])
        last, done = some[-1].pk, done + len(some)
        progress("checking all rows", done, total)
    return changed


def _store(changed: list[Recipient]) -> int:
    """Store the problems of these rows, with the verdicts that follow from them."""
    with transaction.atomic():
        Recipient.objects.bulk_update(changed, ["problems"], batch_size=_ROWS_AT_ONCE)
        stored = Recipient.objects.filter(pk__in=[row.pk for row in changed])
        move(stored.filter(problems=[]), RowVerdict.VALID)
        move(stored.exclude(problems=[]), RowVerdict.REJECTED)
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


def _read_values(campaign: Campaign) -> Iterable[Mapping[str, str]]:
    """The first rows' values. All rows have the same columns, so that most often the first one answers."""
    rows = campaign.recipients.order_by("row_number").values_list("values", flat=True)
    return list(rows[:_ROWS_LOOKED_AT])


def _revalidate(row: Recipient, script: str, speaker: Speaker) -> bool:
    before = row.problems
    from_file = [problem for problem in load_problems(row.problems) if problem.source != Source.SCRIPT]
    found = find_script_problems(Row(row.row_number, row.values), script, speaker)
    row.problems = dump_problems([*from_file, *found])
    return row.problems != before
