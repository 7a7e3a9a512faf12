"""How long anything is kept: days by setting, or by workspace; what is older goes once a day.

What is needed to keep a promise stays: deliveries of campaigns that are there, so that nobody is sent to
twice; what was watched, as numbers; consents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from campaigns.claims import clock
from campaigns.delivery.mailbox import mailbox_folder
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import OPEN
from campaigns.models import Campaign, Delivery, Event, HistoryEntry, Job, Message, Workspace
from campaigns.privacy.files import delete_job_files
from campaigns.privacy.person_export import KEPT_DAYS
from campaigns.revisions import delete_folder, empty_message
from campaigns.states import CampaignState, DeliveryState
from campaigns.storage.parts import delete_parts, list_own_parts

ROWS_AT_ONCE = 1000
HISTORY_DAYS_LEAST = 30  # the database refuses less


class Kept(StrEnum):
    """What has a period of its own. Workspaces store it."""

    EVENTS = "events"
    DELIVERIES = "deliveries"
    SHEETS = "sheets"
    EXPORTS = "exports"
    VIDEOS = "videos"
    HISTORY = "history"
    MAILS = "mails"


# What each is, for the page.
WORDS: Mapping[Kept, str] = {
    Kept.EVENTS: "events of recipients' pages; what was watched stays as numbers",
    Kept.DELIVERIES: "deliveries of campaigns that were deleted",
    Kept.SHEETS: "spreadsheets and recordings as they were uploaded, and imports that nobody applied",
    Kept.EXPORTS: "exports of tables and videos",
    Kept.VIDEOS: "videos of campaigns whose run ended; their links stop working",
    Kept.HISTORY: f"the history, {HISTORY_DAYS_LEAST} days at least",
    Kept.MAILS: "mails that were caught on this machine",
}
OF_MACHINE = (Kept.DELIVERIES, Kept.MAILS)  # they belong to no workspace
OF_WORKSPACE = tuple(kept for kept in Kept if kept not in OF_MACHINE)


@dataclass(frozen=True)
class Expired:
    """What is older than its period, or went: ``workspace`` "" is the machine itself."""

    workspace: str
    kept: Kept
    days: int
    count: int


def find_days(workspace: Workspace | None, kept: Kept) -> int:
    """How many days something is kept; 0: for ever."""
    default: int = settings.RETENTION_DAYS[kept]
    return int(workspace.retention.get(kept, default)) if workspace is not None else default


def expire(*, dry_run: bool = False) -> list[Expired]:
    """Delete what is older than its period, in all workspaces, or only count it; without what is nothing."""
    done = []
    for workspace in Workspace.objects.order_by("pk"):
        for kept in OF_WORKSPACE:
            days = find_days(workspace, kept)
            if days:
                count = _WORK[kept](workspace, clock.now() - timedelta(days=days), dry_run)
                done.append(Expired(workspace.name, kept, days, count))
    for kept, work in _WORK_OF_MACHINE.items():
        if days := find_days(None, kept):
            done.append(Expired("", kept, days, work(clock.now() - timedelta(days=days), dry_run)))
    _expire_person_archives(dry_run)
    return [one for one in done if one.count]


def _expire_events(workspace: Workspace, before: datetime, dry_run: bool) -> int:
    old = Event.objects.filter(message__campaign__workspace=workspace, at__lt=before)
    if dry_run:
        return old.count()
    count = 0
    while keys := list(old.values_list("pk", flat=True)[:ROWS_AT_ONCE]):
        with transaction.atomic():  # taken from its message first: what was watched is not counted anew
            Event.objects.filter(pk__in=keys).update(message=None, recipient_name="")
            count += Event.objects.filter(pk__in=keys).delete()[0]
    return count


def _expire_loose_events(before: datetime, dry_run: bool) -> int:
    """Of campaigns that were deleted: nobody knows any more whose they were."""
    old = Event.objects.filter(message=None, at__lt=before)
    return old.count() if dry_run else old.delete()[0]


def _expire_deliveries(before: datetime, dry_run: bool) -> int:
    """Of campaigns that were deleted. Those of others keep an address from being sent to twice."""
    over = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SUPPRESSED)
    old = Delivery.objects.filter(message=None, campaign=None, state__in=over, created_at__lt=before)
    return old.count() if dry_run else old.delete()[0]


def _expire_sheets(workspace: Workspace, before: datetime, dry_run: bool) -> int:
    kinds = (JobKind.READ_SHEET, JobKind.APPLY_CHANGES, JobKind.STORE_RECORDINGS)
    count = 0
    for job in _list_jobs(workspace, before).filter(kind__in=kinds):
        count += 1
        if not dry_run:
            delete_job_files(job)
            if job.kind == JobKind.READ_SHEET:
                job.delete()  # its steps show rows of the file
    kept = Campaign.objects.filter(workspace=workspace, created_at__lt=before).exclude(spreadsheet="")
    for campaign in kept:
        count += 1
        if not dry_run:
            campaign.spreadsheet.delete(save=False)
            Campaign.objects.filter(pk=campaign.pk).update(spreadsheet="")
    return count


def _expire_exports(workspace: Workspace, before: datetime, dry_run: bool) -> int:
    old = list(_list_jobs(workspace, before).filter(kind=JobKind.EXPORT))
    for job in old if not dry_run else ():
        delete_job_files(job)
    return len(old)


def _expire_videos(workspace: Workspace, before: datetime, dry_run: bool) -> int:
    ended = Campaign.objects.filter(workspace=workspace, finished_at__lt=before)
    messages = Message.objects.filter(campaign__in=ended.exclude(state=CampaignState.RENDERING))
    with_video = messages.exclude(video="", revisions=None).distinct()
    if dry_run:
        return with_video.count()
    count = 0
    while keys := list(with_video.values_list("pk", flat=True)[:ROWS_AT_ONCE]):
        some = Message.objects.filter(pk__in=keys)
        delete_parts(list_own_parts(some))
        for message in some.select_related("campaign"):
            with transaction.atomic():
                empty_message(message)
                message.revisions.all().delete()
            delete_folder(f"campaigns/{message.campaign.public_id}/messages/{message.public_id}")
            count += 1
    return count


def _expire_history(workspace: Workspace, before: datetime, dry_run: bool) -> int:
    before = min(before, clock.now() - timedelta(days=HISTORY_DAYS_LEAST))
    if dry_run:
        return HistoryEntry.objects.filter(workspace=workspace, at__lt=before).count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT campaigns_expire_history(%s, %s)", [workspace.pk, before])
        [count] = cursor.fetchone() or [0]
    return int(count)


def _expire_mails(before: datetime, dry_run: bool) -> int:
    old = [path for path in _list_mails() if path.stat().st_mtime < before.timestamp()]
    for path in old if not dry_run else ():
        path.unlink(missing_ok=True)
    return len(old)


def _expire_person_archives(dry_run: bool) -> None:
    before = clock.now() - timedelta(days=KEPT_DAYS)
    kinds = (JobKind.EXPORT_PERSON, JobKind.ERASE)
    for job in Job.objects.filter(kind__in=kinds, created_at__lt=before).exclude(state__in=OPEN):
        if not dry_run:
            delete_job_files(job)
            job.delete()  # it says whom it was about


def _list_jobs(workspace: Workspace, before: datetime) -> QuerySet[Job]:
    ended = Job.objects.filter(workspace=workspace, created_at__lt=before).exclude(state__in=OPEN)
    return ended.exclude(file="")


def _list_mails() -> Iterator[Path]:
    folder = mailbox_folder()
    return folder.glob("*.eml") if folder.is_dir() else iter(())


_WORK: Mapping[Kept, Callable[[Workspace, datetime, bool], int]] = {
    Kept.EVENTS: _expire_events,
    Kept.SHEETS: _expire_sheets,
    Kept.EXPORTS: _expire_exports,
    Kept.VIDEOS: _expire_videos,
    Kept.HISTORY: _expire_history,
}
_WORK_OF_MACHINE: Mapping[Kept, Callable[[datetime, bool], int]] = {
    Kept.EVENTS: _expire_loose_events,
    Kept.DELIVERIES: _expire_deliveries,
    Kept.MAILS: _expire_mails,
}
