"""What a run would say and cost, its sample, the run itself, and how far it is."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ninja import Query, Router, Schema

from campaigns.access.roles import Right
from campaigns.api.pages import Page, Part, build_page, cut
from campaigns.api.problems import ApiProblem
from campaigns.api.recipients import RowNote, find_key_of, identify
from campaigns.api.request import ApiRequest, Asked
from campaigns.api.rows import Id, find_campaign
from campaigns.api.schema import Done
from campaigns.checks.campaign_check import check_rows, find_run_notes
from campaigns.models import Campaign
from campaigns.runs import lifecycle
from campaigns.runs.figures import find_figures
from campaigns.runs.progress import compute_progress
from campaigns.runs.queue_place import find_run_place
from campaigns.runs.sample import cancel_sample, confirm_sample, find_sample, start_sample
from campaigns.runs.start import retry_failed, start_run
from campaigns.states import CampaignState, RenderState, RowVerdict
from campaigns.views.run import FAILURES_SHOWN, NO_SAMPLE_YET

router = Router()


class VerdictFilter(Part):
    """All rows, or those that would get a video, or those that would not."""

    verdict: RowVerdict | None = None


class LineInfo(Schema):
    """One line as it will be heard."""

    text: str
    spoken: str
    language: str
    source: str
    seconds: float


class CheckedRow(Schema):
    """A row as its video would say it, or why it gets none."""

    id: int
    row: int
    key: str
    verdict: RowVerdict
    problems: list[RowNote]
    warnings: list[RowNote]
    lines: list[LineInfo]


class CheckedPart(Page[CheckedRow]):
    """Some rows, and what concerns the whole run."""

    problems: list[RowNote]
    warnings: list[RowNote]
    can_start: bool


class EstimateInfo(Schema):
    """What a run would make. Where `exact` is false, it is a guess from some rows; ask again in a moment."""

    messages: int
    lines: int
    distinct: int
    unfillable: int
    speech_s: float
    video_s: float
    personal_s: float
    new_s: float
    work_s: float
    learned_from: int
    fault: str
    exact: bool


class SampleVideo(Schema):
    """One video of the sample, and why its row is hard."""

    message: int
    id: int
    row: int
    key: str
    state: RenderState
    reason: str


class SampleInfo(Schema):
    """The rows that are hard to say, made first. `needed`: a run asks for a yes to it before."""

    needed: bool
    outdated: bool
    open: bool
    can_be_confirmed: bool
    videos: list[SampleVideo]


class StartAsked(Asked):
    """`without_sample`: start although nobody said yes to a sample."""

    without_sample: bool = False


class Started(Schema):
    """Whether the run goes on; null where a job starts it, since there are many rows."""

    started: bool | None


class Failure(Schema):
    """A video that could not be made. Retrying a permanent one without a change cannot help."""

    message: int
    id: int
    row: int
    key: str
    reason: str
    permanent: bool


class ProgressInfo(Schema):
    """How far the run is."""

    state: CampaignState
    running: bool
    total: int
    ready: int
    failed: int
    rendering: int
    queued: int
    stage: str
    percent: int
    eta_s: float | None
    place: int | None
    begins_s: float | None
    failures: list[Failure]


@router.get("/campaigns/{campaign_id}/check", response=CheckedPart, operation_id="check_campaign")
def check_campaign(request: ApiRequest, campaign_id: Id, asked: Query[VerdictFilter]) -> dict[str, Any]:
    """What each person will hear, row by row, before a run."""
    campaign = find_campaign(request, campaign_id)
    rows = campaign.recipients.living()
    if asked.verdict is not None:
        rows = rows.filter(verdict=asked.verdict)
    shown, following = cut(rows, asked, "row_number")
    problems, warnings = find_run_notes(campaign)
    # Without a voice nothing can be said of single rows; the problem of the whole run says so.
    reports = check_rows(campaign, shown) if not problems else []
    column = find_key_of(campaign)
    checked = [
        {
            **identify(person, column),
            "verdict": report.verdict,
            "problems": report.problems,
            "warnings": report.warnings,
            "lines": report.lines,
        }
        for person, report in zip(shown, reports, strict=False)
    ]
    page = build_page(checked, following if reports else None)
    return {**page, "problems": problems, "warnings": warnings, "can_start": not problems}


@router.get("/campaigns/{campaign_id}/estimate", response=EstimateInfo, operation_id="estimate_run")
def estimate(request: ApiRequest, campaign_id: Id) -> dict[str, Any]:
    campaign = find_campaign(request, campaign_id)
    figures = find_figures(campaign, request.user)
    return {**asdict(figures.estimate), "exact": figures.exact}


@router.get("/campaigns/{campaign_id}/sample", response=SampleInfo, operation_id="get_sample")
def get_sample(request: ApiRequest, campaign_id: Id) -> dict[str, Any]:
    return _describe_sample(find_campaign(request, campaign_id))


@router.post("/campaigns/{campaign_id}/sample", response={202: SampleInfo}, operation_id="start_sample")
def post_sample(request: ApiRequest, campaign_id: Id) -> tuple[int, dict[str, Any]]:
    """Make the videos of the hardest rows, before all other work."""
    campaign = find_campaign(request, campaign_id, Right.RUN)
    start_sample(campaign, request.user)
    return 202, _describe_sample(campaign)


@router.delete("/campaigns/{campaign_id}/sample", response=SampleInfo, operation_id="cancel_sample")
def delete_sample(request: ApiRequest, campaign_id: Id) -> dict[str, Any]:
    campaign = find_campaign(request, campaign_id, Right.RUN)
    cancel_sample(campaign)
    return _describe_sample(campaign)


@router.post("/campaigns/{campaign_id}/sample/confirm", response=SampleInfo, operation_id="confirm_sample")
def post_confirmation(request: ApiRequest, campaign_id: Id) -> dict[str, Any]:
    """Say yes to the sample: somebody looked at it."""
    campaign = find_campaign(request, campaign_id, Right.RUN)
    confirm_sample(campaign, request.user)
    return _describe_sample(campaign)


@router.post("/campaigns/{campaign_id}/run", response={202: Started}, operation_id="start_run")
def post_run(request: ApiRequest, campaign_id: Id, asked: StartAsked) -> tuple[int, dict[str, Any]]:
    campaign = find_campaign(request, campaign_id, Right.RUN)
    if find_sample(campaign).needed and not asked.without_sample:
        raise ApiProblem(409, "no_sample", NO_SAMPLE_YET)
    return 202, {"started": start_run(campaign, request.user) or None}


@router.post("/campaigns/{campaign_id}/run/retry", response={202: Started}, operation_id="retry_failed")
def post_retry(request: ApiRequest, campaign_id: Id) -> tuple[int, dict[str, Any]]:
    campaign = find_campaign(request, campaign_id, Right.RUN)
    return 202, {"started": retry_failed(campaign, request.user) or None}


@router.delete("/campaigns/{campaign_id}/run", response=Done, operation_id="cancel_run")
def delete_run(request: ApiRequest, campaign_id: Id) -> Done:
    """Finished videos are kept."""
    campaign = find_campaign(request, campaign_id, Right.RUN)
    lifecycle.cancel(campaign, request.user)
    return Done()


@router.get("/campaigns/{campaign_id}/progress", response=ProgressInfo, operation_id="get_progress")
def get_progress(request: ApiRequest, campaign_id: Id) -> dict[str, Any]:
    campaign = find_campaign(request, campaign_id)
    progress, place = compute_progress(campaign), find_run_place(campaign)
    return {
        "state": campaign.state,
        "running": campaign.state == CampaignState.RENDERING,
        **{name: getattr(progress, name) for name in ("total", "ready", "failed", "rendering", "queued")},
        "stage": progress.stage,
        "percent": round(100 * progress.fraction),
        "eta_s": progress.eta_s,
        "place": place.number if place is not None else None,
        "begins_s": place.begins_s if place is not None else None,
        "failures": _list_failures(campaign),
    }


def _list_failures(campaign: Campaign) -> list[dict[str, Any]]:
    failed = campaign.messages.filter(render_state=RenderState.FAILED).order_by("pk")
    column = find_key_of(campaign)
    return [
        {
            "message": message.pk,
            **identify(message.recipient, column),
            "reason": message.failure,
            "permanent": message.failure_permanent,
        }
        for message in failed.select_related("recipient")[:FAILURES_SHOWN]
    ]


def _describe_sample(campaign: Campaign) -> dict[str, Any]:
    sample, column = find_sample(campaign), find_key_of(campaign)
    return {
        "needed": sample.needed,
        "outdated": sample.outdated,
        "open": sample.is_open,
        "can_be_confirmed": sample.can_be_confirmed,
        "videos": [
            {
                "message": message.pk,
                **identify(message.recipient, column),
                "state": message.render_state,
                "reason": message.sample_reason,
            }
            for message in sample.messages
        ],
    }
