"""The render queue now: what workers hold, what waits before mass work, and when a piece of work begins."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isinf

from campaigns.claims import clock, compute_stall_cutoff
from campaigns.models import Message, Presenter
from campaigns.runs.speeds import Speeds, measure_speeds
from campaigns.runs.turns import list_bakes, list_urgent
from campaigns.states import BakeState, RenderState


@dataclass(frozen=True)
class Before:
    """What is done before some work: videos that somebody waits for, takes, a video of each other run."""

    videos: int = 0
    takes: Sequence[Presenter] = ()
    runs: int = 0


@dataclass
class _Held:
    """What workers hold: in how many seconds each process is free, and each take is prepared."""

    free_s: dict[str, float] = field(default_factory=dict)
    prepared_s: dict[int, float] = field(default_factory=dict)
    videos: int = 0

    def add(self, claim: str, seconds: float) -> None:
        process = claim.rpartition(":")[0]
        self.free_s[process] = self.free_s.get(process, 0.0) + seconds


class QueueLine:
    """Read once for each answer. Times are those of the workers at work, or of one where none is."""

    def __init__(self) -> None:
        self._speeds = measure_speeds()
        self._held = _find_held(self._speeds)
        self.takes = list(list_bakes())
        self.urgent = list(list_urgent().values_list("campaign_id", flat=True))  # a campaign for each video

    def list_takes_until(self, presenter: Presenter | None) -> list[Presenter]:
        """The takes that are prepared before a presenter's is, and that one; none where it does not wait."""
        if presenter is None or presenter.bake_state != BakeState.WAITING:
            return []
        before = self.takes[: self.takes.index(presenter)] if presenter in self.takes else self.takes
        return [*before, presenter]

    def foresee_s(self, before: Before, presenter: Presenter | None) -> float | None:
        """In how many seconds work begins after these, once its presenter is prepared; None: not known."""
        free = list(self._held.free_s.values()) or [0.0]
        heapq.heapify(free)
        prepared_s = self._held.prepared_s.get(presenter.pk, 0.0) if presenter is not None else 0.0
        for _ in range(before.videos):
            _work(free, self._speeds.video_s)
        for take in before.takes:
            ends_s = _work(free, self._speeds.estimate_preparation_s(take))
            prepared_s = max(prepared_s, ends_s if take == presenter else 0.0)
        for _ in range(before.runs):
            _work(free, self._speeds.video_s)
        begins_s = max(prepared_s, free[0])
        return None if isinf(begins_s) else begins_s

    def name_unmeasured(self, before: Before) -> str:
        """What has to be finished here once before `foresee_s` can tell."""
        has_videos = before.videos or before.runs or self._held.videos
        return "video is made" if has_videos and isinf(self._speeds.video_s) else "take is prepared"


def _find_held(speeds: Speeds) -> _Held:
    held, alive = _Held(), compute_stall_cutoff()
    messages = Message.objects.filter(render_state=RenderState.RENDERING, heartbeat_at__gt=alive)
    for claim, done, total in messages.values_list("claimed_by", "done", "total"):
        left = 1 - done / total if total else 1.0
        held.add(claim, speeds.video_s * left if left > 0 else 0.0)  # nothing of an unknown time is nothing
        held.videos += 1
    for take in Presenter.objects.filter(bake_state=BakeState.BAKING, heartbeat_at__gt=alive):
        spent_s = (clock.now() - take.started_at).total_seconds() if take.started_at else 0.0
        held.prepared_s[take.pk] = max(0.0, speeds.estimate_preparation_s(take) - spent_s)
        held.add(take.claimed_by, held.prepared_s[take.pk])
    return held


def _work(free: list[float], seconds: float) -> float:
    """Let the worker that is free first do it; when it ends."""
    ends_s = free[0] + seconds
    heapq.heapreplace(free, ends_s)
    return ends_s
