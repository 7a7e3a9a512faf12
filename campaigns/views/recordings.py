"""Lines that a person says: recorded in the browser or uploaded, heard again, and deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.base import File
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from campaigns import engine
from campaigns.history import Verb, record
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import describe, enqueue, find_latest
from campaigns.models import Job, Recording, job_path
from campaigns.recipients.recorded_rows import delete_row_recordings
from campaigns.recordings.line_counts import find_lines
from campaigns.recordings.line_recordings import (
    RecordableLine,
    find_content_type,
    list_unused_recordings,
    record_line,
)
from campaigns.recordings.row_recordings import find_recording_column
from campaigns.states import CampaignState
from campaigns.storage.uploads import end_upload, find_part_file, find_upload
from campaigns.views.media import serve
from campaigns.views.numbers import read_key
from campaigns.views.page import CampaignPage, step_url


class RecordingsPage(CampaignPage):
    """Every line with its recording; a new one is checked against the line's text before it is stored."""

    step = "script"
    template_name = "campaigns/recordings.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = find_lines(self.campaign, self.person)
        latest = find_latest(self.campaign, JobKind.STORE_RECORDINGS)
        return super().get_context_data(
            lines=found.lines,
            count_job=describe(found.job) if found.job is not None else None,
            page_url=step_url(self.campaign, "recordings"),
            column=find_recording_column(self.campaign.columns),
            row_files=self.campaign.row_recordings.count(),
            store_job=describe(latest) if latest is not None else None,
            begin_url=reverse("admin:campaigns_presenter_uploads"),
            unused=[] if found.job is not None else list_unused_recordings(self.campaign, found.lines),
            is_rendering=self.campaign.state == CampaignState.RENDERING,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.campaign.state == CampaignState.RENDERING:
            return self._answer("A run is going on. Cancel it first, then change recordings.", 409)
        if "delete" in request.POST:
            recording = get_object_or_404(self.campaign.recordings, pk=read_key(request.POST["delete"]))
            recording.delete()
            return self.go("recordings", "Deleted. The voice says this line again.")
        if "delete_rows" in request.POST:
            count = delete_row_recordings(self.campaign)
            record(self.person, Verb.RECORDINGS_DELETED, campaign=self.campaign, files=count)
            return self.go("recordings", "Deleted. The voice says these rows again.")
        if "archive" in request.FILES or "upload" in request.POST:
            return self._store_archive()
        line = self._find_line(request.POST.get("line", ""))
        sound = request.FILES.get("sound")
        if line is None:
            return self._answer("The script changed meanwhile. Load this page again.", 409)
        if sound is None:
            return self._answer("Choose a sound file first.", 400)
        try:
            made = record_line(self.campaign, line.line_id, line.text, sound, self.person)
        except engine.RenderError as error:
            return self._answer(error.message, 400)
        return self._answer(" ".join(["Stored.", *made.notes]), 200)

    def _store_archive(self) -> HttpResponse:
        """Queue the archive that came with the form as a whole, or in parts before it."""
        sent = self.request.FILES.get("archive")
        upload = find_upload(self.person, self.request.POST.get("upload", ""))
        if upload is not None:
            with find_part_file(upload).open("rb") as file:
                self._enqueue(File(file), upload.name)
            end_upload(upload)
        elif sent is not None:
            self._enqueue(sent, sent.name or "")
        else:
            return self.refuse("recordings", "Choose a ZIP with the recordings first.")
        return self.go("recordings")

    def _enqueue(self, file: File[bytes], name: str) -> None:
        job = Job(kind=JobKind.STORE_RECORDINGS)
        stored = job.file.storage.save(job_path(job, "recordings.zip"), file)
        enqueue(
            JobKind.STORE_RECORDINGS,
            campaign=self.campaign,
            user=self.person,
            file=stored,
            file_name=name,
        )

    def _find_line(self, key: str) -> RecordableLine | None:
        return next((line for line in find_lines(self.campaign).lines if line.key == key), None)

    def _answer(self, sentence: str, status: int) -> HttpResponse:
        """To the page's own script as JSON, to a plain form with the page again."""
        if self.request.headers.get("Accept") == "application/json":
            return JsonResponse({"message": sentence}, status=status)
        return self.go("recordings", sentence, messages.SUCCESS if status == 200 else messages.ERROR)


class RecordingSoundView(CampaignPage):
    """The stored sound, for whoever may see the campaign."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        recording = get_object_or_404(Recording, campaign=self.campaign, pk=kwargs["recording_pk"])
        return serve(request, recording.file, find_content_type(recording), recording.sha256)
