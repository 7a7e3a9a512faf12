"""Draft imports: a file that was chosen, how it is to be read, and what reading it gave. Nothing is lost by
an error or by leaving the page; nobody's people change before the draft is applied.

A draft is a file and the jobs that read it; each answer of the person is another job, and the newest counts.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import IO, Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.base import File
from django.core.files.storage import default_storage

from campaigns.claims import clock
from campaigns.jobs import queue
from campaigns.jobs.kinds import JobKind
from campaigns.models import Campaign, Job
from campaigns.sheets.choice import Role, SheetChoice
from campaigns.sheets.reading import QuestionKind
from campaigns.states import JobState, MoveRefused

KEPT_DAYS = 7  # a draft that nobody applied is swept afterwards
SHEET_QUESTIONS = {
    QuestionKind.SHEET, QuestionKind.HEADER_ROW, QuestionKind.HIDDEN_ROWS, QuestionKind.ENCODING,
}  # fmt: skip


@dataclass(frozen=True)
class Draft:
    """A draft as its newest job has it."""

    job: Job

    @property
    def key(self) -> str:
        """What the jobs of one file share."""
        return str(self.job.options["draft"])

    @cached_property
    def asked(self) -> SheetChoice:
        """What the person chose."""
        return SheetChoice.from_json(self.job.options.get("choice", {}))

    @property
    def has_answers(self) -> bool:
        """Whether the person said how to read it."""
        return self.asked != SheetChoice()

    @cached_property
    def choice(self) -> SheetChoice:
        """What the person chose, completed by what was found."""
        return SheetChoice.from_json(self.read.get("choice") or self.job.options.get("choice", {}))

    @property
    def key_column(self) -> str:
        """What tells people apart; "": their address."""
        return str(self.job.options.get("key_column", ""))

    @property
    def read(self) -> Mapping[str, Any]:
        """What ``import_jobs.read_sheet`` found; {} before it is done."""
        return self.job.result if self.job.state == JobState.DONE else {}

    @property
    def has_sheet_question(self) -> bool:
        return any(question["kind"] in SHEET_QUESTIONS for question in self.read.get("questions", []))

    @property
    def has_column_question(self) -> bool:
        return bool(self.read) and needs_columns(self.read, self.choice)

    @property
    def plan(self) -> Mapping[str, Any] | None:
        """What applying it would change; None while something is open."""
        found: Mapping[str, Any] | None = self.read.get("plan")
        return found


def needs_columns(read: Mapping[str, Any], choice: SheetChoice) -> bool:
    """Whether a person has to look at the columns: one is unsure, or nobody said that there is no address."""
    asked = any(question["kind"] == QuestionKind.COLUMNS for question in read["questions"])
    return asked or Role.EMAIL not in choice.columns or any(not one["sure"] for one in read["columns"])


def start_draft(campaign: Campaign, file: IO[bytes], name: str, user: AbstractBaseUser | None) -> Job:
    """Keep the file, and read it behind the page. An older draft is thrown away."""
    throw_away(campaign)
    key = str(uuid.uuid4())
    stored = default_storage.save(f"jobs/{key}/{_clean_file_name(name)}", File(file))
    options = {"draft": key, "choice": SheetChoice().to_json(), "key_column": campaign.key_column}
    return queue.enqueue(
        JobKind.READ_SHEET, campaign=campaign, user=user, options=options, file=stored, file_name=name
    )


def answer(
    draft: Draft, choice: SheetChoice, user: AbstractBaseUser | None, key_column: str | None = None
) -> Job:
    """Read the same file again in another way."""
    if draft.job.state in queue.OPEN:
        queue.cancel(draft.job)
    chosen = draft.key_column if key_column is None else key_column
    options = {"draft": draft.key, "choice": choice.to_json(), "key_column": chosen}
    return queue.enqueue(
        JobKind.READ_SHEET,
        campaign=draft.job.campaign,
        user=user,
        options=options,
        file=str(draft.job.file.name),
        file_name=draft.job.file_name,
    )


def find_draft(campaign: Campaign) -> Draft | None:
    """The draft of a campaign; None where there is none, or where it was applied."""
    job = queue.find_latest(campaign, JobKind.READ_SHEET)
    if job is None:
        return None
    draft = Draft(job)
    applied = find_application(draft)
    return None if applied is not None and applied.state == JobState.DONE else draft


def find_application(draft: Draft) -> Job | None:
    """The newest job that applies this draft."""
    jobs = Job.objects.filter(campaign=draft.job.campaign, kind=JobKind.APPLY_CHANGES)
    return jobs.filter(options__draft=draft.key).order_by("-created_at").first()


def apply_draft(draft: Draft, user: AbstractBaseUser | None, *, remove_gone: bool) -> Job:
    """Apply it behind the page. Raises MoveRefused where something is still to be answered."""
    if draft.plan is None or draft.has_sheet_question or draft.has_column_question:
        raise MoveRefused("Answer what is still asked about the spreadsheet first.")
    running = find_application(draft)
    if running is not None and running.state in queue.OPEN:
        return running
    options = {"draft": draft.key, "read": draft.job.pk, "remove_gone": remove_gone}
    return queue.enqueue(
        JobKind.APPLY_CHANGES,
        campaign=draft.job.campaign,
        user=user,
        options=options,
        file_name=draft.job.file_name,
    )


def throw_away(campaign: Campaign) -> None:
    """Forget the draft and its files. Raises MoveRefused while it is being applied."""
    draft = find_draft(campaign)
    if draft is None:
        return
    applied = find_application(draft)
    if applied is not None and applied.state in queue.OPEN:
        raise MoveRefused("The last spreadsheet is being applied. Wait for it, or cancel it first.")
    _forget(draft.key)


def sweep_drafts() -> int:
    """Forget drafts that were applied, and those that nobody came back to; returns how many."""
    old = Job.objects.filter(kind=JobKind.READ_SHEET, created_at__lt=clock.now() - timedelta(days=KEPT_DAYS))
    applied = Job.objects.filter(kind=JobKind.APPLY_CHANGES, state=JobState.DONE)
    keys = set(old.exclude(state__in=queue.OPEN).values_list("options__draft", flat=True))
    read = Job.objects.filter(kind=JobKind.READ_SHEET)
    done = applied.filter(options__draft__in=read.values("options__draft"))
    keys |= set(done.values_list("options__draft", flat=True))
    newer = read.filter(created_at__gte=clock.now() - timedelta(days=KEPT_DAYS), options__draft__in=keys)
    keys -= set(newer.values_list("options__draft", flat=True)) - set(
        done.values_list("options__draft", flat=True)
    )
    for key in keys:
        _forget(key)
    return len(keys)


def _forget(key: str) -> None:
    jobs = Job.objects.filter(kind=JobKind.READ_SHEET, options__draft=key)
    for job in jobs.filter(state__in=queue.OPEN):
        queue.cancel(job)
    jobs.delete()
    folder = f"jobs/{key}"
    if default_storage.exists(folder):
        for name in default_storage.listdir(folder)[1]:
            default_storage.delete(f"{folder}/{name}")
        default_storage.delete(folder)


def _clean_file_name(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name)[-80:]
