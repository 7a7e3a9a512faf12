"""A spreadsheet on its way in: read, asked about, compared, applied. Nobody changes before it is applied."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from django.http import Http404
from django.utils.datastructures import MultiValueDict
from ninja import Field, File, Router, Schema, UploadedFile

from campaigns.access.roles import Right
from campaigns.api.problems import ApiProblem
from campaigns.api.request import ApiRequest, Asked
from campaigns.api.rows import Id, find_campaign
from campaigns.api.schema import Done
from campaigns.jobs import queue
from campaigns.models import Campaign
from campaigns.recipients import import_drafts
from campaigns.recipients.import_drafts import Draft, find_application, find_draft
from campaigns.sheets.choice import Duplicates, Role, SheetChoice
from campaigns.states import JobState
from campaigns.views.imports import SheetFileForm

router = Router()
ROWS_MAX = 2**31 - 1
Text = Annotated[str, Field(max_length=300)]


class Stage(StrEnum):
    """How far an import is."""

    READING = "reading"
    ASKING = "asking"  # answer the questions, or name the columns
    PLANNED = "planned"  # what would change is known: apply it
    APPLYING = "applying"
    FAILED = "failed"


class Question(Schema):
    """What the file leaves open, with the answers that count."""

    kind: str
    sentence: str
    options: list[str]


class ColumnInfo(Schema):
    """A column of the file, and what it seems to hold."""

    header: str
    role: Role | None
    sure: bool
    samples: list[str]


class Plan(Schema):
    """How many people applying it would add, change, leave out or take back."""

    new: int
    changed: int
    gone: int
    same: int
    returning: int


class ImportInfo(Schema):
    """An import as it stands. `job`: the work that is going on or was done last."""

    stage: Stage
    job: UUID
    file: str
    failure: str
    rows: int
    faulty: int
    notes: list[str]
    questions: list[Question]
    columns: list[ColumnInfo]
    sheets: list[str]
    key_column: str
    plan: Plan | None


class Answers(Asked):
    """How the file is to be read; what is left out is found by the platform.

    `columns`: what a column holds → its header, "" for none. To say that there are no addresses, send
    `{"email": ""}`.
    """

    sheet: Text | None = None
    header_row: Annotated[int, Field(ge=0, le=ROWS_MAX)] | None = None
    columns: dict[Role, Text] | None = None
    with_hidden: bool | None = None
    duplicates: Duplicates | None = None
    encoding: Annotated[str, Field(max_length=40)] | None = None
    separator: Annotated[str, Field(max_length=4)] | None = None
    key_column: Text | None = None


class ApplyAsked(Asked):
    """`remove_gone`: whoever is not in the file any more is removed."""

    remove_gone: bool = True


@router.post("/campaigns/{campaign_id}/import", response={202: ImportInfo}, operation_id="upload_spreadsheet")
def upload_spreadsheet(
    request: ApiRequest, campaign_id: Id, spreadsheet: File[UploadedFile]
) -> tuple[int, dict[str, Any]]:
    """Keep the file and read it behind the answer. An older import that was not applied is thrown away."""
    campaign = find_campaign(request, campaign_id, Right.EDIT)
    form = SheetFileForm({}, MultiValueDict({"spreadsheet": [spreadsheet]}))
    if not form.is_valid():
        raise ApiProblem(422, "file_refused", str(form.errors["spreadsheet"][0]))
    file = form.cleaned_data["spreadsheet"]
    import_drafts.start_draft(campaign, file, file.name or "spreadsheet", request.user)
    return 202, _describe(_find(campaign))


@router.get("/campaigns/{campaign_id}/import", response=ImportInfo, operation_id="get_import")
def get_import(request: ApiRequest, campaign_id: Id) -> dict[str, Any]:
    return _describe(_find(find_campaign(request, campaign_id)))


@router.post(
    "/campaigns/{campaign_id}/import/answers", response={202: ImportInfo}, operation_id="answer_import"
)
def answer_import(request: ApiRequest, campaign_id: Id, asked: Answers) -> tuple[int, dict[str, Any]]:
    """Read the same file in another way. What was answered before stays, unless it is answered anew."""
    campaign = find_campaign(request, campaign_id, Right.EDIT)
    draft = _find(campaign)
    given = {name: value for name, value in asked.dict(exclude={"key_column"}).items() if value is not None}
    if "columns" in given:
        given["columns"] = _complete_roles(draft, given["columns"])
    choice: SheetChoice = replace(draft.asked, **given)
    import_drafts.answer(draft, choice, request.user, asked.key_column)
    return 202, _describe(_find(campaign))


@router.post("/campaigns/{campaign_id}/import/apply", response={202: ImportInfo}, operation_id="apply_import")
def apply_import(request: ApiRequest, campaign_id: Id, asked: ApplyAsked) -> tuple[int, dict[str, Any]]:
    """Apply it behind the answer."""
    campaign = find_campaign(request, campaign_id, Right.EDIT)
    draft = _find(campaign)
    import_drafts.apply_draft(draft, request.user, remove_gone=asked.remove_gone)
    return 202, _describe(_find(campaign))


@router.delete("/campaigns/{campaign_id}/import", response=Done, operation_id="throw_away_import")
def throw_away_import(request: ApiRequest, campaign_id: Id) -> Done:
    campaign = find_campaign(request, campaign_id, Right.EDIT)
    import_drafts.throw_away(campaign)
    return Done()


def _find(campaign: Campaign) -> Draft:
    draft = find_draft(campaign)
    if draft is None:
        raise Http404("There is no import going on: upload a spreadsheet, or the last one was applied.")
    return draft


def _complete_roles(draft: Draft, given: dict[Role, str]) -> dict[Role, str]:
    """As on the page of columns: once a person says what the columns hold, it is said of every role."""
    found = {one["role"]: one["header"] for one in draft.read.get("columns", []) if one["role"]}
    return {role: given.get(role, found.get(str(role), "")) for role in Role}


def _describe(draft: Draft) -> dict[str, Any]:
    read, applying = draft.read, find_application(draft)
    job = draft.job if applying is None or applying.state == JobState.CANCELLED else applying
    return {
        "stage": _find_stage(draft, job.state if job is not draft.job else None),
        "job": job.public_id,
        "file": draft.job.file_name,
        "failure": job.failure,
        "rows": read.get("rows", 0),
        "faulty": read.get("faulty", 0),
        "notes": read.get("notes", []),
        "questions": read.get("questions", []),
        "columns": read.get("columns", []),
        "sheets": [one["name"] for one in read.get("sheets", [])],
        "key_column": draft.key_column,
        "plan": draft.plan,
    }


def _find_stage(draft: Draft, applied: str | None) -> Stage:
    state = applied or draft.job.state
    if state in (JobState.FAILED, JobState.CANCELLED):
        return Stage.FAILED
    if applied in queue.OPEN:
        return Stage.APPLYING
    if not draft.read:
        return Stage.READING
    asks = draft.plan is None or draft.has_sheet_question or draft.has_column_question
    return Stage.ASKING if asks else Stage.PLANNED
