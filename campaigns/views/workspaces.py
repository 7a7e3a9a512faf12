"""The pages of a workspace: its members with their roles, its history, and going from one to another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from campaigns.access import members
from campaigns.access.brand import set_brand
from campaigns.access.embedding import allow_hosts
from campaigns.access.rights import has
from campaigns.access.roles import DESCRIPTIONS
from campaigns.access.workspaces import scope, switch
from campaigns.models import Workspace
from campaigns.views.history import build_history, filter_entries, respond_with_csv
from campaigns.views.numbers import read_key

REFUSED = "You may not change members: that is for the role “Administrator”."


def switch_workspace(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to a workspace and to its first page; 0 is all of them, for superusers."""
    try:
        switch(request, pk or None)
    except LookupError as error:
        raise Http404(str(error)) from error
    return HttpResponseRedirect(reverse("admin:index"))


def show_members(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is in a workspace; administrators change it."""
    workspace = _find(request, pk)
    if not has(request.user, "change_workspace", workspace):
        raise PermissionDenied(REFUSED)
    if request.method == "POST":
        try:
            messages.success(request, _act(request, workspace))
        except members.MemberRefused as refused:
            messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("admin:campaigns_workspace_members", args=[workspace.pk]))
    assert isinstance(request.user, User)
    context = {
        "workspace": workspace,
        "members": members.list_members(workspace, request.user),
        "roles": [(str(role), words) for role, words in DESCRIPTIONS.items()],
        "may_erase": has(request.user, "erase_person", workspace),
        "logo_digest": Path(workspace.logo.name or "").stem,
        "title": f"Members of {workspace.name}",
    }
    return render(request, "campaigns/members.html", {**admin.site.each_context(request), **context})


def show_history(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who did what in a workspace, with all its campaigns."""
    workspace = _find(request, pk)
    if not has(request.user, "view_historyentry", workspace):
        raise PermissionDenied("You may not look at the history: ask an administrator of the workspace.")
    entries = workspace.history.all()
    if request.GET.get("format") == "csv":
        return respond_with_csv(filter_entries(entries, request), f"history-of-workspace-{workspace.pk}")
    context = {"workspace": workspace, "title": "History", **build_history(entries, request)}
    return render(
        request, "campaigns/workspace_history.html", {**admin.site.each_context(request), **context}
    )


def _find(request: HttpRequest, pk: int) -> Workspace:
    return get_object_or_404(scope(Workspace.objects.all(), request.user), pk=pk)


def _act(request: HttpRequest, workspace: Workspace) -> str:
    assert isinstance(request.user, User)
    posted: Any = request.POST
    match posted.get("action", ""):
        case "add":
            user = members.add_member(workspace, posted.get("name", ""), posted.getlist("role"), request.user)
            return f"{user} is a member now."
        case "remove":
            user = _find_member(workspace, posted.get("member", ""))
            members.remove_member(workspace, user, request.user)
            return f"{user} is no member any more."
        case "roles":
            user = _find_member(workspace, posted.get("member", ""))
            members.set_roles(workspace, user, posted.getlist("role"), request.user)
            return f"Saved the roles of {user}."
        case "rename":
            members.rename(workspace, posted.get("name", ""), request.user)
            return f"The workspace is called “{workspace.name}”."
        case "block":
            members.block_words(workspace, posted.get("words", ""), request.user)
            return "Saved the blocked words. They count from each campaign’s next run on."
        case "brand":
            logo, clear = request.FILES.get("logo"), "clear" in posted
            set_brand(workspace, posted.get("accent", ""), logo, request.user, without_logo=clear)
            return "Saved. Recipients’ pages look like this from now on, also those that were sent."
        case "embedding":
            hosts = allow_hosts(workspace, posted.get("hosts", "")[:5000], request.user)
            told = f"Pages may be shown on {', '.join(hosts)}." if hosts else "Pages are shown nowhere else."
            return told
    raise members.MemberRefused("That button is not known here. Reload the page and try again.")


def _find_member(workspace: Workspace, key: str) -> User:
    found: User = get_object_or_404(User, workspaces=workspace, pk=read_key(key))
    return found
