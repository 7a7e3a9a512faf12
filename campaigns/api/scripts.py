"""What is said, by whom, and the mail around it."""

from __future__ import annotations

from typing import Annotated, Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from ninja import Field, Router, Schema

from campaigns.access.roles import Right
from campaigns.access.tokens import Scope
from campaigns.api.campaigns import CampaignInfo, describe_campaign
from campaigns.api.problems import ApiProblem
from campaigns.api.request import ApiRequest, Asked
from campaigns.api.rows import Id, find_campaign, require_scope
from campaigns.history import Verb, record
from campaigns.models import Campaign, list_locale_choices, list_voice_choices
from campaigns.pictures.previews import start_previews
from campaigns.recipients.left_out import LeftOut, LeftRow, find_left_out
from campaigns.recipients.revalidation import find_script_fault, revalidate_behind
from campaigns.scripts.preview import preview_script
from campaigns.scripts.versions import get_version_number, save_script
from campaigns.states import CampaignState
from campaigns.views.forms import MailForm, ScriptForm
from campaigns.views.script import RENDERING, find_valid_rows, record_speaker

router = Router()
SCRIPT_CHARACTERS_MAX = 100_000
Script = Annotated[str, Field(max_length=SCRIPT_CHARACTERS_MAX)]
MAIL_FIELDS = tuple(MailForm.Meta.fields)
ENGINES: Any = [name for name, _ in list_voice_choices()]
LOCALES: Any = [tag for tag, _ in list_locale_choices()]
SCRIPT_FIELDS = tuple(ScriptForm.Meta.fields)


class LeftPerson(Schema):
    """A person who gets no video by this script, and why."""

    recipient: int
    row: int
    name: str
    reason: str
    column: str | None


class Left(Schema):
    """How many people a script leaves without a video; `lost` of them would get one by the saved one."""

    rows: int
    tried: int
    left: int
    lost: int
    exact: bool
    sentence: str
    examples: list[LeftPerson]


class ScriptInfo(Schema):
    """The saved script."""

    script: str
    version: int
    fault: str = Field(description="Why it can be used for nobody; empty where it can.")
    left_out: Left


class ScriptAsked(Asked):
    """A script to save. `version`: the one that it was begun from; where another was saved since, it is
    refused. `leave_out`: save it although people who have a video by the saved one get none."""

    script: Script
    version: Annotated[int, Field(ge=0, le=999_999_999)] | None = None
    leave_out: bool = False


class ScriptTried(Asked):
    """A script to look at, filled for one recipient or for the first."""

    script: Script
    recipient: Id | None = None


class Tried(Schema):
    """What the script says to a person; nothing is stored."""

    recipient: int | None
    row: int | None
    lines: list[str]
    seconds: float
    fault: str
    corrected: str = Field(description="The script without its fault, where that is known.")
    left_out: Left


class SpeakerAsked(Asked):
    """Who speaks and how; what is left out stays. A presenter brings their voice."""

    presenter: Id | None = None
    voice_engine: Annotated[str, Field(json_schema_extra={"enum": ENGINES})] | None = None
    voice: Annotated[str, Field(max_length=300)] | None = None
    locale: Annotated[str, Field(json_schema_extra={"enum": LOCALES})] | None = None


class Mail(Schema):
    """The mail's words; they may hold columns."""

    sender_name: str
    email_subject: str
    email_body: str
    mail_names: bool
    picture_text: str
    mail_preview: bool
    call_to_action_label: str
    call_to_action_url: str


class MailAsked(Asked):
    """What is left out stays."""

    sender_name: Annotated[str, Field(max_length=200)] | None = None
    email_subject: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    email_body: Annotated[str, Field(min_length=1, max_length=20_000)] | None = None
    mail_names: bool | None = None
    picture_text: Annotated[str, Field(max_length=200)] | None = None
    mail_preview: bool | None = None
    call_to_action_label: Annotated[str, Field(max_length=300)] | None = None
    call_to_action_url: Annotated[str, Field(max_length=1000)] | None = None


@router.get("/campaigns/{campaign_id}/script", response=ScriptInfo, operation_id="get_script")
def get_script(request: ApiRequest, campaign_id: Id) -> dict[str, Any]:
    return _describe_script(find_campaign(request, campaign_id))


