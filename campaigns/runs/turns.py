"""Who is next in the render queue: what a person waits for, takes to prepare, runs in turns."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, QuerySet

from campaigns.models import Campaign, Message, Presenter
from campaigns.states import BakeState, CampaignState, RenderState

_ASKED = F("asked_at").asc(nulls_first=True)


def list_urgent() -> QuerySet[Message]:
    """Videos that a person waits for and that can be made now: one before five of a sample, then as asked."""
    waiting = Message.objects.filter(render_state=RenderState.QUEUED, urgency__gt=0)
    ready = waiting.filter(campaign__presenter__bake_state=BakeState.READY)
    return ready.order_by("-urgency", "attempts", _ASKED, "pk")


def list_bakes() -> QuerySet[Presenter]:
    """Takes that wait, with consent, and were never begun, in the order in which they were asked for.

    One whose worker died waits for its own task.
    """
    waiting = list_consenting().filter(bake_state=BakeState.WAITING, started_at=None).exclude(take="")
    return waiting.order_by(_ASKED, "created_at")


def list_consenting() -> QuerySet[Presenter]:
    """Presenters who consent now: as `Presenter.has_consent`, for the database to ask in the same moment."""
    return Presenter.objects.filter(consent_at__isnull=False, consent_revoked_at=None)


def list_runs(*, fresh: bool = False) -> QuerySet[Campaign]:
    """Runs with something to make, whoever waited longest for a turn first; ``fresh``: never tried before."""
    queued = list_run_messages(fresh=fresh).filter(campaign=OuterRef("pk"))
    runs = Campaign.objects.filter(
        Exists(queued), state=CampaignState.RENDERING, presenter__bake_state=BakeState.READY
    )
    return runs.order_by(F("served_at").asc(nulls_first=True), "started_at", "pk")


def list_run_messages(*, fresh: bool = False) -> QuerySet[Message]:
    """What waits in runs, or of it only what no worker has tried."""
    queued = Message.objects.filter(render_state=RenderState.QUEUED)
    return queued.filter(attempts=0) if fresh else queued
