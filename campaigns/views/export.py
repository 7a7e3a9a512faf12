"""The export of a campaign: asked for, followed while it is written, and taken away."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import content_disposition_header

from campaigns.access.roles import Right
from campaigns.exports.jobs import WORDS, Format, list_delimiters, start_export
from campaigns.exports.tables import find_delimiter
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import describe, find_open
from campaigns.models import Job
from campaigns.states import JobState
from campaigns.views.media import serve
from campaigns.views.page import CampaignPage

FILES_SHOWN = 10
CONTENT_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.ZIP: "application/zip",
}


class ExportPage(CampaignPage):
    """Tables and videos of the campaign; only for who may export, also to look at."""

    step = "export"
    right = Right.EXPORT
    acts_in_archive = True
    template_name = "campaigns/export.html"

    def get_permission_required(self) -> tuple[str]:
        return (f"campaigns.{Right.EXPORT}_campaign",)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = find_open(self.campaign, JobKind.EXPORT)
        done = self.campaign.jobs.filter(kind=JobKind.EXPORT).exclude(state=JobState.CANCELLED)
        latest = list(done.select_related("created_by")[:FILES_SHOWN])
        return super().get_context_data(
            job_view=describe(job) if job is not None else None,
            files=[one for one in latest if one.state == JobState.DONE and one.file],
            failed=[one for one in latest[:1] if one.state == JobState.FAILED],
            formats=[(str(one), words) for one, words in WORDS.items()],
            delimiters=list(list_delimiters(self.campaign).items()),
            delimiter=find_delimiter(self.campaign),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if find_open(self.campaign, JobKind.EXPORT) is not None:
            return self.refuse("export", "An export is being written already. Wait until it is there.")
        asked = request.POST.get("format", "")
        if asked not in set(Format):
            return self.refuse("export", "Choose what to export first.")
        start_export(self.campaign, self.person, Format(asked), request.POST.get("delimiter", ","))
        return self.go("export", "The export is being written. It is listed here when it is there.")


class ExportFileView(CampaignPage):
    """A finished export, for who may export."""

    http_method_names = ["get"]

    def get_permission_required(self) -> tuple[str]:
        return (f"campaigns.{Right.EXPORT}_campaign",)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        jobs = Job.objects.filter(campaign=self.campaign, kind=JobKind.EXPORT, state=JobState.DONE)
        job = get_object_or_404(jobs, public_id=kwargs["job"])
        format_ = Format(job.options.get("format", Format.CSV))
        answer = serve(request, job.file, CONTENT_TYPES[format_], str(job.public_id))
        answer["Content-Disposition"] = content_disposition_header(True, job.file_name) or "attachment"
        return answer


def file_url(job: Job) -> str:
    return reverse("admin:campaigns_campaign_export_file", args=[job.campaign_id, job.public_id])
