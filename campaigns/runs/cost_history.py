"""Cost history: line lengths and work per second of video of finished messages, to estimate the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from django.conf import settings

from campaigns.engine import PAUSES
from campaigns.models import Campaign, Message
from campaigns.runs.reading import ShowProgress, read_in_chunks
from campaigns.scripts.spoken_length import estimate_by_rule
from campaigns.states import RenderState

MESSAGES_LOOKED_AT = 300  # the newest ones
LINES_FOR_A_PACE = 3
# From `manage.py bench_campaign` on two cores at 720p (a whole message ÷ its length; the fifth John);
# only used before anything was rendered here.
WORK_S_PER_NEW_SECOND = 1.75
JOIN_S = 0.25


@dataclass(frozen=True)
class CostHistory:
    """``line_lengths_s`` maps lines that this voice has said to seconds; ``pace`` scales the rule for others.

    A message costs ``join_s``, and ``work_per_new_s`` for each second of video that nobody shares yet;
    ``messages`` is how many of them this was learned from (0: the shipped values).
    """

    line_lengths_s: Mapping[str, float] = field(default_factory=dict)
    pace: float = 1.0
    work_per_new_s: float = WORK_S_PER_NEW_SECOND
    join_s: float = JOIN_S
    messages: int = 0

    def estimate_line_s(self, text: str) -> float:
        """Estimate how many seconds the voice takes for a line."""
        return self.line_lengths_s.get(text) or self.pace * estimate_by_rule(text)


def load_cost_history(campaign: Campaign) -> CostHistory:
    """Read the newest finished messages: all for the work, those of the campaign's voice for the speech."""
    finished = (
        Message.objects.filter(render_state=RenderState.READY, work_seconds__gt=0)
        .order_by("-ready_at")
        .values_list("campaign__voice_engine", "campaign__voice", "segments", "work_seconds")
    )[:MESSAGES_LOOKED_AT]
    known: dict[str, float] = {}
    work: list[tuple[float, float]] = []
    for engine, voice, segments, work_s in finished:
        work.append((sum(map(_measure_video_s, _select_new(segments))), work_s))
        if (engine, voice) == (campaign.voice_engine, campaign.voice):
            known |= {part["text"]: part["end_s"] - part["start_s"] for part in segments}
    per_new_s, join_s = _fit_costs(work)
    return CostHistory(known, _compute_pace(known), per_new_s, join_s, len(work))


@dataclass(frozen=True)
class RunCost:
    """What the ready videos of a campaign cost: ``reused`` of their ``segments`` were there already."""

    videos: int
    segments: int
    reused: int
    video_s: float
    work_s: float

    @property
    def reused_percent(self) -> int:
        return round(100 * self.reused / self.segments) if self.segments else 0

    @property
    def work_per_video_s(self) -> float:
        return self.work_s / self.video_s if self.video_s else 0.0

    @property
    def cost(self) -> str:
        return format_cost(self.work_s)


def compute_run_cost(campaign: Campaign, progress: ShowProgress = lambda *_: None) -> RunCost:
    """Counted from the campaign's finished messages."""
    ready = campaign.messages.filter(render_state=RenderState.READY)
    columns = ("segments", "video_seconds", "work_seconds")
    videos = segments = new = 0
    video_s = work_s = 0.0
    for parts, one_video_s, one_work_s in read_in_chunks(ready, columns, "adding up the work", progress):
        videos, segments, new = videos + 1, segments + len(parts), new + len(list(_select_new(parts)))
        video_s, work_s = video_s + one_video_s, work_s + one_work_s
    return RunCost(videos, segments, segments - new, video_s, work_s)


def format_cost(work_s: float) -> str:
    """“0.42 EUR”, by the price of a machine hour; empty where no price is set."""
    if settings.MACHINE_HOUR_PRICE is None:
        return ""
    per_hour, currency = settings.MACHINE_HOUR_PRICE
    amount = per_hour * work_s / 3600
    return f"{amount:.2f} {currency}" if amount >= 0.01 or amount == 0 else f"less than 0.01 {currency}"


def _select_new(segments: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    return (part for part in segments if not part.get("cached"))


def _measure_video_s(part: Mapping[str, Any]) -> float:
    return float(part["end_s"] - part["start_s"] + PAUSES.pause_s)


def _compute_pace(known: Mapping[str, float]) -> float:
    if len(known) < LINES_FOR_A_PACE:
        return 1.0
    return sum(known.values()) / sum(map(estimate_by_rule, known))


def _fit_costs(work: list[tuple[float, float]]) -> tuple[float, float]:
    """Seconds of work per new second of video, and per message; (new seconds, work seconds) of each go in."""
    join_s = median([work_s for new_s, work_s in work if not new_s] or [JOIN_S])
    new = [(new_s, work_s) for new_s, work_s in work if new_s]
    if not new:
        return WORK_S_PER_NEW_SECOND, join_s
    beyond_s = sum(max(work_s - join_s, 0.0) for _, work_s in new)
    return beyond_s / sum(new_s for new_s, _ in new), join_s
