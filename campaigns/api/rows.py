"""Rows that a token's person may see in the token's workspace, and whether both may act on them."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import Http404
from pydantic import Field

from campaigns.access.rights import has
from campaigns.access.roles import Right, describe_missing, may
from campaigns.access.tokens import SCOPES, Scope
from campaigns.access.workspaces import PATHS, scope
from campaigns.api.problems import ApiProblem
from campaigns.api.request import NUMBER_MAX, ApiRequest
from campaigns.models import Campaign
from campaigns.views.page import IN_ARCHIVE, step_url

Id = Annotated[int, Field(ge=1, le=NUMBER_MAX)]
_Row = TypeVar("_Row", bound=Model)


def find_rows(request: ApiRequest, rows: QuerySet[_Row]) -> QuerySet[_Row]:
    """Those of ``rows`` that lie in the token's workspace, as long as its person sees them."""
    seen = scope(rows, request.user)
    return seen.filter(**{PATHS[rows.model.__name__]: request.token.workspace_id})


def find_row(request: ApiRequest, rows: QuerySet[_Row], key: int) -> _Row:
    """One of them; Http404 for one of another workspace, as if it were not there."""
    found = find_rows(request, rows).filter(pk=key).first()
    if found is None:
        noun = rows.model._meta.verbose_name
        raise Http404(f"There is no {noun} {key} in this workspace.")
    return found


def find_campaign(
    request: ApiRequest, key: int, right: Right = Right.VIEW, *, acts_in_archive: bool = False
) -> Campaign:
    """A campaign to do something with; ApiProblem where the token or its person may not, or where it lies in
    the archive."""
    require_scope(request, SCOPES[right])
    campaign = find_row(request, Campaign.objects.select_related("presenter", "workspace"), key)
    require_right(request, right, campaign)
    if right != Right.VIEW and campaign.archived_at is not None and not acts_in_archive:
        raise ApiProblem(409, "in_archive", IN_ARCHIVE)
    return campaign


def require_scope(request: ApiRequest, needed: Scope) -> None:
    """ApiProblem where the token was not made for this."""
    if needed not in request.token.scopes:
        raise ApiProblem(403, "scope_missing", f"This token was made without the scope “{needed}”.")


def require_right(request: ApiRequest, right: Right, where: Any) -> None:
    """ApiProblem where the token's person may not do this."""
    if not may(request.user, right, where):
        raise ApiProblem(403, "right_missing", describe_missing(right))


def require_permission(request: ApiRequest, permission: str, where: Any = None) -> None:
    """The same for what is no right of a campaign, such as “add_campaign”."""
    if not has(request.user, permission, where if where is not None else request.token.workspace_id):
        what = permission.replace("_", " ")
        told = (
            f"Whoever made this token may not do that here ({what}): ask an administrator of the workspace."
        )
        raise ApiProblem(403, "right_missing", told)


def link(campaign: Campaign, step: str) -> str:
    """The whole address of a campaign's page, for a person."""
    return f"{settings.PUBLIC_URL}{step_url(campaign, step)}"
