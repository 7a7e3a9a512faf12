"""A presenter's preparation as it goes on, and its poster for staff."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import View

from campaigns import engine
from campaigns.access.rights import has
from campaigns.access.workspaces import scope
from campaigns.models import Campaign, Presenter
from campaigns.pronunciations.library import Library
from campaigns.pronunciations.speaker import Speaker
from campaigns.runs.bake import start_bake
from campaigns.runs.queue_place import find_bake_place, find_bake_silence
from campaigns.states import BakeState, MoveRefused
from campaigns.storage.campaign_voice import choose_campaign_voice
from campaigns.views.media import serve
from campaigns.views.page import step_url
from campaigns.views.run import place_to_json
from campaigns.views.sound import respond_with_sound

CAMPAIGNS_SHOWN = 20

REFUSALS = {
    "view_presenter": "You may not look at presenters: ask an administrator of the workspace.",
    "change_presenter": "You may not prepare takes: that is for the role “Author”.",
    "consent_presenter": "You may not record, revoke or purge: that is for the role “Administrator”.",
}


class PresenterView(View):
    """Shared by the small views below: the presenter and who may do what."""

    presenter: Presenter
    permission = "view_presenter"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        if not has(request.user, self.permission, None):
            raise PermissionDenied(REFUSALS[self.permission])
        self.presenter = get_object_or_404(scope(Presenter.objects.all(), request.user), pk=kwargs["pk"])
        if not has(request.user, self.permission, self.presenter):
            raise PermissionDenied(REFUSALS[self.permission])


class BakeProgressView(PresenterView):
    """How far the preparation is, as JSON."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return JsonResponse(bake_to_json(self.presenter))


class PosterView(PresenterView):
    """The poster of the take, for signed-in staff only."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        poster = self.presenter.poster
        if self.presenter.consent_revoked_at is not None:
            raise Http404("The presenter's consent was revoked.")
        return serve(
            request, poster, "image/jpeg", f"{self.presenter.public_id}-{Path(poster.name or '').stem}"
        )


class BakeAgainView(PresenterView):
    """Starts the preparation again after a failure."""

    permission = "change_presenter"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            start_bake(self.presenter)
            messages.success(request, "Preparing the take again.")
        except MoveRefused as refused:
            messages.error(request, str(refused))
        return redirect_to_presenter(self.presenter)


class VoiceSampleView(PresenterView):
    """A sentence in the voice like the presenter's, for signed-in staff only."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        sample = self.presenter.voice_sample
        if not sample:
            raise Http404("There is no voice like this presenter's.")
        return serve(request, sample, "audio/wav", Path(sample.name or "").stem)


class TestSentenceView(PresenterView):
    """A fixed sentence in the voice that campaigns take over from this presenter: nothing else is spoken."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        chosen = Campaign(
            presenter=self.presenter,
            workspace_id=self.presenter.workspace_id,
            voice_engine=self.presenter.voice_engine or engine.get_default_voice(),
            voice=self.presenter.voice,
        )
        try:
            speaker = Speaker(choose_campaign_voice(chosen), Library())
        except engine.RenderError as error:
            return JsonResponse({"problem": error.message}, status=422)
        return respond_with_sound(request, engine.VOICE_SAMPLE, speaker, ())


def list_users(presenter: Presenter) -> list[tuple[str, str]]:
    """(name, address) of the newest campaigns that use a presenter."""
    campaigns = presenter.campaigns.order_by("-created_at").only("pk", "name")[:CAMPAIGNS_SHOWN]
    return [(campaign.name, step_url(campaign, "script")) for campaign in campaigns]


def bake_to_json(presenter: Presenter) -> dict[str, Any]:
    done_percent = round(100 * presenter.done / presenter.total) if presenter.total else 0
    ready = presenter.bake_state == BakeState.READY
    needs_consent = presenter.bake_state == BakeState.WAITING and not presenter.has_consent
    return {
        "state": presenter.bake_state,
        "label": "waits for consent" if needs_consent else presenter.get_bake_state_display(),
        "running": presenter.bake_state in (BakeState.BAKING, BakeState.WAITING) and not needs_consent,
        "stage": presenter.stage,
        "queue": place_to_json(find_bake_place(presenter)),
        "silence": find_bake_silence(presenter),
        "percent": 100 if ready else done_percent,
        "failure": presenter.failure,
        "problems": presenter.facts.get("problems", []),
        "voice_engine": dict(engine.list_voice_choices())[engine.get_fitted_engine()],
        "poster": reverse("admin:campaigns_presenter_poster", args=[presenter.pk])
        if presenter.poster and presenter.consent_revoked_at is None
        else "",
    }


def redirect_to_presenter(presenter: Presenter) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:campaigns_presenter_change", args=[presenter.pk]))