@router.put("/campaigns/{campaign_id}/script", response=ScriptInfo, operation_id="save_script")
def put_script(request: ApiRequest, campaign_id: Id, asked: ScriptAsked) -> dict[str, Any]:
    """Saved as the dashboard does: all rows are tried with it, many of them behind the answer."""
    campaign = find_campaign(request, campaign_id, Right.EDIT)
    _refuse_during_run(campaign)
    script = asked.script.replace("\r\n", "\n")
    left = find_left_out(campaign, script)
    if left.lost and not asked.leave_out:
        told = f"{left.describe()} Nothing was saved. Send it again with “leave_out” if that is meant."
        first = left.examples[0] if left.examples else LeftRow(0, 0, "", "")
        raise ApiProblem(
            409, "leaves_out", told, row=first.row_number or None, column=first.column or None,
            more={"left_out": build_left(left)},
        )  # fmt: skip
    save_script(campaign, script, request.user, asked.version)
    revalidate_behind(campaign, request.user)
    return _describe_script(campaign)


@router.post("/campaigns/{campaign_id}/script/try", response=Tried, operation_id="try_script")
def try_script(request: ApiRequest, campaign_id: Id, asked: ScriptTried) -> dict[str, Any]:
    campaign = find_campaign(request, campaign_id)
    living = campaign.recipients.filter(removed_at=None)
    row = living.filter(pk=asked.recipient).first() if asked.recipient else find_valid_rows(campaign).first()
    made = preview_script(asked.script, row.values if row is not None else {})
    return {
        "recipient": row.pk if row is not None else None,
        "row": row.row_number if row is not None else None,
        "lines": ["".join(piece.text for piece in line.pieces) for line in made.lines],
        "seconds": round(made.seconds, 1),
        "fault": made.error.message if made.error is not None else "",
        "corrected": made.corrected or "",
        "left_out": build_left(find_left_out(campaign, asked.script)),
    }


@router.put("/campaigns/{campaign_id}/speaker", response=CampaignInfo, operation_id="save_speaker")
def put_speaker(request: ApiRequest, campaign_id: Id, asked: SpeakerAsked) -> dict[str, Any]:
    """Another presenter, voice or locale; videos that were made otherwise wait to be made anew."""
    campaign = find_campaign(request, campaign_id, Right.EDIT)
    _refuse_during_run(campaign)
    form = ScriptForm(_merge(campaign, SCRIPT_FIELDS, asked), instance=campaign)
    _require_valid(form)
    with transaction.atomic():
        form.save()
        record_speaker(request.user, campaign, form.list_changes())
    revalidate_behind(campaign, request.user)
    return describe_campaign(campaign)


@router.get("/campaigns/{campaign_id}/mail", response=Mail, operation_id="get_mail")
def get_mail(request: ApiRequest, campaign_id: Id) -> Campaign:
    return find_campaign(request, campaign_id)


@router.patch("/campaigns/{campaign_id}/mail", response=Mail, operation_id="save_mail")
def patch_mail(request: ApiRequest, campaign_id: Id, asked: MailAsked) -> Campaign:
    require_scope(request, Scope.EDIT)
    campaign = find_campaign(request, campaign_id, Right.EDIT)
    form = MailForm(_merge(campaign, MAIL_FIELDS, asked), instance=campaign)
    _require_valid(form)
    form.save()
    record(request.user, Verb.MAIL_SAVED, campaign=campaign)
    start_previews(campaign, request.user)
    return campaign


def build_left(left: LeftOut) -> dict[str, Any]:
    return {
        "rows": left.rows,
        "tried": left.tried,
        "left": left.left,
        "lost": left.lost,
        "exact": left.exact,
        "sentence": left.describe(),
        "examples": [
            {
                "recipient": one.pk,
                "row": one.row_number,
                "name": one.name,
                "reason": one.reason,
                "column": one.column or None,
            }
            for one in left.examples
        ],
    }


def _describe_script(campaign: Campaign) -> dict[str, Any]:
    fault = find_script_fault(campaign)
    return {
        "script": campaign.script,
        "version": get_version_number(campaign),
        "fault": fault.message if fault is not None else "",
        "left_out": build_left(find_left_out(campaign, campaign.script)),
    }


def _refuse_during_run(campaign: Campaign) -> None:
    if campaign.state == CampaignState.RENDERING:
        raise ApiProblem(409, "refused", RENDERING)


def _merge(campaign: Campaign, fields: tuple[str, ...], asked: Schema) -> dict[str, Any]:
    """What a form of the dashboard would send: the stored values, and over them what was asked for."""
    stored = {name: getattr(campaign, name) for name in fields}
    merged = stored | {name: value for name, value in asked.dict().items() if value is not None}
    if "presenter" in merged:
        merged["presenter"] = getattr(merged["presenter"], "pk", merged["presenter"])
    return merged


def _require_valid(form: forms.BaseForm) -> None:
    if form.is_valid():
        return
    told = [
        {"field": "" if name == NON_FIELD_ERRORS else name, "message": str(sentence)}
        for name, sentences in form.errors.items()
        for sentence in sentences
    ]
    raise ApiProblem(422, "invalid", told[0]["message"], errors=told)
