"""How long a workspace keeps things: told to its members, changed by its administrators."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render

from campaigns.access.rights import has
from campaigns.access.workspaces import scope
from campaigns.history import Verb, record
from campaigns.models import Workspace
from campaigns.privacy.retention import HISTORY_DAYS_LEAST, OF_MACHINE, OF_WORKSPACE, WORDS, Kept, find_days

DAYS_MAX = 36_500


def show_retention(request: HttpRequest, pk: int) -> HttpResponse:
    """The periods; administrators save other ones."""
    workspace = get_object_or_404(scope(Workspace.objects.all(), request.user), pk=pk)
    if not has(request.user, "view_workspace", workspace):
        raise PermissionDenied("You may not look at this: ask an administrator of the workspace.")
    may_change = has(request.user, "change_workspace", workspace)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied("You may not change this: that is for the role “Administrator”.")
        try:
            _save(request, workspace)
            messages.success(request, "Saved. It counts from the next night on.")
        except ValueError as error:
            messages.error(request, str(error))
        return HttpResponseRedirect(request.path)
    context = {
        "workspace": workspace,
        "title": f"How long {workspace.name} keeps data",
        "periods": [(str(kept), WORDS[kept], find_days(workspace, kept)) for kept in OF_WORKSPACE],
        "of_machine": [(WORDS[kept], find_days(None, kept)) for kept in OF_MACHINE],
        "may_change": may_change,
        "days_max": DAYS_MAX,
    }
    return render(request, "campaigns/retention.html", {**admin.site.each_context(request), **context})


def _save(request: HttpRequest, workspace: Workspace) -> None:
    """Raises ValueError with a sentence."""
    asked = {kept: _read_days(request.POST.get(kept, ""), kept) for kept in OF_WORKSPACE}
    changed = {kept: days for kept, days in asked.items() if days != find_days(workspace, kept)}
    if changed:
        workspace.retention = {**workspace.retention, **{str(kept): days for kept, days in changed.items()}}
        workspace.save(update_fields=["retention"])
        about = ", ".join(f"{kept} {days or 'for ever'}" for kept, days in changed.items())
        record(request.user, Verb.RETENTION_CHANGED, workspace=workspace, about=about)


def _read_days(text: str, kept: Kept) -> int:
    if not text.isascii() or not text.isdigit() or int(text[:9]) > DAYS_MAX:
        raise ValueError(f"Write a number of days from 0 to {DAYS_MAX}; 0 keeps it for ever.")
    days = int(text[:9])
    if kept == Kept.HISTORY and 0 < days < HISTORY_DAYS_LEAST:
        raise ValueError(f"The history is kept for {HISTORY_DAYS_LEAST} days at least, or for ever (0).")
    return days
