"""A job as pages follow it: its progress as JSON, and the buttons that cancel it or try it again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from campaigns.access.rights import has
from campaigns.access.workspaces import scope
from campaigns.jobs import queue
from campaigns.models import Campaign, Job, Presenter
from campaigns.runs.progress import format_duration
from campaigns.states import MoveRefused


@require_safe
def show_job(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How far the job is."""
    return JsonResponse(job_to_json(queue.describe(find_job(request, public_id, "view"))))


@require_POST
def cancel_job(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """End it. One that is over already stays as it is, and the answer says so."""
    job = find_job(request, public_id, "change")
    try:
        queue.cancel(job)
    except MoveRefused as refused:
        return _answer(request, job, str(refused))
    return _answer(request, job)


@require_POST
def retry_job(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Do it once more, where it failed."""
    job = find_job(request, public_id, "change")
    try:
        queue.retry(job)
    except MoveRefused as refused:
        return _answer(request, job, str(refused))
    return _answer(request, job)


def find_job(request: HttpRequest, public_id: UUID, verb: str) -> Job:
    """The job, for somebody who may ``verb`` (view or change) what it works on.

    Raises Http404 where there is none, PermissionDenied where it is not theirs.
    """
    job = Job.objects.select_related("campaign", "presenter").filter(public_id=public_id).first()
    if job is None:
        raise Http404("There is no such work.")
    about = job.campaign or job.presenter
    theirs = job.created_by_id is not None and job.created_by_id == request.user.pk
    if not (_may(request, verb, about) if about is not None else theirs):
        raise PermissionDenied
    return job


def _may(request: HttpRequest, verb: str, about: Campaign | Presenter) -> bool:
    model: type[Campaign | Presenter] = type(about)
    is_seen = scope(model._default_manager.filter(pk=about.pk), request.user).exists()
    return is_seen and has(request.user, f"{verb}_{model._meta.model_name}", about)


def job_to_json(job: queue.JobView) -> dict[str, Any]:
    """What ``static/campaigns/dashboard/job.js`` shows."""
    return {
        "id": job.id,
        "label": job.label,
        "state": job.state,
        "open": job.is_open,
        "stage": job.stage,
        "percent": job.percent,
        "eta": format_duration(job.eta_s),
        "place": job.place,
        "failure": job.failure,
        "result": dict(job.result),
        "url": reverse("admin:campaigns_job", args=[job.id]),
    }


def _answer(request: HttpRequest, job: Job, refusal: str = "") -> HttpResponse:
    """JSON for a script; a form goes back to where it was sent from."""
    back = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return HttpResponseRedirect(back)
    shown = job_to_json(queue.describe(job))
    return JsonResponse({**shown, "refused": refusal}, status=409 if refusal else 200)
