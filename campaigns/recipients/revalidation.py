"""Revalidation: after the script changed, the file's own problems stay and the script's are found again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress
from campaigns.jobs.queue import enqueue
from campaigns.models import Campaign, Job, Recipient
from campaigns.problems import Code, Problem, Source, dump_problems, load_problems
from campaigns.recipients.content import ContentFiller
from campaigns.recipients.keys import read_roles
from campaigns.recipients.row_speaker import RowSpeaker, load_row_speaker
from campaigns.recipients.row_validation import (
    RowValidator,
    find_common_fault,
    find_script_problems,
)
from campaigns.recipients.upkeep import Tell, mark_outdated, refresh_all_messages, tell_nobody
from campaigns.recipients.verdicts import give_verdicts
from campaigns.scripts.template import ScriptError, check
from campaigns.sheets.spreadsheet import Row
from campaigns.states import CampaignState, JobState, RowVerdict, move

_ROWS_AT_ONCE = 500
_ROWS_LOOKED_AT = 100
VALIDATED_AT_ONCE = 500  # rows that a page validates itself; more are left to a job
ShowProgress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Revalidation:
    """What another script, voice or pronunciation made of the rows: how many have other problems, how many
    get no video any more (``rejected``) or get one again, and how many videos have to be made anew."""

    changed: int = 0
    rejected: int = 0
    accepted: int = 0
    outdated: int = 0


def revalidate_rows(campaign: Campaign, progress: Tell = tell_nobody) -> Revalidation:
    """Validate every living row with the saved script, some at a time, and compare the videos there are.

    A broken script changes no verdict. Safe to run twice and at once: one with an older script stops.
    """
    try:
        check(campaign.script)
    except ScriptError:
        return Revalidation(outdated=_mark_outdated(campaign))
    found = _revalidate_all(campaign, campaign.recipients.living(), progress)
    with transaction.atomic():
        stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
        if stored.state == CampaignState.RENDERING or not stored.messages.exists():
            return found
        try:
            with transaction.atomic():
                outdated = refresh_all_messages(stored, ContentFiller(stored), progress)
        except ScriptError:  # a fault for everybody is told by `find_script_fault`; no video is outdated yet
            return found
    return replace(found, outdated=outdated)


def revalidate_behind(campaign: Campaign, user: AbstractBaseUser) -> bool:
    """Validate every row with the saved script: now, or where they are many by a job, and then False."""
    if campaign.recipients.living()[: VALIDATED_AT_ONCE + 1].count() <= VALIDATED_AT_ONCE:
        revalidate_rows(campaign)
        return True
    waiting = Job.objects.filter(campaign=campaign, kind=JobKind.REVALIDATE, state=JobState.WAITING)
    if not waiting.exists():  # one at work has another script; it notices, and this one follows
        enqueue(JobKind.REVALIDATE, campaign=campaign, user=user)
    return False


def _mark_outdated(campaign: Campaign) -> int:
    """The presenter or the voice may have changed, too."""
    with transaction.atomic():
        stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
        return 0 if stored.state == CampaignState.RENDERING else mark_outdated(stored)


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job: all rows of its campaign with the script as it is now."""
    assert job.campaign is not None
    progress("checking all rows")
    return asdict(revalidate_rows(Campaign.objects.get(pk=job.campaign.pk), progress))


def revalidate_unread_rows(campaign: Campaign | None = None, *, workspace_id: int | None = None) -> int:
    """After the library changed: validate the rows whose letters were not read, of a campaign or of all
    campaigns of a workspace."""
    unread = Recipient.objects.living().filter(problems__contains=[{"code": Code.LETTERS_NOT_READ}])
    if workspace_id is not None:
        unread = unread.filter(campaign__workspace_id=workspace_id)
    campaigns = Campaign.objects.filter(pk__in=unread.values("campaign")) if campaign is None else [campaign]
    found = [_revalidate_all(one, unread.filter(campaign=one), tell_nobody) for one in campaigns]
    return sum(one.changed for one in found)


def _revalidate_all(campaign: Campaign, rows: QuerySet[Recipient], tell: Tell) -> Revalidation:
    speaker = load_row_speaker(campaign)
    pks = list(rows.order_by("row_number", "pk").values_list("pk", flat=True))
    changed = rejected = accepted = 0
    validator = RowValidator(campaign.columns, campaign.script, roles=read_roles(campaign))
    for at in range(0, len(pks), _ROWS_AT_ONCE):
        with transaction.atomic():
            locked = Campaign.objects.select_for_update().filter(pk=campaign.pk, script=campaign.script)
            if not locked.exists():
                break  # saved again meanwhile: whoever did it validates anew
            some = Recipient.objects.filter(pk__in=pks[at : at + _ROWS_AT_ONCE])
            written = [
                row for row in some.select_for_update() if _revalidate(row, campaign, speaker, validator)
            ]
            Recipient.objects.bulk_create(
                written, update_conflicts=True, unique_fields=["id"], update_fields=["problems"]
            )
            told = Recipient.objects.filter(pk__in=[row.pk for row in written])
            accepted += move(told.filter(problems=[], verdict=RowVerdict.REJECTED), RowVerdict.VALID)
            rejected += move(told.filter(verdict=RowVerdict.VALID).exclude(problems=[]), RowVerdict.REJECTED)
            changed += len(written)
        tell("checking all rows", min(at + _ROWS_AT_ONCE, len(pks)), len(pks))
    give_verdicts(campaign)
    return Revalidation(changed, rejected, accepted)


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
    rows = campaign.recipients.living().filter(verdict=RowVerdict.REJECTED, problems__contains=by_script)
    return rows.order_by("row_number")


def _fault(error: ScriptError) -> Problem:
    return Problem(error.code, Source.SCRIPT, str(error))


def _read_values(campaign: Campaign) -> Iterable[Mapping[str, str]]:
    """The first rows' values. All rows have the same columns, so that most often the first one answers."""
    rows = campaign.recipients.living().order_by("row_number").values_list("values", flat=True)
    return list(rows[:_ROWS_LOOKED_AT])


def _revalidate(row: Recipient, campaign: Campaign, speaker: RowSpeaker, validator: RowValidator) -> bool:
    before = row.problems
    as_read = Row(row.row_number, row.values)
    from_file = [problem for problem in load_problems(row.problems) if problem.source != Source.SCRIPT]
    found = find_script_problems(as_read, campaign.script, speaker)
    row.problems = dump_problems([*validator.keep_problems_of_file(as_read, from_file), *found])
    return row.problems != before
