"""Campaigns: listed, made, changed, copied, put away, deleted; and who the token acts for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.db import transaction
from ninja import Field, Query, Router, Schema

from campaigns.access.roles import Right, list_rights
from campaigns.access.tokens import Scope
from campaigns.api.pages import Page, Part, build_page, cut_newest
from campaigns.api.request import SOME_TEXT, ApiRequest, Asked
from campaigns.api.rows import (
    Id,
    find_campaign,
    find_row,
    find_rows,
    link,
    require_permission,
    require_right,
    require_scope,
)
from campaigns.api.schema import Done
from campaigns.counts import Counts, compute_counts_of
from campaigns.history import Verb, describe, record
from campaigns.models import Campaign, HistoryEntry, Presenter
from campaigns.standing.archive import archive, restore
from campaigns.standing.copies import Audience, start_duplicate, start_follow_up
from campaigns.standing.deletion import start_deletion
from campaigns.states import CampaignState
from campaigns.views.page import find_next_step

router = Router()
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=SOME_TEXT)]


class Numbers(Schema):
    """How far a campaign is, in people and videos."""

    valid: int
    rejected: int
    ready: int
    failed: int
    approved: int
    to_review: int
    sent: int


class CampaignInfo(Schema):
    """A campaign as it stands."""

    id: int
    name: str
    state: CampaignState
    archived: bool
    presenter: int | None
    voice_engine: str
    voice: str
    locale: str
    columns: list[str]
    key_column: str
    counts: Numbers
    next_step: str
    url: str = Field(description="Its page in the dashboard.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class CampaignFilter(Part):
    """Which campaigns."""

    state: CampaignState | None = None
    archived: bool = False


class NewCampaign(Asked):
    """A new campaign; the presenter brings the voice."""

    name: Name
    presenter: Id | None = None


class CopyAsked(Asked):
    """With the people, or only the words and settings."""

    people: bool = False


class FollowUpAsked(Asked):
    """Whom it is for."""

    audience: Audience


class Renamed(Asked):
    """Another name."""

    name: Name


class Copied(Schema):
    """The new campaign; null where a job makes it, since there are many people."""

    campaign: int | None


class Entry(Schema):
    """One thing that somebody did."""

    at: datetime
    who: str
    verb: str
    about: str
    sentence: str


class TokenInfo(Schema):
    """The token, and what its person may do."""

    token: str
    scopes: list[Scope]
    workspace: int
    workspace_name: str
    user: str
    rights: dict[str, bool]
    expires_at: datetime | None


@router.get("/me", response=TokenInfo, operation_id="get_token")
def get_token(request: ApiRequest) -> dict[str, Any]:
    token = request.token
    return {
        "token": token.name,
        "scopes": token.scopes,
        "workspace": token.workspace_id,
        "workspace_name": token.workspace.name,
        "user": request.user.get_username(),
        "rights": list_rights(request.user, token.workspace_id),
        "expires_at": token.expires_at,
    }


@router.get("/campaigns", response=Page[CampaignInfo], operation_id="list_campaigns")
def list_campaigns(request: ApiRequest, asked: Query[CampaignFilter]) -> dict[str, Any]:
    require_scope(request, Scope.READ)
    require_right(request, Right.VIEW, request.token.workspace_id)
    rows = find_rows(request, Campaign.objects.select_related("presenter"))
    rows = rows.filter(archived_at__isnull=not asked.archived)
    if asked.state is not None:
        rows = rows.filter(state=asked.state)
    shown, following = cut_newest(rows, asked)
    counts = compute_counts_of(shown)
    return build_page((build_campaign(one, counts[one.pk]) for one in shown), following)


@router.post("/campaigns", response={201: CampaignInfo}, operation_id="create_campaign")
def create_campaign(request: ApiRequest, asked: NewCampaign) -> tuple[int, dict[str, Any]]:
    require_scope(request, Scope.EDIT)
    require_permission(request, "add_campaign")
    made = Campaign(name=asked.name, workspace=request.token.workspace, created_by=request.user)
    if asked.presenter is not None:
        made.presenter = find_row(request, Presenter.objects.all(), asked.presenter)
        if made.presenter.voice_engine:
            made.voice_engine, made.voice = made.presenter.voice_engine, made.presenter.voice
    with transaction.atomic():
        made.save()
        record(request.user, Verb.CAMPAIGN_CREATED, campaign=made, about=made.name)
    return 201, describe_campaign(made)


@router.get("/campaigns/{campaign_id}", response=CampaignInfo, operation_id="get_campaign")
def get_campaign(request: ApiRequest, campaign_id: Id) -> dict[str, Any]:
    return describe_campaign(find_campaign(request, campaign_id))


@router.patch("/campaigns/{campaign_id}", response=CampaignInfo, operation_id="rename_campaign")
def rename_campaign(request: ApiRequest, campaign_id: Id, asked: Renamed) -> dict[str, Any]:
    require_scope(request, Scope.EDIT)
    campaign = find_campaign(request, campaign_id)
    require_permission(request, "change_campaign", campaign)
    campaign.name = asked.name
    campaign.save(update_fields=["name"])
    return describe_campaign(campaign)


@router.delete("/campaigns/{campaign_id}", response=Done, operation_id="delete_campaign")
def delete_campaign(request: ApiRequest, campaign_id: Id) -> Done:
    """With its people, videos and links; of many people behind the answer."""
    require_scope(request, Scope.EDIT)
    campaign = find_campaign(request, campaign_id)
    require_permission(request, "delete_campaign", campaign)
    start_deletion(campaign, request.user)
    return Done()


@router.post("/campaigns/{campaign_id}/archive", response=CampaignInfo, operation_id="archive_campaign")
def archive_campaign(request: ApiRequest, campaign_id: Id) -> dict[str, Any]:
    campaign = find_campaign(request, campaign_id, Right.EDIT, acts_in_archive=True)
    archive(campaign, request.user)
    return describe_campaign(campaign)


@router.post("/campaigns/{campaign_id}/restore", response=CampaignInfo, operation_id="restore_campaign")
def restore_campaign(request: ApiRequest, campaign_id: Id) -> dict[str, Any]:
    campaign = find_campaign(request, campaign_id, Right.EDIT, acts_in_archive=True)
    restore(campaign, request.user)
    return describe_campaign(campaign)


@router.post("/campaigns/{campaign_id}/duplicate", response=Copied, operation_id="duplicate_campaign")
def duplicate_campaign(request: ApiRequest, campaign_id: Id, asked: CopyAsked) -> dict[str, Any]:
    campaign = find_campaign(request, campaign_id, Right.EDIT, acts_in_archive=True)
    made = start_duplicate(campaign, request.user, with_people=asked.people)
    return {"campaign": made.pk if made is not None else None}


@router.post("/campaigns/{campaign_id}/follow-up", response=Copied, operation_id="follow_up_campaign")
def follow_up_campaign(request: ApiRequest, campaign_id: Id, asked: FollowUpAsked) -> dict[str, Any]:
    campaign = find_campaign(request, campaign_id, Right.EDIT, acts_in_archive=True)
    made = start_follow_up(campaign, request.user, asked.audience)
    return {"campaign": made.pk if made is not None else None}


@router.get("/campaigns/{campaign_id}/history", response=Page[Entry], operation_id="list_history")
def list_history(request: ApiRequest, campaign_id: Id, asked: Query[Part]) -> dict[str, Any]:
    campaign = find_campaign(request, campaign_id)
    require_permission(request, "view_historyentry", campaign)
    shown, following = cut_newest(campaign.history.all(), asked)
    return build_page((_build_entry(one) for one in shown), following)


def describe_campaign(campaign: Campaign) -> dict[str, Any]:
    return build_campaign(campaign, compute_counts_of([campaign])[campaign.pk])


def build_campaign(campaign: Campaign, counts: Counts) -> dict[str, Any]:
    return {
        "id": campaign.pk,
        "name": campaign.name,
        "state": campaign.state,
        "archived": campaign.archived_at is not None,
        "presenter": campaign.presenter_id,
        "voice_engine": campaign.voice_engine,
        "voice": campaign.voice,
        "locale": campaign.locale,
        "columns": campaign.columns,
        "key_column": campaign.key_column,
        "counts": counts,
        "next_step": find_next_step(campaign, counts),
        "url": link(campaign, "home"),
        "created_at": campaign.created_at,
        "started_at": campaign.started_at,
        "finished_at": campaign.finished_at,
    }


def _build_entry(entry: HistoryEntry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "who": entry.actor_name or "Byname",
        "verb": entry.verb,
        "about": entry.about,
        "sentence": describe(entry),
    }
