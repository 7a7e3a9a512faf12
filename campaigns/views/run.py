"""Step 3: what a run will do, its progress, and what failed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404

from campaigns.access.roles import Right
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import describe, find_open
from campaigns.models import Campaign, Message
from campaigns.runs import lifecycle
from campaigns.runs.again import render_again, render_elsewhere
from campaigns.runs.estimate import build_checklist
from campaigns.runs.figures import find_figures
from campaigns.runs.progress import compute_progress, format_duration
from campaigns.runs.queue_place import QueuePlace, find_run_place, find_sample_place, find_silence
from campaigns.runs.sample import cancel_sample, confirm_sample, find_sample, start_sample
from campaigns.runs.start import retry_failed, start_run
from campaigns.states import CampaignState, MoveRefused, RenderState
from campaigns.views.numbers import read_key
from campaigns.views.page import CampaignPage, step_url

FAILURES_SHOWN = 100
NO_SAMPLE_YET = (
    "Look at a sample first, and say yes to it: the platform picks the rows that are hard to say. "
    "Or start without one."
)
STARTED = "Started. You can leave this page: the work goes on without it."
STARTING = "Starting: the messages are being written. You can leave this page."


class RunPage(CampaignPage):
    """Starts, cancels and repeats a run, and shows how far it is."""

    step = "run"
    right = Right.RUN
    template_name = "campaigns/run.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_running = self.campaign.state == CampaignState.RENDERING
        job = find_open(self.campaign, JobKind.START_RUN)
        return super().get_context_data(
            **({} if is_running else self._describe_figures()),
            is_running=is_running,
            job_view=describe(job) if job is not None else None,
            sample=find_sample(self.campaign),
            silence=find_silence(self.campaign),
            progress=progress_to_json(self.campaign),
            progress_url=step_url(self.campaign, "progress"),
            **kwargs,
        )

    def _describe_figures(self) -> dict[str, Any]:
        """What a run would do and what it took, where none is going on."""
        figures = find_figures(self.campaign, self.person)
        run_estimate, cost = figures.estimate, figures.cost
        return {
            "estimate": run_estimate,
            "is_exact": figures.exact,
            "video": format_amount(run_estimate.video_s),
            "personal": format_amount(run_estimate.personal_s),
            "work": format_amount(run_estimate.work_s),
            "spent": cost,
            "spent_video": format_amount(cost.video_s),
            "spent_work": format_amount(cost.work_s),
            "checklist": build_checklist(self.campaign, run_estimate),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        action = request.POST.get("action", "")
        try:
            return self.go("run", self._act(action))
        except MoveRefused as refused:
            return self.refuse("run", str(refused))

    def _act(self, action: str) -> str:
        match action:
            case "start":
                return self._start()
            case "sample":
                count = start_sample(self.campaign, self.person)
                return f"Making a sample of {count}. It goes before all other work."
            case "cancel_sample":
                return f"Stopped {cancel_sample(self.campaign)} of the sample. What is made is kept."
            case "confirm":
                confirm_sample(self.campaign, self.person)
                return self._start()
            case "cancel":
                lifecycle.cancel(self.campaign, self.person)
                return "Cancelled. Finished videos are kept; start again to make the rest."
            case "retry":
                at_once = retry_failed(self.campaign, self.person)
                return "Trying the failed ones again." if at_once else STARTING
        raise MoveRefused("That button is not known here. Reload the page and try again.")

    def _start(self) -> str:
        if find_sample(self.campaign).needed and not self.request.POST.get("without_sample"):
            raise MoveRefused(NO_SAMPLE_YET)
        return STARTED if start_run(self.campaign, self.person) else STARTING


class AgainView(CampaignPage):
    """Makes one video again, before all mass work."""

    http_method_names = ["post"]
    right = Right.RUN

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        messages_ = Message.objects.select_related("recipient").filter(campaign=self.campaign)
        message = get_object_or_404(messages_, pk=read_key(request.POST.get("message")))
        try:
            if request.POST.get("over") == "another":
                render_elsewhere(message, self.person)
            else:
                render_again(message, self.person)
            said, status = f"Making the video of {message.recipient} again, before all other work.", 200
        except MoveRefused as refused:
            said, status = str(refused), 409
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"message": said, "problem": "" if status == 200 else said}, status=status)
        step = "review" if request.POST.get("from") == "review" else "run"
        return self.go(step, said, messages.SUCCESS if status == 200 else messages.ERROR)


class ProgressView(CampaignPage):
    """How far the run is, as JSON."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return JsonResponse(progress_to_json(self.campaign))


def progress_to_json(campaign: Campaign) -> dict[str, Any]:
    progress = compute_progress(campaign)
    return {
        "state": campaign.state,
        "label": campaign.get_state_display(),
        "running": campaign.state == CampaignState.RENDERING,
        "total": progress.total,
        "ready": progress.ready,
        "failed": progress.failed,
        "rendering": progress.rendering,
        "queued": progress.queued,
        "stage": progress.stage,
        "queue": place_to_json(find_run_place(campaign)),
        "sample": sample_to_json(campaign),
        "percent": round(100 * progress.fraction),
        "eta": format_duration(progress.eta_s),
        "failures": list_failures(campaign),
        "at_work": list_rendering(campaign),
        "review_url": step_url(campaign, "review"),
    }


def place_to_json(place: QueuePlace | None) -> dict[str, Any] | None:
    """Where something waits in the queue and when it begins; None where it does not wait."""
    if place is None:
        return None
    return {"place": place.number, "begins_s": place.begins_s, "sentence": place.sentence}


def sample_to_json(campaign: Campaign) -> dict[str, Any]:
    """How far each video of the sample is, and the place of those that wait."""
    videos = campaign.messages.filter(is_sample=True).order_by("pk").only("render_state", "stage")
    return {
        "open": any(video.render_state in lifecycle.UNFINISHED for video in videos),
        "videos": [{"state": video.render_state, "words": _describe_video(video)} for video in videos],
        "queue": place_to_json(find_sample_place(campaign)),
    }


def _describe_video(video: Message) -> str:
    if video.render_state == RenderState.RENDERING:
        return video.stage or "being made"
    return "waiting" if video.render_state == RenderState.QUEUED else video.get_render_state_display()


def list_failures(campaign: Campaign) -> list[dict[str, Any]]:
    failed = (
        campaign.messages.filter(render_state=RenderState.FAILED).select_related("recipient").order_by("pk")
    )
    return [
        {
            "row": message.recipient.row_number,
            "name": str(message.recipient),
            "reason": message.failure,
            "permanent": message.failure_permanent,
            "message": message.pk,
        }
        for message in failed.select_related("recipient")[:FAILURES_SHOWN]
    ]


def list_rendering(campaign: Campaign) -> list[dict[str, Any]]:
    """The messages that workers hold now, each with its stage."""
    busy = campaign.messages.filter(render_state=RenderState.RENDERING).select_related("recipient")
    return [
        {
            "name": str(message.recipient),
            "stage": message.stage or "starting",
            "percent": round(100 * message.done / message.total) if message.total else 0,
        }
        for message in busy.order_by("pk")[:8]
    ]


def format_amount(seconds: float) -> str:
    """“40 s”, “12 min” or “3.5 h”."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 100 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
