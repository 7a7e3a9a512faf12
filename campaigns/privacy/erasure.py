"""A person erased: what goes is counted first; then files, then rows, so that a second try finds the rest.

A keyed hash of each address stays, so that nobody writes to the person again, also where a spreadsheet
brings them back.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from campaigns.delivery import erased_addresses
from campaigns.history import Verb, record
from campaigns.jobs.kinds import KINDS, JobKind
from campaigns.jobs.progress import JobProgress
from campaigns.jobs.queue import OPEN, enqueue
from campaigns.models import Delivery, Job, Message, Recipient, Recording, RowRecording
from campaigns.privacy import files, records
from campaigns.privacy.person import HeldPerson, PersonQuery, PersonRefused
from campaigns.privacy.traces import scrub_addresses
from campaigns.revisions import delete_folder
from campaigns.standing.row_tree import delete_rows
from campaigns.states import DeliveryState, RenderState, move

# While one of these goes on, it may write the person's row again.
WRITING = (
    JobKind.READ_SHEET, JobKind.APPLY_CHANGES, JobKind.COPY, JobKind.EXPORT, JobKind.STORE_RECORDINGS,
    JobKind.START_RUN,
)  # fmt: skip
ERASED = "Not sent: the person was erased."


@dataclass(frozen=True)
class Holding:
    """What is held about a person, in numbers."""

    rows: int
    campaigns: int
    videos: int
    deliveries: int
    events: int
    suppressions: int
    history: int
    recordings: int
    imports_and_exports: int
    caught_mails: int

    @property
    def is_empty(self) -> bool:
        return not any(asdict(self).values())


def count_holding(person: HeldPerson) -> Holding:
    """Counted now."""
    return Holding(
        rows=len(person.recipients),
        campaigns=len(person.campaigns),
        videos=sum(bool(one.video) for one in person.messages),
        deliveries=len(person.deliveries),
        events=person.events.count(),
        suppressions=person.suppressions.count(),
        history=sum(1 for _ in person.list_history(person.terms)),
        recordings=len(files.list_recordings(person)) + len(files.list_row_recordings(person)),
        imports_and_exports=len(files.list_shared_jobs(person)),
        caught_mails=sum(1 for _ in files.list_mails(person)),
    )


def start_erasure(query: PersonQuery, user: AbstractBaseUser) -> Job:
    """Queue it for one workspace. Raises PersonRefused while other work may write the person's row again."""
    require_quiet(HeldPerson(query))
    asked = {"address": query.address, "name": query.name, "workspaces": list(query.workspaces)}
    return enqueue(JobKind.ERASE, workspace_id=query.workspaces[0], user=user, options=asked)


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job, which then forgets whom it was about. A second try goes on."""
    asked = job.options
    query = PersonQuery(asked["address"], asked["name"], tuple(asked["workspaces"]))
    progress("erasing the person")
    told = asdict(erase(query, job.created_by))
    Job.objects.filter(pk=job.pk).update(options={})
    return told


def require_quiet(person: HeldPerson) -> None:
    """Raises PersonRefused with the work that goes on."""
    busy = Job.objects.filter(workspace__in=person.query.workspaces, kind__in=WRITING, state__in=OPEN).first()
    if busy is not None:
        label = KINDS[JobKind(busy.kind)].label
        where = f" in {busy.campaign}" if busy.campaign else ""
        raise PersonRefused(f"{label.capitalize()} goes on{where}. Wait until it is over, then erase.")


def erase(query: PersonQuery, user: AbstractBaseUser | None) -> Holding:
    """Erase everything; what it was, in numbers. Safe to call again, also after it was stopped midway."""
    person = HeldPerson(query)
    told = count_holding(person)
    _stop(person)
    for workspace in person.workspaces:
        for address in person.terms.addresses:
            erased_addresses.remember(address, workspace.pk)
    shared, sounds = files.list_shared_jobs(person), files.list_recordings(person)
    row_sounds = files.list_row_recordings(person)
    _delete_files(person, shared)
    with transaction.atomic():
        _delete_rows(person, shared, sounds, row_sounds)
        _redact(person)
        for workspace in person.workspaces:
            record(user, Verb.PERSON_ERASED, workspace=workspace, **asdict(told))
    return told


def _stop(person: HeldPerson) -> None:
    """Workers that are at it lose their claims; what waits is not sent."""
    messages, deliveries = [one.pk for one in person.messages], [one.pk for one in person.deliveries]
    move(Message.objects.filter(pk__in=messages), RenderState.CANCELLED, claimed_by="", urgency=0)
    waiting = Delivery.objects.filter(pk__in=deliveries, state=DeliveryState.SCHEDULED)
    move(waiting, DeliveryState.SUPPRESSED, reason=ERASED)


def _delete_files(person: HeldPerson, shared: list[Job]) -> None:
    files.delete_cached(person)
    for folder in files.list_message_folders(person):
        delete_folder(folder)
    for job in shared:
        files.delete_job_files(job)
    for path in files.list_mails(person):
        path.unlink(missing_ok=True)


def _delete_rows(
    person: HeldPerson, shared: list[Job], sounds: list[Recording], row_sounds: list[RowRecording]
) -> None:
    for one in (*sounds, *row_sounds):
        one.delete()  # with its file
    person.events.delete()
    Delivery.objects.filter(pk__in=[one.pk for one in person.deliveries]).delete()
    person.suppressions.delete()
    delete_rows(Recipient, [one.pk for one in person.recipients])
    drafts = [job.pk for job in shared if job.kind == JobKind.READ_SHEET]
    Job.objects.filter(pk__in=drafts).delete()  # its steps show rows of the file


def _redact(person: HeldPerson) -> None:
    records.redact_history(person)
    records.redact_log(person)
    records.redact_jobs(person)
    records.redact_campaigns(person)
    records.forget_events_without_message(person)
    records.forget_words(person)
    records.clear_sessions(person.terms)
    records.empty_answers(person)
    records.delete_tasks(person.terms)
    if person.covers_all:
        scrub_addresses(person.terms.addresses)
