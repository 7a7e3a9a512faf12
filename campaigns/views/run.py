"""Step 3: what a run will do, its progress, and what failed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from campaigns.access.roles import Right
from campaigns.models import Campaign
from campaigns.runs import lifecycle
from campaigns.runs.cost_history import compute_run_cost
from campaigns.runs.estimate import build_checklist, estimate_run
from campaigns.states import CampaignState, MoveRefused, RenderState
from campaigns.views.page import CampaignPage, step_url

FAILURES_SHOWN = 100


class RunPage(CampaignPage):
    """Starts, cancels and repeats a run, and shows how far it is."""

    step = "run"
    right = Right.RUN
    template_name = "campaigns/run.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run_estimate, cost = estimate_run(self.campaign), compute_run_cost(self.campaign)
        return super().get_context_data(
            estimate=run_estimate,
            video=format_amount(run_estimate.video_s),
            personal=format_amount(run_estimate.personal_s),
            work=format_amount(run_estimate.work_s),
            spent=cost,
            spent_video=format_amount(cost.video_s),
            spent_work=format_amount(cost.work_s),
            checklist=build_checklist(self.campaign, run_estimate),
            is_running=self.campaign.state == CampaignState.RENDERING,
            progress=progress_to_json(self.campaign),
            progress_url=step_url(self.campaign, "progress"),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        action = request.POST.get("action", "")
        try:
            return self.go("run", self._act(action))
        except MoveRefused as refused:
            return self.refuse("run", str(refused))

    def _act(self, action: str) -> str:
        match action:
            case "start":
                lifecycle.start(self.campaign, self.person)
                return "Started. You can leave this page: the work goes on without it."
            case "cancel":
                lifecycle.cancel(self.campaign, self.person)
                return "Cancelled. Finished videos are kept; start again to make the rest."
            case "retry":
                lifecycle.retry_failed(self.campaign, self.person)
                return "Trying the failed ones again."
        raise MoveRefused("That button is not known here. Reload the page and try again.")


class ProgressView(CampaignPage):
    """How far the run is, as JSON."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return JsonResponse(progress_to_json(self.campaign))


def progress_to_json(campaign: Campaign) -> dict[str, Any]:
    progress = lifecycle.compute_progress(campaign)
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
        "percent": round(100 * progress.fraction),
        "eta": format_duration(progress.eta_s),
        "failures": list_failures(campaign),
        "at_work": list_rendering(campaign),
        "review_url": step_url(campaign, "review"),
    }


def list_failures(campaign: Campaign) -> list[dict[str, Any]]:
    failed = campaign.messages.filter(render_state=RenderState.FAILED).select_related("recipient")
    return [
        {
            "row": message.recipient.row_number,
            "name": str(message.recipient),
            "reason": message.failure,
            "permanent": message.failure_permanent,
        }
        for message in failed[:FAILURES_SHOWN]
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
        for message in busy[:8]
    ]


def format_duration(seconds: float | None) -> str:
    """“about 3 minutes”; empty where nothing is known yet."""
    if seconds is None:
        return ""
    if seconds < 50:
        return "less than a minute"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"about {minutes} minute{'' if minutes == 1 else 's'}"
    return f"about {minutes / 60:.1f} hours"


def format_amount(seconds: float) -> str:
    """“40 s”, “12 min” or “3.5 h”."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 100 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
