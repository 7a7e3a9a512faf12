"""Work that goes on behind an answer: how far it is, cancelled, tried again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404
from ninja import Query, Router, Schema

from campaigns.access.tokens import Scope
from campaigns.api.pages import Page, Part, build_page, cut_newest
from campaigns.api.request import ApiRequest
from campaigns.api.rows import Id, find_campaign, require_scope
from campaigns.jobs import queue
from campaigns.models import Job
from campaigns.states import JobState
from campaigns.views.jobs import find_job

router = Router()


class JobInfo(Schema):
    """One piece of work. `result` is what it found, as its kind has it."""

    job: UUID
    kind: str
    campaign: int | None
    label: str
    state: JobState
    stage: str
    percent: int
    eta_s: float | None
    place: int
    failure: str
    result: dict[str, Any]


@router.get("/campaigns/{campaign_id}/jobs", response=Page[JobInfo], operation_id="list_jobs")
def list_jobs(request: ApiRequest, campaign_id: Id, asked: Query[Part]) -> dict[str, Any]:
    campaign = find_campaign(request, campaign_id)
    shown, following = cut_newest(campaign.jobs.all(), asked)
    return build_page(map(_build, shown), following)


@router.get("/jobs/{job_id}", response=JobInfo, operation_id="get_job")
def get_job(request: ApiRequest, job_id: UUID) -> dict[str, Any]:
    require_scope(request, Scope.READ)
    return _build(_find(request, job_id, "view"))


@router.post("/jobs/{job_id}/cancel", response=JobInfo, operation_id="cancel_job")
def cancel_job(request: ApiRequest, job_id: UUID) -> dict[str, Any]:
    require_scope(request, Scope.EDIT)
    job = _find(request, job_id, "change")
    queue.cancel(job)
    return _build(job)


@router.post("/jobs/{job_id}/retry", response=JobInfo, operation_id="retry_job")
def retry_job(request: ApiRequest, job_id: UUID) -> dict[str, Any]:
    require_scope(request, Scope.EDIT)
    job = _find(request, job_id, "change")
    queue.retry(job)
    return _build(job)


def _find(request: ApiRequest, job_id: UUID, verb: str) -> Job:
    job = Job.objects.filter(public_id=job_id, workspace=request.token.workspace_id).first()
    if job is None:
        raise Http404("There is no such work in this workspace.")
    return find_job(request, job_id, verb)


def _build(job: Job) -> dict[str, Any]:
    view = queue.describe(job)
    result = {name: value for name, value in view.result.items() if name != "rows_file"}
    return {
        "job": job.public_id,
        "kind": job.kind,
        "campaign": job.campaign_id,
        "label": view.label,
        "state": view.state,
        "stage": view.stage,
        "percent": view.percent,
        "eta_s": view.eta_s,
        "place": view.place,
        "failure": view.failure,
        "result": result,
    }
