"""Who sees what: every row belongs to a workspace, and only its members see it. Superusers see all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from campaigns.models import Workspace, get_first_workspace

SESSION_KEY = "workspace"
Person = AbstractBaseUser | AnonymousUser
_Row = TypeVar("_Row", bound=Model)

# Model → where its workspace stands. A model that is not listed cannot be scoped: a new one is not forgotten.
PATHS: Mapping[str, str] = {
    "Workspace": "pk",
    "MemberRole": "workspace",
    "Campaign": "workspace",
    "Presenter": "workspace",
    "PronunciationEntry": "workspace",
    "Suppression": "workspace",
    "Job": "workspace",
    "HistoryEntry": "workspace",
    "ConsentEntry": "workspace",
    "ErasedAddress": "workspace",
    "Recipient": "campaign__workspace",
    "Message": "campaign__workspace",
    "Delivery": "campaign__workspace",
    "Event": "message__campaign__workspace",
    "Recording": "campaign__workspace",
    "PersonalWord": "campaign__workspace",
    "ScriptVersion": "campaign__workspace",
    "Revision": "message__campaign__workspace",
    "Comment": "message__campaign__workspace",
    "ViewingSummary": "campaign__workspace",
    "Viewing": "campaign__workspace",
    "Visitor": "message__campaign__workspace",
    "ScriptDraft": "campaign__workspace",
    "RowRecording": "campaign__workspace",
    "Upload": "created_by__workspaces",
    "ApiToken": "workspace",
    "IdempotentAnswer": "token__workspace",
    "WebhookEndpoint": "workspace",
    "WebhookCall": "endpoint__workspace",
}


def scope(rows: QuerySet[_Row], user: Person) -> QuerySet[_Row]:
    """Those of ``rows`` that a person may see. LookupError for a model that has no workspace."""
    path = _find_path(rows.model)
    if getattr(user, "is_superuser", False):
        return rows
    return rows.filter(**{f"{path}__in": _list_keys(user)})


def narrow(rows: QuerySet[_Row], request: HttpRequest) -> QuerySet[_Row]:
    """Those of ``rows`` that a list shows: of the workspace that the person is in at the moment."""
    seen = scope(rows, request.user)
    chosen = choose_workspace(request)
    return seen if chosen is None else seen.filter(**{_find_path(rows.model): chosen.pk})


def list_workspaces(user: Person) -> list[Workspace]:
    """The workspaces of a person by name; all of them for a superuser."""
    return list(scope(Workspace.objects.all(), user))


def choose_workspace(request: HttpRequest) -> Workspace | None:
    """The workspace that a person is in: the one that they chose, else their first one.

    None: a superuser who looks at all of them, or somebody who is a member of none. Asked once per request.
    """
    if not hasattr(request, "_workspace"):
        request._workspace = _find_chosen(request)  # type: ignore[attr-defined]
    found: Workspace | None = request._workspace  # type: ignore[attr-defined]
    return found


def get_workspace_here(request: HttpRequest) -> int | None:
    """The key of `choose_workspace`, to ask what the person may do there."""
    chosen = choose_workspace(request)
    return chosen.pk if chosen is not None else None


def find_workspace_for_new(request: HttpRequest) -> int:
    """The key of the workspace that gets what a person makes now."""
    chosen = choose_workspace(request)
    if chosen is not None:
        return chosen.pk
    own = Workspace.objects.filter(members=request.user.pk).order_by("pk").first()
    return own.pk if own is not None else get_first_workspace()


def switch(request: HttpRequest, key: int | None) -> Workspace | None:
    """Go to another workspace; None: a superuser looks at all. LookupError where the person sees it not."""
    found = scope(Workspace.objects.filter(pk=key), request.user).first() if key is not None else None
    if found is None and (key is not None or not getattr(request.user, "is_superuser", False)):
        raise LookupError("There is no such workspace, or you are no member of it.")
    request.session[SESSION_KEY] = key
    request._workspace = found  # type: ignore[attr-defined]
    return found


def join_only_workspace(instance: Any, created: bool, raw: bool = False, **_: Any) -> None:
    """A new account is a member where there is one workspace: simple installations need not know of them."""
    if created and not raw:
        only = list(Workspace.objects.order_by("pk")[:2])
        if len(only) == 1:
            only[0].members.add(instance)


def _find_chosen(request: HttpRequest) -> Workspace | None:
    mine = scope(Workspace.objects.all(), request.user)
    key = request.session.get(SESSION_KEY) if hasattr(request, "session") else None
    chosen = mine.filter(pk=key).first() if key is not None else None
    if chosen is not None or getattr(request.user, "is_superuser", False):
        return chosen
    return mine.order_by("pk").first()


def _find_path(model: type[Model]) -> str:
    if model.__name__ not in PATHS:
        raise LookupError(
            f"{model.__name__} has no workspace; say in campaigns.access.workspaces where it stands."
        )
    return PATHS[model.__name__]


def _list_keys(user: Person) -> QuerySet[Any, Any]:
    return Workspace.members.through.objects.filter(user_id=user.pk or 0).values("workspace_id")
