"""Who can speak in a campaign, and with which voices."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from campaigns import engine
from campaigns.access.tokens import Scope
from campaigns.api.pages import Page, Part, build_page, cut
from campaigns.api.request import ApiRequest
from campaigns.api.rows import Id, find_row, find_rows, require_permission, require_scope
from campaigns.models import Presenter
from campaigns.states import BakeState

router = Router()


class PresenterInfo(Schema):
    """A presenter. A run needs `has_consent`, and `state` “ready” or on its way there."""

    id: int
    name: str
    state: BakeState
    stage: str
    percent: int
    failure: str
    has_consent: bool
    has_voice_consent: bool
    voice_engine: str
    voice: str
    created_at: datetime


class VoiceFilter(Schema):
    """`locale`: voices of its language first; `pitch_hz`: the nearest to this pitch first."""

    locale: Annotated[str, Field(max_length=16, pattern=r"^[A-Za-z0-9_-]*$")] = "en-us"
    pitch_hz: Annotated[float, Field(ge=0, le=1000)] = 0.0


class VoiceInfo(Schema):
    """A voice that a campaign may choose."""

    voice_engine: str
    voice: str
    language: str
    pitch_hz: float | None
    licence: str
    misfit: str = Field(description="Why it does not fit the locale or pitch; empty where it does.")


@router.get("/presenters", response=Page[PresenterInfo], operation_id="list_presenters")
def list_presenters(request: ApiRequest, asked: Query[Part]) -> dict[str, Any]:
    require_scope(request, Scope.READ)
    require_permission(request, "view_presenter")
    shown, following = cut(find_rows(request, Presenter.objects.all()), asked)
    return build_page(map(_build, shown), following)


@router.get("/presenters/{presenter_id}", response=PresenterInfo, operation_id="get_presenter")
def get_presenter(request: ApiRequest, presenter_id: Id) -> dict[str, Any]:
    require_scope(request, Scope.READ)
    require_permission(request, "view_presenter")
    return _build(find_row(request, Presenter.objects.all(), presenter_id))


@router.get("/voices", response=list[VoiceInfo], operation_id="list_voices")
def list_voices(request: ApiRequest, asked: Query[VoiceFilter]) -> list[dict[str, Any]]:
    require_scope(request, Scope.READ)
    return [
        {
            "voice_engine": one.engine,
            "voice": one.name,
            "language": one.language,
            "pitch_hz": one.pitch_hz,
            "licence": one.licence,
            "misfit": engine.describe_misfit(asked.pitch_hz, one, asked.locale),
        }
        for one in engine.find_nearest_voices(asked.pitch_hz, asked.locale)
    ]


def _build(presenter: Presenter) -> dict[str, Any]:
    done = round(100 * presenter.done / presenter.total) if presenter.total else 0
    return {
        "id": presenter.pk,
        "name": presenter.name,
        "state": presenter.bake_state,
        "stage": presenter.stage,
        "percent": 100 if presenter.bake_state == BakeState.READY else min(done, 100),
        "failure": presenter.failure,
        "has_consent": presenter.has_consent,
        "has_voice_consent": presenter.has_voice_consent,
        "voice_engine": presenter.voice_engine,
        "voice": presenter.voice,
        "created_at": presenter.created_at,
    }
