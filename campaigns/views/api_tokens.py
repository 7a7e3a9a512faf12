"""The API tokens of a workspace: a person's own, and everybody's for its administrators."""

from __future__ import annotations

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from campaigns.access.rights import has
from campaigns.access.roles import Right, describe_missing, may
from campaigns.access.tokens import (
    DAYS,
    DESCRIPTIONS,
    TokenRefused,
    list_tokens,
    make_token,
    revoke_token,
)
from campaigns.access.workspaces import scope
from campaigns.models import ApiToken, Workspace


@never_cache  # a new token's secret is shown once
def show_tokens(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Make a token, look at those that there are, revoke one."""
    workspace = get_object_or_404(scope(Workspace.objects.all(), request.user), pk=pk)
    assert isinstance(request.user, User)
    if not may(request.user, Right.VIEW, workspace):
        raise PermissionDenied(describe_missing(Right.VIEW))
    if request.method != "POST":
        return _show(request, workspace)
    try:
        if request.POST.get("action") == "revoke":
            return _revoke(request, workspace, request.user)
        days = request.POST.get("days", "")
        token, secret = make_token(
            workspace,
            request.user,
            request.POST.get("name", ""),
            request.POST.getlist("scope"),
            int(days) if days.isdecimal() and len(days) < 5 else -1,
        )
    except TokenRefused as refused:
        messages.error(request, str(refused))
        return _show(request, workspace, status=400)
    return _show(request, workspace, made=token, secret=secret)


def _revoke(request: HttpRequest, workspace: Workspace, user: User) -> HttpResponse:
    asked = request.POST.get("token", "")
    key = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
    token = get_object_or_404(ApiToken, workspace=workspace, pk=key)
    revoke_token(token, user)
    messages.success(request, f"The token “{token.name}” opens nothing any more.")
    return HttpResponseRedirect(reverse("admin:campaigns_workspace_tokens", args=[workspace.pk]))


def _show(
    request: HttpRequest,
    workspace: Workspace,
    made: ApiToken | None = None,
    secret: str = "",
    status: int = 200,
) -> HttpResponse:
    assert isinstance(request.user, User)
    context = {
        "workspace": workspace,
        "title": "API tokens",
        "tokens": list_tokens(workspace, request.user),
        "shows_people": has(request.user, "change_workspace", workspace),
        "scopes": [(str(one), words) for one, words in DESCRIPTIONS.items()],
        "days": DAYS,
        "made": made,
        "secret": secret,
        "api_url": request.build_absolute_uri("/api/v1/"),
    }
    context = {**admin.site.each_context(request), **context}
    return render(request, "campaigns/api_tokens.html", context, status=status)
