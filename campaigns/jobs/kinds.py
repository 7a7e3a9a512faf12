"""Every kind of job, and the function that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.module_loading import import_string

from campaigns.jobs.progress import JobProgress
from campaigns.models import Job


class JobKind(StrEnum):
    """What a job does. Rows store it, so a kind is never renamed."""

    READ_SHEET = "read_sheet"  # a spreadsheet into a draft of its rows, for the steps of the import
    APPLY_CHANGES = "apply_changes"  # a read spreadsheet to the campaign's people
    REVALIDATE = "revalidate"  # all rows with the script as it is now
    ESTIMATE = "estimate"  # what a run will do and what it took
    CANCEL_RUN = "cancel_run"  # the rest of a large queue
    START_RUN = "start_run"  # messages for all valid rows
    APPROVE = "approve"  # many messages at once
    SEND = "send"  # schedule the approved ones
    PLAN_SENDING = "plan_sending"  # what sending would do, for a person to confirm
    EXPORT = "export"  # a table or a ZIP of videos
    STORE_RECORDINGS = "store_recordings"  # an archive of sounds that rows name
    COUNT_LINES = "count_lines"  # which lines most people hear
    CHECK_TAKE = "check_take"  # what a presenter's file is and lacks
    COPY = "copy"  # a duplicate or a follow-up of a campaign
    DELETE = "delete"  # a campaign or a presenter with all that belongs to it
    CHOOSE_POSTER = "choose_poster"  # another frame for one message, or for all
    MAKE_PREVIEWS = "make_previews"  # the moving pictures that are missing
    SEND_TEST = "send_test"  # a mail to whoever asks for it
    PURGE = "purge"  # everything that was made of a presenter who does not consent any more
    ERASE = "erase"  # everything that is held about a person
    EXPORT_PERSON = "export_person"  # the same, as an archive for that person


# Does the work of a job and returns what came of it; a RefusedJob's sentence is shown as it is.
Work = Callable[[Job, JobProgress], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """``label`` as pages call it; ``work`` names the function, which is imported when it is needed."""

    label: str
    work: str


KINDS: Mapping[JobKind, Kind] = {
    JobKind.READ_SHEET: Kind("reading the spreadsheet", "campaigns.recipients.import_jobs.read_sheet"),
    JobKind.APPLY_CHANGES: Kind("applying the changes", "campaigns.recipients.import_jobs.apply_changes"),
    JobKind.REVALIDATE: Kind("checking all rows", "campaigns.recipients.revalidation.run_job"),
    JobKind.ESTIMATE: Kind("counting what the run will do", "campaigns.runs.figures.run_job"),
    JobKind.CANCEL_RUN: Kind("emptying the queue", "campaigns.runs.lifecycle.run_cancel_job"),
    JobKind.START_RUN: Kind("preparing the run", "campaigns.runs.start.run_job"),
    JobKind.APPROVE: Kind("approving", "campaigns.review.bulk.run_job"),
    JobKind.SEND: Kind("scheduling the mails", "campaigns.delivery.schedule.run_job"),
    JobKind.PLAN_SENDING: Kind("counting who would get a mail", "campaigns.delivery.planning.run_job"),
    JobKind.EXPORT: Kind("writing the export", "campaigns.exports.jobs.run_job"),
    JobKind.STORE_RECORDINGS: Kind("storing the recordings", "campaigns.recipients.recorded_rows.run_job"),
    JobKind.COPY: Kind("copying the campaign", "campaigns.standing.copies.run_job"),
    JobKind.DELETE: Kind("deleting", "campaigns.standing.deletion.run_job"),
    JobKind.COUNT_LINES: Kind("counting who hears which line", "campaigns.recordings.line_counts.run_job"),
    JobKind.CHECK_TAKE: Kind("looking at the take", "campaigns.runs.take_check.run_job"),
    JobKind.CHOOSE_POSTER: Kind("choosing the poster", "campaigns.pictures.posters.run_job"),
    JobKind.MAKE_PREVIEWS: Kind("making the moving pictures", "campaigns.pictures.previews.run_job"),
    JobKind.SEND_TEST: Kind("sending the test mail", "campaigns.delivery.trial.run_job"),
    JobKind.PURGE: Kind("purging the presenter", "campaigns.consent.purge.run_job"),
    JobKind.ERASE: Kind("erasing the person", "campaigns.privacy.erasure.run_job"),
    JobKind.EXPORT_PERSON: Kind("collecting what is held", "campaigns.privacy.person_export.run_job"),
}


def load_work(kind: str) -> Work:
    """The function that does this kind. LookupError for a kind that this version does not know."""
    if kind not in set(JobKind):
        raise LookupError(f"There is no work of the kind {kind}.")
    work: Work = import_string(KINDS[JobKind(kind)].work)
    return work
