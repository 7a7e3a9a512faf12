"""An export as a job: asked for, written to a file of its own behind the page, and kept for its people."""

from __future__ import annotations

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from campaigns.consent.entries import ConsentAct
from campaigns.engine import RenderError
from campaigns.exports.tables import find_delimiter, write_csv, write_xlsx
from campaigns.exports.videos import write_videos
from campaigns.history import Verb, record
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress, RefusedJob
from campaigns.jobs.queue import enqueue
from campaigns.models import Campaign, ConsentEntry, Job
from campaigns.storage.files import store_file

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}


class Format(StrEnum):
    """What an export is. Jobs store it."""

    CSV = "csv"
    XLSX = "xlsx"
    ZIP = "zip"


WORDS = {
    Format.CSV: "the table as CSV",
    Format.XLSX: "the table as a workbook",
    Format.ZIP: "the videos as a ZIP",
}


def list_delimiters(campaign: Campaign) -> dict[str, str]:
    """What a table can be separated by, in words; that of the people's own file among them."""
    own = find_delimiter(campaign)
    return DELIMITERS | ({} if own in DELIMITERS else {own: f"{own} as in your file"})


def start_export(campaign: Campaign, user: AbstractBaseUser, format_: Format, delimiter: str = ",") -> Job:
    """Queue an export and note it in the history."""
    kept = delimiter if delimiter in list_delimiters(campaign) else ","
    with transaction.atomic():
        options = {"format": str(format_), "delimiter": kept}
        job = enqueue(JobKind.EXPORT, campaign=campaign, user=user, options=options)
        record(user, Verb.EXPORTED, campaign=campaign, about=WORDS[format_])
    return job


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job. A second try writes the file anew."""
    campaign = job.campaign
    if campaign is None:
        raise RefusedJob("The campaign is not there any more.")
    format_ = Format(job.options.get("format", Format.CSV))
    with tempfile.TemporaryDirectory(prefix="byname-export-") as folder:
        path = Path(folder) / f"export.{format_}"
        try:
            count = _write(campaign, path, format_, job.options.get("delimiter", ","), progress)
        except RenderError as error:
            raise RefusedJob(error.message) from error
        progress("storing the file")
        size_bytes = path.stat().st_size
        stored = store_file(job.file, path, f"export.{format_}")
    day = timezone.localdate().isoformat()
    name = f"{slugify(campaign.name) or 'campaign'}-{day}.{format_}"
    Job.objects.filter(pk=job.pk).update(file=stored, file_name=name)
    if format_ == Format.ZIP:
        _require_consents(job)
    return {"count": count, "bytes": size_bytes, "name": name}


def _require_consents(job: Job) -> None:
    """A consent that was revoked while videos were packed: whoever revoked it could not know of this file."""
    ended = ConsentEntry.objects.filter(act=ConsentAct.REVOKED, workspace=job.workspace_id)
    if ended.filter(at__gte=job.started_at or job.created_at).exists():
        job.refresh_from_db(fields=["file"])
        job.file.delete(save=False)
        Job.objects.filter(pk=job.pk).update(file="")
        raise RefusedJob("A presenter's consent was revoked while the videos were packed. Export them again.")


def _write(campaign: Campaign, path: Path, format_: Format, delimiter: str, progress: JobProgress) -> int:
    match format_:
        case Format.CSV:
            return write_csv(campaign, path, delimiter, progress)
        case Format.XLSX:
            return write_xlsx(campaign, path, progress)
        case Format.ZIP:
            return write_videos(campaign, path, progress)
