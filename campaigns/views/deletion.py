"""The page that says what goes with a campaign or a presenter, asks, and deletes it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from campaigns.jobs.queue import describe
from campaigns.models import Campaign
from campaigns.standing.archive import Doomed, find_deletion
from campaigns.standing.deletion import count_losses, start_deletion
from campaigns.states import MoveRefused

USERS_SHOWN = 20


def ask_and_delete(request: HttpRequest, doomed: Doomed) -> HttpResponse:
    """The page, and what its button does. The caller looked whether the person may."""
    if request.method == "POST":
        return _delete(request, doomed)
    return show_deletion(request, doomed)


def show_deletion(request: HttpRequest, doomed: Doomed) -> HttpResponse:
    """What goes, or how far it is."""
    job, losses = find_deletion(doomed), count_losses(doomed)
    context: dict[str, Any] = {
        "doomed": doomed,
        "noun": "campaign" if isinstance(doomed, Campaign) else "presenter",
        "losses": losses,
        "used_by": losses.used_by[:USERS_SHOWN],
        "more_users": max(0, len(losses.used_by) - USERS_SHOWN),
        "job_view": describe(job) if job is not None else None,
        "back": _find_home(doomed),
        "title": f"Delete {doomed.name}",
    }
    return render(request, "campaigns/delete.html", {**admin.site.each_context(request), **context})


def _delete(request: HttpRequest, doomed: Doomed) -> HttpResponse:
    assert isinstance(request.user, User)
    try:
        job = start_deletion(doomed, request.user)
    except MoveRefused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(request.path)
    if job is not None:
        return HttpResponseRedirect(request.path)
    messages.success(request, f"“{doomed.name}” is deleted.")
    return HttpResponseRedirect(reverse(f"admin:campaigns_{doomed._meta.model_name}_changelist"))


def _find_home(doomed: Doomed) -> str:
    page = "campaign_home" if isinstance(doomed, Campaign) else "presenter_change"
    return reverse(f"admin:campaigns_{page}", args=[doomed.pk])
