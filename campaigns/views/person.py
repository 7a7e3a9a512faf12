"""The page of one person's data: looked up by address or name, handed out as an archive, erased."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from campaigns.access.rights import has
from campaigns.access.workspaces import scope
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import describe
from campaigns.models import Job, Workspace
from campaigns.privacy.erasure import count_holding, start_erasure
from campaigns.privacy.person import HeldPerson, PersonQuery, PersonRefused
from campaigns.privacy.person_export import start_export
from campaigns.states import JobState
from campaigns.views.media import serve

REFUSED = "You may not export or erase what is held about a person: that is for the role “Administrator”."
LABELS = {
    "rows": "rows of spreadsheets",
    "campaigns": "campaigns that they are in",
    "videos": "videos with posters and captions",
    "deliveries": "deliveries",
    "events": "events of their page",
    "suppressions": "suppressions of their address",
    "history": "entries of the history that name them",
    "recordings": "recordings that only they hear",
    "imports_and_exports": "imports and exports that hold their row",
    "caught_mails": "mails that were caught on this machine",
}
JOBS_SHOWN = 5


def show_person(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, what is held in numbers, and the two buttons."""
    workspace = _find(request, pk)
    address, name = request.GET.get("address", ""), request.GET.get("name", "")
    context: dict[str, Any] = {"workspace": workspace, "address": address, "name": name}
    context |= {"title": f"A person's data in {workspace.name}", "jobs": _list_jobs(request, workspace)}
    if request.method == "POST":
        return _act(request, workspace)
    if address or name:
        try:
            person = HeldPerson(PersonQuery.build(address, name, [workspace.pk]))
        except PersonRefused as refused:
            context["problem"] = str(refused)
        else:
            told = count_holding(person)
            context |= {"counts": [(LABELS[key], count) for key, count in asdict(told).items()]}
            context |= {"is_empty": told.is_empty, "people": _describe(person)}
    return render(request, "campaigns/person.html", {**admin.site.each_context(request), **context})


def download_person(request: HttpRequest, pk: int, job: UUID) -> HttpResponseBase:
    """The archive, for who asked for it."""
    workspace = _find(request, pk)
    own = _jobs(request, workspace).filter(kind=JobKind.EXPORT_PERSON, state=JobState.DONE)
    found = get_object_or_404(own.exclude(file=""), public_id=job)
    answer = serve(request, found.file, "application/zip", str(found.public_id))
    answer["Content-Disposition"] = content_disposition_header(True, found.file_name) or "attachment"
    return answer


def _act(request: HttpRequest, workspace: Workspace) -> HttpResponse:
    assert isinstance(request.user, User)
    posted = request.POST
    here = reverse("admin:campaigns_workspace_person", args=[workspace.pk])
    asked = {"address": posted.get("address", ""), "name": posted.get("name", "")}
    try:
        query = PersonQuery.build(asked["address"], asked["name"], [workspace.pk])
        if posted.get("action") == "export":
            start_export(query, request.user)
            messages.success(request, "The archive is being written. It is listed here when it is there.")
        elif posted.get("action") == "erase" and posted.get("confirmed"):
            start_erasure(query, request.user)
            messages.success(request, "The person is being erased.")
        else:
            raise PersonRefused("Tick that it cannot be taken back, then erase.")
    except PersonRefused as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(f"{here}?{urlencode(asked)}")
    return HttpResponseRedirect(here)


def _describe(person: HeldPerson) -> list[str]:
    """Who was found, so that nobody erases a namesake."""
    return [f"{one} in {one.campaign}, row {one.row_number}" for one in person.recipients]


def _jobs(request: HttpRequest, workspace: Workspace) -> Any:
    kinds = (JobKind.ERASE, JobKind.EXPORT_PERSON)
    return Job.objects.filter(workspace=workspace, kind__in=kinds, created_by=request.user.pk)


def _list_jobs(request: HttpRequest, workspace: Workspace) -> list[dict[str, Any]]:
    return [{"row": job, "view": describe(job)} for job in _jobs(request, workspace)[:JOBS_SHOWN]]


def _find(request: HttpRequest, pk: int) -> Workspace:
    found = scope(Workspace.objects.filter(pk=pk), request.user).first()
    if found is None:
        raise Http404("There is no such workspace.")
    if not has(request.user, "erase_person", found):
        raise PermissionDenied(REFUSED)
    return found
