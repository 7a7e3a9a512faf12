"""The videos: listed, fetched, approved and rejected, always as exactly the content that was seen."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePath
from typing import Annotated, Any, Literal
from urllib.parse import quote

from django.http import Http404, HttpResponseBase
from django.urls import reverse
from ninja import Field, Query, Router, Schema

from campaigns import review
from campaigns.access.roles import Right
from campaigns.access.tokens import Scope
from campaigns.api.pages import Page, Part, build_page, cut
from campaigns.api.recipients import find_key_of, identify
from campaigns.api.request import SOME_TEXT, ApiRequest, Asked
from campaigns.api.rows import Id, find_campaign, find_row, require_scope
from campaigns.models import Message
from campaigns.review.flags import say_flag
from campaigns.review.standing import get_valid_decision, is_half_approved
from campaigns.runs.again import render_again, render_elsewhere
from campaigns.states import RenderState, ReviewState
from campaigns.views.media import CONTENT_TYPES, serve

router = Router()
Kind = Literal["video", "poster", "preview", "captions"]
Seen = Annotated[
    str, Field(pattern="^[0-9a-f]{64}$", description="The `seen` of the message that was looked at.")
]
_BYTES = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in CONTENT_TYPES.values()}
FILE_ANSWERS: dict[int, dict[str, Any]] = {
    200: {"description": "The file.", "content": _BYTES},
    206: {"description": "The part of it that was asked for.", "content": _BYTES},
    304: {"description": "It is what you have."},
    416: {"description": "It has no such part."},
}


class MessageFilter(Part):
    """Which messages."""

    render_state: RenderState | None = None
    review_state: ReviewState | None = None
    sample: bool | None = None


class LineText(Schema):
    """A line of the video."""

    id: str
    text: str


class MessageInfo(Schema):
    """One person's video. `seen` names its exact content: a decision is about that content and no other."""

    message: int
    campaign: int
    id: int = Field(description="Of the recipient.")
    row: int
    key: str
    name: str
    render_state: RenderState
    review_state: ReviewState
    approved: bool
    waits_for_second: bool
    reject_reason: str
    failure: str
    permanent: bool
    seen: str
    video_s: float
    ready_at: datetime | None
    flags: list[str]
    risk: float
    is_sample: bool
    lines: list[LineText]
    files: dict[Kind, str] = Field(description="Where each file is fetched, with the same token.")


class ApprovalAsked(Asked):
    """Exactly what was seen; `alike`: everybody whose video is exactly the same, too."""

    seen: Seen
    alike: bool = False


class RejectionAsked(ApprovalAsked):
    """With the reason, so that the next person knows what to fix."""

    reason: Annotated[str, Field(min_length=1, max_length=2000, pattern=SOME_TEXT)]


class AgainAsked(Asked):
    """`elsewhere`: over another stretch of the take, since the mouth looks wrong."""

    elsewhere: bool = False


@router.get("/campaigns/{campaign_id}/messages", response=Page[MessageInfo], operation_id="list_messages")
def list_messages(request: ApiRequest, campaign_id: Id, asked: Query[MessageFilter]) -> dict[str, Any]:
    """Of the people who are in the campaign now."""
    campaign = find_campaign(request, campaign_id)
    rows = campaign.messages.filter(recipient__removed_at=None).select_related("recipient", "campaign")
    wanted = {
        "render_state": asked.render_state,
        "review_state": asked.review_state,
        "is_sample": asked.sample,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    shown, following = cut(rows, asked)
    column = find_key_of(campaign)
    return build_page((build_message(one, column) for one in shown), following)


@router.get("/messages/{message_id}", response=MessageInfo, operation_id="get_message")
def get_message(request: ApiRequest, message_id: Id) -> dict[str, Any]:
    return _describe(_find(request, message_id))


@router.get(
    "/messages/{message_id}/files/{kind}",
    operation_id="get_message_file",
    url_name="get_message_file",
    openapi_extra={"responses": FILE_ANSWERS},
)
def get_message_file(request: ApiRequest, message_id: Id, kind: Kind) -> HttpResponseBase:
    """A file of a finished video, approved or not, with byte ranges."""
    message = _find(request, message_id)
    if message.render_state != RenderState.READY:
        raise Http404("There is no finished video yet.")
    file = getattr(message, kind)
    name = f"{message.content_hash[:32]}-{kind}-{quote(PurePath(file.name or '').stem)}"
    return serve(request, file, CONTENT_TYPES[kind], name)


@router.post("/messages/{message_id}/approve", response=MessageInfo, operation_id="approve_message")
def approve_message(request: ApiRequest, message_id: Id, asked: ApprovalAsked) -> dict[str, Any]:
    message = _find(request, message_id, Right.APPROVE)
    act = review.approve_alike if asked.alike else review.approve
    act(message, request.user, seen_hash=asked.seen)
    return _describe(message)


@router.post("/messages/{message_id}/reject", response=MessageInfo, operation_id="reject_message")
def reject_message(request: ApiRequest, message_id: Id, asked: RejectionAsked) -> dict[str, Any]:
    """An earlier approval ends at once, and with it the public address."""
    message = _find(request, message_id, Right.APPROVE)
    act = review.reject_alike if asked.alike else review.reject
    act(message, request.user, asked.reason, seen_hash=asked.seen)
    return _describe(message)


@router.post("/messages/{message_id}/again", response={202: MessageInfo}, operation_id="make_message_again")
def make_again(request: ApiRequest, message_id: Id, asked: AgainAsked) -> tuple[int, dict[str, Any]]:
    """Make one video again, before all mass work."""
    message = _find(request, message_id, Right.RUN)
    (render_elsewhere if asked.elsewhere else render_again)(message, request.user)
    return 202, _describe(message)


def build_message(message: Message, key_column: str) -> dict[str, Any]:
    is_ready = message.render_state == RenderState.READY
    return {
        "message": message.pk,
        "campaign": message.campaign_id,
        **identify(message.recipient, key_column),
        "name": message.recipient.name,
        "render_state": message.render_state,
        "review_state": get_valid_decision(message),
        "approved": message.is_approved,
        "waits_for_second": is_half_approved(message),
        "reject_reason": message.reject_reason,
        "failure": message.failure,
        "permanent": message.failure_permanent,
        "seen": message.content_hash if is_ready else "",
        "video_s": round(message.video_seconds, 2),
        "ready_at": message.ready_at,
        "flags": [say_flag(flag, None) for flag in message.flags] if is_ready else [],
        "risk": round(message.risk, 3),
        "is_sample": message.is_sample,
        "lines": [{"id": line["id"], "text": line["text"]} for line in message.lines],
        "files": _list_files(message) if is_ready else {},
    }


def _find(request: ApiRequest, key: int, right: Right = Right.VIEW) -> Message:
    if right == Right.VIEW:
        require_scope(request, Scope.READ)
    message = find_row(request, Message.objects.select_related("campaign", "recipient"), key)
    find_campaign(request, message.campaign_id, right)
    return message


def _describe(message: Message) -> dict[str, Any]:
    return build_message(message, find_key_of(message.campaign))


def _list_files(message: Message) -> dict[str, str]:
    names = [kind for kind in CONTENT_TYPES if getattr(message, kind)]
    return {kind: reverse("api:get_message_file", args=[message.pk, kind]) for kind in names}
