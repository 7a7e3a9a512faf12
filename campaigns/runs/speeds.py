"""Measured speeds of this installation: how long a video and the preparation of a take last here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf
from statistics import fmean

from campaigns.models import Message, Presenter
from campaigns.states import BakeState, RenderState

VIDEOS_LOOKED_AT = 50  # the newest ones
TAKES_LOOKED_AT = 5


@dataclass(frozen=True)
class Speeds:
    """Seconds of one worker for each piece of work; infinite where nothing was measured here yet."""

    video_s: float = inf
    bake_s: float = inf
    voice_s: float = inf

    def estimate_preparation_s(self, presenter: Presenter) -> float:
        """What preparing this take lasts: the picture, the voice that was agreed to, or both."""
        picture_s = 0.0 if presenter.bake else self.bake_s
        wants_voice = presenter.has_voice_consent and not presenter.fitted_voice
        return picture_s + (self.voice_s if wants_voice else 0.0)


def measure_speeds() -> Speeds:
    """From the newest videos and takes that were made here."""
    videos = Message.objects.filter(render_state=RenderState.READY, work_seconds__gt=0).order_by("-ready_at")
    takes = Presenter.objects.filter(bake_state=BakeState.READY).order_by("-started_at")
    baked = takes.filter(facts__work_s__gt=0).values_list("facts__work_s", flat=True)
    fitted = takes.filter(voice_facts__work_s__gt=0).values_list("voice_facts__work_s", flat=True)
    return Speeds(
        _average(videos.values_list("work_seconds", flat=True)[:VIDEOS_LOOKED_AT]),
        _average(baked[:TAKES_LOOKED_AT]),
        _average(fitted[:TAKES_LOOKED_AT]),
    )


def _average(seconds: Iterable[float]) -> float:
    measured = [float(one) for one in seconds]
    return fmean(measured) if measured else inf
