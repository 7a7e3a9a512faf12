"""The webhooks of a workspace: who is called for what, what came of each call, and calling again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from campaigns.access.rights import has
from campaigns.access.workspaces import scope
from campaigns.models import WebhookEndpoint, Workspace
from campaigns.states import CallState, MoveRefused
from campaigns.webhooks.endpoints import (
    EndpointRefused,
    call_again,
    call_failed_again,
    delete_endpoint,
    renew_secret,
    save_endpoint,
)
from campaigns.webhooks.kinds import DESCRIPTIONS

CALLS_PER_PAGE = 50
REFUSED = "You may not look at webhooks: that is for the role “Administrator”."


@never_cache  # the pages show secrets
def show_webhooks(request: HttpRequest, pk: int) -> HttpResponseBase:
    """All of a workspace, and a new one."""
    workspace = _find_workspace(request, pk)
    if request.method == "POST":
        try:
            made = _save(request, workspace, None)
        except EndpointRefused as refused:
            messages.error(request, str(refused))
            return _show_all(request, workspace, status=400)
        messages.success(request, "Saved. Copy its secret into the other system.")
        return _go(made)
    return _show_all(request, workspace)


@never_cache
def show_webhook(request: HttpRequest, pk: int, webhook_pk: int) -> HttpResponseBase:
    """One: changed, its secret, its calls."""
    workspace = _find_workspace(request, pk)
    endpoint = get_object_or_404(workspace.webhooks, pk=webhook_pk)
    if request.method == "POST":
        try:
            sentence = _act(request, workspace, endpoint)
        except (EndpointRefused, MoveRefused) as refused:
            messages.error(request, str(refused))
            return _go(endpoint)
        messages.success(request, sentence)
        if endpoint.pk is None:
            return HttpResponseRedirect(reverse("admin:campaigns_workspace_webhooks", args=[workspace.pk]))
        return _go(endpoint)
    page = Paginator(endpoint.calls.all(), CALLS_PER_PAGE).get_page(request.GET.get("page"))
    failed = endpoint.calls.filter(state=CallState.FAILED).count()
    context = {"workspace": workspace, "endpoint": endpoint, "page": page, "failed": failed}
    return _render(request, "campaigns/webhook.html", {**context, "title": "Webhook"})


def _act(request: HttpRequest, workspace: Workspace, endpoint: WebhookEndpoint) -> str:
    assert isinstance(request.user, User)
    match request.POST.get("action", ""):
        case "save":
            _save(request, workspace, endpoint)
            return "Saved."
        case "renew":
            renew_secret(endpoint, request.user)
            return "Calls are signed with the new secret and with the one before it."
        case "delete":
            delete_endpoint(endpoint, request.user)
            return "Deleted."
        case "again":
            asked = request.POST.get("call", "")
            key = int(asked) if asked.isdecimal() and len(asked) < 19 else 0
            call_again(get_object_or_404(endpoint.calls, pk=key))
            return "The call is sent again within a minute."
        case "failed_again":
            return f"{call_failed_again(endpoint):,} calls are sent again within minutes."
    raise MoveRefused("That button is not known here. Reload the page and try again.")


def _save(request: HttpRequest, workspace: Workspace, endpoint: WebhookEndpoint | None) -> WebhookEndpoint:
    assert isinstance(request.user, User)
    return save_endpoint(
        workspace,
        request.user,
        request.POST.get("url", "").strip(),
        request.POST.getlist("kind"),
        personal_data=request.POST.get("personal_data") == "on",
        endpoint=endpoint,
    )


def _find_workspace(request: HttpRequest, pk: int) -> Workspace:
    workspace = get_object_or_404(scope(Workspace.objects.all(), request.user), pk=pk)
    if not has(request.user, "change_workspace", workspace):
        raise PermissionDenied(REFUSED)
    return workspace


def _go(endpoint: WebhookEndpoint) -> HttpResponse:
    keys = [endpoint.workspace_id, endpoint.pk]
    return HttpResponseRedirect(reverse("admin:campaigns_workspace_webhook", args=keys))


def _show_all(request: HttpRequest, workspace: Workspace, status: int = 200) -> HttpResponse:
    asked = {"url": request.POST.get("url", ""), "chosen": request.POST.getlist("kind")}
    context = {"workspace": workspace, "endpoints": workspace.webhooks.all(), "title": "Webhooks", **asked}
    return _render(request, "campaigns/webhooks.html", context, status)


def _render(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    kinds = [(str(kind), words) for kind, words in DESCRIPTIONS.items()]
    context = {**admin.site.each_context(request), "kinds": kinds, **context}
    return render(request, template, context, status=status)
