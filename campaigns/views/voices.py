"""The choice of a voice: which there are, the nearest to the presenter first, and how each sounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse

from campaigns import engine
from campaigns.models import Campaign
from campaigns.pronunciations.library import Library
from campaigns.pronunciations.speaker import Speaker
from campaigns.storage.campaign_voice import choose_campaign_voice
from campaigns.views.page import CampaignPage, step_url
from campaigns.views.sound import respond_with_sound


@dataclass(frozen=True)
class VoiceOffer:
    """A voice as the script's page offers it. ``misfit`` is a sentence, "" for one that fits."""

    info: engine.VoiceInfo
    engine_label: str
    language: str  # as people say it
    misfit: str
    sample_url: str
    chosen: bool


def list_offers(campaign: Campaign) -> list[VoiceOffer]:
    """Every voice with a name, the nearest to the presenter's first."""
    pitch_hz = get_pitch_hz(campaign)
    labels = dict(engine.list_voice_choices())
    chosen = find_chosen(campaign)
    return [
        VoiceOffer(
            info,
            labels.get(info.engine, info.engine),
            _name_language(info.language),
            engine.describe_misfit(pitch_hz, info, campaign.locale),
            _build_sample_url(campaign, info),
            info == chosen,
        )
        for info in engine.find_nearest_voices(pitch_hz, campaign.locale or "en-us")
    ]


def get_pitch_hz(campaign: Campaign) -> float:
    """The median pitch of the presenter in the take, 0 where it is not known."""
    facts: dict[str, Any] = campaign.presenter.facts if campaign.presenter else {}
    return float(facts.get("voice_pitch_hz") or 0.0)


def find_chosen(campaign: Campaign) -> engine.VoiceInfo | None:
    """What is known of the campaign's voice; None for one that is a file."""
    try:
        return engine.find_voice(choose_campaign_voice(campaign))
    except engine.RenderError:
        return None


class SampleView(CampaignPage):
    """One of the offered voices, saying how it sounds: always the same words."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = (request.GET.get("engine", ""), request.GET.get("voice", ""))
        offered = {(one.engine, one.name) for one in engine.find_nearest_voices(0.0)}
        if wanted not in offered:
            raise Http404("There is no such voice.")
        speaker = Speaker(engine.choose_voice(*wanted), Library())
        return respond_with_sound(request, engine.VOICE_SAMPLE, speaker, ())


def _name_language(code: str) -> str:
    """“English, United States” for en-us; the code where no list has it."""
    names = {locale.casefold(): name for locale, name in engine.LOCALES}
    return names.get(code.casefold(), code)


def _build_sample_url(campaign: Campaign, info: engine.VoiceInfo) -> str:
    query = urlencode({"engine": info.engine, "voice": info.name})
    return f"{step_url(campaign, 'sample')}?{query}"
