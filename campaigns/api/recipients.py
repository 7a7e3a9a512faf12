"""A campaign's people: listed, added, edited, removed, taken back; each with the caller's own key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from django.http import Http404
from ninja import Field, Query, Router, Schema

from campaigns.access.roles import Right
from campaigns.api.pages import Page, Part, build_page, cut
from campaigns.api.request import ApiRequest, Asked
from campaigns.api.rows import Id, find_campaign
from campaigns.models import Campaign, Recipient
from campaigns.problems import Problem as RowProblem
from campaigns.recipients import people
from campaigns.recipients.keys import find_key_column, fold_key, read_roles
from campaigns.recipients.people_list import Shown, find_people, list_sent
from campaigns.states import RowVerdict
from campaigns.views.people import CELL_CHARACTERS_MAX

router = Router()
Cell = Annotated[str, Field(max_length=CELL_CHARACTERS_MAX)]
Cells = Annotated[dict[Annotated[str, Field(max_length=300)], Cell], Field(min_length=1, max_length=500)]


class RowNote(Schema):
    """What is wrong with a row, or worth a look."""

    code: str
    message: str
    row: int | None
    column: str | None


class RecipientInfo(Schema):
    """A person. `key` is what the campaign's key column says of them, as their spreadsheet has it."""

    id: int
    row: int
    key: str
    name: str
    email: str
    verdict: RowVerdict
    removed: bool
    sent: bool
    values: dict[str, str]
    problems: list[RowNote]


class PeopleFilter(Part):
    """Which people. `key`: exactly one person, by the caller's own key. `search`: part of a name or cell."""

    show: Shown = Shown.ALL
    search: Annotated[str, Field(max_length=200)] = ""
    key: Annotated[str, Field(max_length=400)] = ""


class CellsAsked(Asked):
    """Column → text. What is not named stays as it is, and is empty for a new person."""

    values: Cells


@router.get(
    "/campaigns/{campaign_id}/recipients", response=Page[RecipientInfo], operation_id="list_recipients"
)
def list_recipients(request: ApiRequest, campaign_id: Id, asked: Query[PeopleFilter]) -> dict[str, Any]:
    campaign = find_campaign(request, campaign_id)
    rows = find_people(campaign, asked.show, asked.search)
    if asked.key:
        rows = rows.filter(key=fold_key(asked.key))
    shown, following = cut(rows, asked, "row_number")
    return build_page(build_people(campaign, shown), following)


@router.post(
    "/campaigns/{campaign_id}/recipients", response={201: RecipientInfo}, operation_id="add_recipient"
)
def add_recipient(request: ApiRequest, campaign_id: Id, asked: CellsAsked) -> tuple[int, dict[str, Any]]:
    """Below the last row. Who was removed and has the same key is taken back, with their link."""
    campaign = find_campaign(request, campaign_id, Right.EDIT)
    return 201, _describe(campaign, people.add_person(campaign, asked.values, request.user))


@router.get(
    "/campaigns/{campaign_id}/recipients/{recipient_id}", response=RecipientInfo, operation_id="get_recipient"
)
def get_recipient(request: ApiRequest, campaign_id: Id, recipient_id: Id) -> dict[str, Any]:
    campaign = find_campaign(request, campaign_id)
    return _describe(campaign, _find(campaign, recipient_id))


@router.patch(
    "/campaigns/{campaign_id}/recipients/{recipient_id}",
    response=RecipientInfo,
    operation_id="edit_recipient",
)
def edit_recipient(
    request: ApiRequest, campaign_id: Id, recipient_id: Id, asked: CellsAsked
) -> dict[str, Any]:
    """Their link shows what it shows until the new video is approved; nothing is sent twice."""
    campaign = find_campaign(request, campaign_id, Right.EDIT)
    person = _find(campaign, recipient_id)
    return _describe(campaign, people.edit_cells(campaign, person, asked.values, request.user))


@router.delete(
    "/campaigns/{campaign_id}/recipients/{recipient_id}",
    response=RecipientInfo,
    operation_id="remove_recipient",
)
def remove_recipient(request: ApiRequest, campaign_id: Id, recipient_id: Id) -> dict[str, Any]:
    """From now on nothing is made for or sent to this person."""
    campaign = find_campaign(request, campaign_id, Right.EDIT)
    return _describe(campaign, people.remove_person(campaign, _find(campaign, recipient_id), request.user))


@router.post(
    "/campaigns/{campaign_id}/recipients/{recipient_id}/restore",
    response=RecipientInfo,
    operation_id="restore_recipient",
)
def restore_recipient(request: ApiRequest, campaign_id: Id, recipient_id: Id) -> dict[str, Any]:
    campaign = find_campaign(request, campaign_id, Right.EDIT)
    return _describe(campaign, people.restore_person(campaign, _find(campaign, recipient_id), request.user))


def build_people(campaign: Campaign, rows: Iterable[Recipient]) -> list[dict[str, Any]]:
    some = list(rows)
    sent, column = list_sent(some), find_key_of(campaign)
    return [
        {
            **identify(person, column),
            "name": person.name,
            "email": person.email,
            "verdict": person.verdict,
            "removed": person.removed_at is not None,
            "sent": person.pk in sent,
            "values": {name: str(text) for name, text in person.values.items()},
            "problems": [build_note(problem) for problem in person.found_problems],
        }
        for person in some
    ]


def identify(person: Recipient, key_column: str) -> dict[str, Any]:
    """How the caller knows a person again: row number and their own key, as it was written."""
    return {"id": person.pk, "row": person.row_number, "key": str(person.values.get(key_column, ""))}


def find_key_of(campaign: Campaign) -> str:
    """The column that tells people apart; "" where there is none."""
    return find_key_column(campaign, campaign.columns, read_roles(campaign)) or ""


def build_note(problem: RowProblem) -> dict[str, Any]:
    return {
        "code": str(problem.code),
        "message": problem.message,
        "row": problem.row,
        "column": problem.column,
    }


def _find(campaign: Campaign, key: int) -> Recipient:
    found = campaign.recipients.filter(pk=key).first()
    if found is None:
        raise Http404(f"There is no recipient {key} in this campaign.")
    return found


def _describe(campaign: Campaign, person: Recipient) -> dict[str, Any]:
    return build_people(campaign, [person])[0]
