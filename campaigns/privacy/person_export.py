"""Everything that is held about a person as one archive: a JSON of rows as they are stored, and the files."""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from campaigns.history import Verb, describe, record
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress, RefusedJob
from campaigns.jobs.queue import enqueue
from campaigns.models import Job, Revision, Viewing
from campaigns.privacy import files
from campaigns.privacy.person import HeldPerson, PersonQuery
from campaigns.revisions import FILES
from campaigns.storage.files import store_file, walk_folder

KEPT_DAYS = 7  # then the archive is deleted
README = """What this archive holds about one person.

person.json   rows of the database, each with what it is
media/        videos, posters, captions, sounds
mails/        mails to this person that were caught on this machine
"""


def start_export(query: PersonQuery, user: AbstractBaseUser) -> Job:
    """Queue it for one workspace."""
    asked = {"address": query.address, "name": query.name, "workspaces": list(query.workspaces)}
    with transaction.atomic():
        job = enqueue(JobKind.EXPORT_PERSON, workspace_id=query.workspaces[0], user=user, options=asked)
        record(user, Verb.PERSON_EXPORTED, workspace=job.workspace)
    return job


def run_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job. A second try writes the archive anew."""
    asked = job.options
    person = HeldPerson(PersonQuery(asked["address"], asked["name"], tuple(asked["workspaces"])))
    progress("collecting what is held")
    with tempfile.TemporaryDirectory(prefix="byname-person-") as folder:
        path = Path(folder) / "person.zip"
        count = write_person(person, path)
        if not count:
            raise RefusedJob("Nothing is held about this person here.")
        stored = store_file(job.file, path, "person.zip")
    name = f"person-{timezone.localdate().isoformat()}.zip"
    Job.objects.filter(pk=job.pk).update(file=stored, file_name=name)
    return {"rows": count, "name": name}


def write_person(person: HeldPerson, path: Path) -> int:
    """Write the archive; how many rows it holds."""
    rows = collect(person)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        archive.writestr("README.txt", README)
        told = json.dumps(rows, ensure_ascii=False, indent=2, cls=DjangoJSONEncoder)
        archive.writestr("person.json", told)
        for name in sorted(set(_list_files(person))):
            _add(archive, name)
        for mail in files.list_mails(person):
            archive.write(mail, f"mails/{mail.name}")
    return sum(len(found) for found in rows.values())


def collect(person: HeldPerson) -> dict[str, list[dict[str, Any]]]:
    """Every row that is about the person, by what it is."""
    messages = [one.pk for one in person.messages]
    return {
        "recipients": _describe(person.recipients),
        "messages": _describe(person.messages),
        "approved contents": _describe(Revision.objects.filter(message__in=messages)),
        "comments": [_dump(one) for message in person.messages for one in message.comments.all()],
        "deliveries": _describe(person.deliveries),
        "events": _describe(person.events),
        "watched": _describe(Viewing.objects.filter(message__in=messages)),
        "suppressions": _describe(person.suppressions),
        "recordings": _describe([*files.list_recordings(person), *files.list_row_recordings(person)]),
        "history": [
            {"at": entry.at, "what": describe(entry), "details": entry.details}
            for entry in person.list_history(person.terms)
        ],
    }


def _describe(rows: Iterable[Model]) -> list[dict[str, Any]]:
    return [_dump(row) for row in rows]


def _dump(row: Model) -> dict[str, Any]:
    """Every column; also those that no form shows."""
    told = {field.name: field.value_from_object(row) for field in row._meta.concrete_fields}
    return {
        name: getattr(value, "name", value) if name in _FILE_COLUMNS else value
        for name, value in told.items()
        if name not in _OURS
    }


_FILE_COLUMNS = (*FILES, "file", "document")
_OURS = ("claimed_by", "heartbeat_at", "parts")  # of workers and caches


def _list_files(person: HeldPerson) -> Iterator[str]:
    for folder in files.list_message_folders(person):
        yield from walk_folder(folder)
    yield from (str(one.file.name) for one in files.list_recordings(person))
    yield from (str(one.file.name) for one in files.list_row_recordings(person))


def _add(archive: zipfile.ZipFile, name: str) -> None:
    try:
        with default_storage.open(name, "rb") as source:
            target = str(PurePosixPath("media") / PurePosixPath(name))
            with archive.open(target, "w", force_zip64=True) as packed:
                shutil.copyfileobj(source, packed, 1 << 20)
    except FileNotFoundError:  # erased or replaced meanwhile
        return
