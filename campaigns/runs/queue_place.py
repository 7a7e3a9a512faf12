"""What goes before a campaign's work in the render queue, in words."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max, Q
from django.utils import timezone

from campaigns.history import Verb
from campaigns.models import Campaign, Message, Presenter
from campaigns.states import BakeState, CampaignState, RenderState

SILENT_S = 180  # nothing rendered for so long though something waits: no worker is there
NO_WORKER = (
    "No render worker has taken anything for some minutes. Start one with `python manage.py work --queue "
    "render`, or look at its log."
)


def describe_queue(campaign: Campaign) -> str:
    """What is made before or beside this campaign's next video; empty where nothing is."""
    bakes = Presenter.objects.filter(bake_state__in=(BakeState.WAITING, BakeState.BAKING))
    bakes = bakes.exclude(pk=campaign.presenter_id or 0)
    urgent = Message.objects.filter(urgency__gt=0, render_state=RenderState.QUEUED).exclude(campaign=campaign)
    others = Campaign.objects.filter(state=CampaignState.RENDERING).exclude(pk=campaign.pk)
    told = [
        _count(bakes.count(), "take to prepare", "takes to prepare"),
        _count(urgent.count(), "video that somebody waits for", "videos that somebody waits for"),
        _count(others.count(), "other run, in turns", "other runs, in turns"),
    ]
    before = [one for one in told if one]
    return f"Before or beside it: {', '.join(before)}." if before else ""


def find_silence(campaign: Campaign) -> str:
    """The sentence that no worker is there, where work of this campaign waits and nothing moves."""
    begun = campaign.started_at if campaign.state == CampaignState.RENDERING else _find_request(campaign)
    waiting = campaign.messages.filter(Q(urgency__gt=0) | Q(campaign__state=CampaignState.RENDERING))
    if not waiting.filter(render_state=RenderState.QUEUED).exists():
        return ""
    cutoff = timezone.now() - timedelta(seconds=SILENT_S)
    beats = [
        begun,
        Message.objects.filter(heartbeat_at__gt=cutoff).aggregate(at=Max("heartbeat_at"))["at"],
        Presenter.objects.filter(heartbeat_at__gt=cutoff).aggregate(at=Max("heartbeat_at"))["at"],
    ]
    latest = max((beat for beat in beats if beat is not None), default=None)
    return NO_WORKER if latest is not None and latest < cutoff else ""


def _find_request(campaign: Campaign) -> datetime | None:
    """When a person last asked for a sample, or for one video again."""
    verbs = (Verb.SAMPLE_STARTED, Verb.RENDERED_AGAIN)
    return campaign.history.filter(verb__in=verbs).aggregate(at=Max("at"))["at"]


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""
