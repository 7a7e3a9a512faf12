"""The files that hold a person: of their messages, imports and exports, caught mails, parts of the cache."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_binary_file, policy
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage

from campaigns.delivery.mailbox import mailbox_folder
from campaigns.jobs.kinds import JobKind
from campaigns.models import Job, Message, Recording, RowRecording
from campaigns.privacy.person import HeldPerson
from campaigns.privacy.terms import Terms
from campaigns.revisions import delete_folder
from campaigns.storage.parts import (
    PERSONAL_KINDS,
    delete_kinds,
    delete_parts,
    find_spoken,
    have_unknown_parts,
    list_parts,
    spare_shared,
)

# What a campaign keeps of its spreadsheets and of what was written from them: everybody's rows in one file.
FILE_KINDS = (JobKind.READ_SHEET, JobKind.APPLY_CHANGES, JobKind.EXPORT, JobKind.STORE_RECORDINGS)


def list_message_folders(person: HeldPerson) -> list[str]:
    """Videos, posters, previews and captions, those of earlier contents, too."""
    return [f"campaigns/{one.campaign.public_id}/messages/{one.public_id}" for one in person.messages]


def list_shared_jobs(person: HeldPerson) -> list[Job]:
    """Imports and exports whose files hold the person among others: of their campaigns all of them, of other
    campaigns the imports that nobody applied where the person stands in one."""
    jobs = Job.objects.filter(workspace__in=person.query.workspaces, kind__in=FILE_KINDS)
    own = {one.pk for one in person.campaigns}
    found = [
        job for job in jobs.exclude(file="", options={}) if job.campaign_id in own or _holds(job, person)
    ]
    people = Job.objects.filter(workspace__in=person.query.workspaces, kind=JobKind.EXPORT_PERSON)
    return [*found, *(one for one in people if person.terms.are_in(one.options))]


def list_recordings(person: HeldPerson) -> list[Recording]:
    """Sounds of lines that this person alone hears."""
    found: list[Recording] = []
    for message in person.messages:
        said = {(line["id"], line["text"]) for line in message.lines}
        for one in Recording.objects.filter(
            campaign=message.campaign_id, text__in=[text for _, text in said]
        ):
            line = [{"id": one.line_id, "text": one.text}]
            others = Message.objects.filter(campaign=one.campaign_id, lines__contains=line)
            if not others.exclude(pk__in=[each.pk for each in person.messages]).exists():
                found.append(one)
    return found


def list_row_recordings(person: HeldPerson) -> list[RowRecording]:
    """Sounds that the person's rows name and no other row does."""
    found: list[RowRecording] = []
    for message in person.messages:
        keys = {line["row_recording"] for line in message.lines if "row_recording" in line}
        for one in RowRecording.objects.filter(campaign=message.campaign_id, key__in=keys):
            others = Message.objects.filter(
                campaign=one.campaign_id, lines__contains=[{"row_recording": one.key}]
            )
            if not others.exclude(pk__in=[each.pk for each in person.messages]).exists():
                found.append(one)
    return found


def list_mails(person: HeldPerson) -> Iterator[Path]:
    """Caught mails that carry their link, and where every workspace is meant any mail to their address."""
    folder, terms = mailbox_folder(), person.loose_terms if person.covers_all else Terms(frozenset())
    for path in sorted(folder.glob("*.eml")) if folder.is_dir() else ():
        if _is_about(path, terms, person.links):
            yield path


def delete_job_files(job: Job) -> None:
    """A draft's folder, or an export's file; the row stays."""
    draft = job.options.get("draft")
    for folder in {str(job.public_id), *([str(draft)] if draft else [])}:
        delete_folder(f"jobs/{folder}")
    if job.file:
        default_storage.delete(job.file.name or "")
    Job.objects.filter(pk=job.pk).update(file="", file_name="")


def delete_cached(person: HeldPerson) -> int:
    """Parts of the render cache that were made for this person alone, and sounds in which they are named."""
    messages = Message.objects.filter(pk__in=[one.pk for one in person.messages])
    own = spare_shared(list_parts(messages), Message.objects.exclude(pk__in=messages.values("pk")))
    count = delete_parts(own)
    words = {word for name in person.terms.names for word in [name, *name.split()] if len(word) > 1}
    for path in list(find_spoken(words)):
        path.unlink(missing_ok=True)
        count += 1
    if have_unknown_parts(messages):
        count += len(delete_kinds(PERSONAL_KINDS))
    for folder in list_message_folders(person):  # copies of a remote storage's files
        count += _delete_copies(settings.RENDER_CACHE_DIR / "fetched" / folder)
    return count


def _delete_copies(folder: Path) -> int:
    files = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
    for path in files:
        path.unlink(missing_ok=True)
    return len(files)


def _holds(job: Job, person: HeldPerson) -> bool:
    """Whether rows that an import read name the person's address."""
    if person.loose_terms.are_in([job.options, job.result]):
        return True
    draft = job.options.get("draft")
    folder = f"jobs/{draft}"
    if not draft or not default_storage.exists(folder):
        return False
    return any(
        _file_holds(f"{folder}/{name}", person.loose_terms) for name in default_storage.listdir(folder)[1]
    )


def _file_holds(name: str, terms: Terms) -> bool:
    with default_storage.open(name, "rb") as file:
        for line in file:  # a value a line; of other files, whatever stands between line ends
            if terms.are_in(line.decode(errors="replace")):
                return True
    return False


def _is_about(path: Path, terms: Terms, links: set[str]) -> bool:
    try:
        with path.open("rb") as file:
            mail = message_from_binary_file(file, policy=policy.default)
    except OSError:
        return False
    if terms.are_in([str(value) for value in mail.values()]):
        return True
    texts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return any(terms.are_in(text) or any(link in text for link in links) for text in texts)
