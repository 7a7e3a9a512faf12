"""How far a run is, from the message rows alone, and when it will be over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min

from campaigns.claims import clock
from campaigns.models import Campaign, Message
from campaigns.states import BakeState, CampaignState, RenderState

PACE_AFTER_MESSAGES = 2
MESSAGES_LOOKED_AT = 1000
LEAST_WORK_LINES = 0.3
_Line = tuple[str, str]  # id, text


@dataclass(frozen=True)
class RunProgress:
    """``fraction`` 0..1 counts started messages by their frames; ``eta_s`` is None while nothing is known."""

    total: int
    ready: int
    failed: int
    rendering: int
    queued: int
    stage: str
    fraction: float
    eta_s: float | None


def compute_progress(campaign: Campaign) -> RunProgress:
    """How far the run is, from the message rows alone."""
    counts = dict(campaign.messages.values_list("render_state").annotate(number=Count("*")).order_by())
    total = sum(counts.values()) - counts.get(RenderState.CANCELLED, 0)
    busy = list(campaign.messages.filter(render_state=RenderState.RENDERING).only("stage", "done", "total"))
    started = sum(message.done / message.total for message in busy if message.total)
    settled = counts.get(RenderState.READY, 0) + counts.get(RenderState.FAILED, 0)
    return RunProgress(
        total=total,
        ready=counts.get(RenderState.READY, 0),
        failed=counts.get(RenderState.FAILED, 0),
        rendering=len(busy),
        queued=counts.get(RenderState.QUEUED, 0),
        stage=_describe_stage(campaign, busy),
        fraction=(settled + started) / total if total else 0.0,
        eta_s=_estimate_seconds_left(campaign, total - settled - started),
    )


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


def _describe_stage(campaign: Campaign, busy: list[Message]) -> str:
    if campaign.state != CampaignState.RENDERING:
        return ""
    presenter = campaign.presenter
    if presenter is not None and presenter.bake_state != BakeState.READY:
        share = f" {presenter.done / presenter.total:.0%}" if presenter.total else ""
        return f"preparing the presenter: {presenter.stage or 'waiting for a worker'}{share}"
    return next((message.stage for message in busy if message.stage), "waiting for a worker")


def _estimate_seconds_left(campaign: Campaign, messages_left: float) -> float | None:
    """From the pace between finished messages; the first one also paid for what all share."""
    if campaign.state != CampaignState.RENDERING or campaign.started_at is None:
        return None
    finished = campaign.messages.filter(render_state=RenderState.READY, ready_at__gte=campaign.started_at)
    known = finished.aggregate(first=Min("ready_at"), last=Max("ready_at"), count=Count("pk"))
    if known["count"] > PACE_AFTER_MESSAGES:
        return messages_left * (known["last"] - known["first"]).total_seconds() / (known["count"] - 1)
    return _estimate_by_new_lines(campaign, campaign.started_at)


def _estimate_by_new_lines(campaign: Campaign, since: datetime) -> float | None:
    """While no pace is known: the time per line that was new, times the new lines to come."""
    earlier, rendered, waiting = set[_Line](), set[_Line](), set[_Line]()
    begun: list[tuple[set[_Line], float]] = []
    starts: list[datetime] = []
    for message in campaign.messages.exclude(render_state=RenderState.FAILED).order_by("pk")[
        :MESSAGES_LOOKED_AT
    ]:
        lines = {(line["id"], line["text"]) for line in message.lines}
        if message.render_state != RenderState.READY:
            waiting |= lines
        elif message.ready_at and message.ready_at >= since:
            rendered |= lines
        else:
            earlier |= lines
        if message.render_state == RenderState.RENDERING and message.total:
            begun.append((lines, message.done / message.total))
        if message.started_at and message.started_at >= since:
            starts.append(message.started_at)
    partly = sum(share * len(lines - rendered - earlier) for lines, share in begun)
    worked = len(rendered - earlier) + partly
    if worked < LEAST_WORK_LINES or not starts:
        return None
    spent_s = (clock.now() - min(starts)).total_seconds()
    return spent_s / worked * max(0.0, len(waiting - rendered - earlier) - partly)
