"""The voice that a campaign speaks with: a stock voice, or the one that was fitted to its presenter."""

from __future__ import annotations

from copy import copy

from campaigns import engine
from campaigns.models import Campaign
from campaigns.storage.files import get_local_path
from campaigns.storage.voice_files import find_voice_file


def choose_campaign_voice(campaign: Campaign) -> engine.VoiceConfig:
    """The voice that a campaign speaks with. Raises RenderError for one that is not there (any more)."""
    if not uses_presenter_voice(campaign):
        voice = find_voice_file(campaign.voice_engine, campaign.voice)
        return engine.choose_voice(campaign.voice_engine, voice, campaign.locale)
    missing = find_missing_voice(campaign)
    if missing or campaign.presenter is None:
        raise engine.RenderError(missing or "The campaign has no presenter whose voice it could use.")
    fitted = str(get_local_path(campaign.presenter.fitted_voice))
    return engine.choose_voice(campaign.voice_engine, fitted, campaign.locale)


def choose_tried_voice(campaign: Campaign, voice_engine: str, voice: str, locale: str) -> engine.VoiceConfig:
    """The voice that a page tries for a campaign, chosen and not saved yet. Raises RenderError."""
    tried = copy(campaign)
    tried.voice_engine, tried.voice, tried.locale = voice_engine, voice, locale
    return choose_campaign_voice(tried)


def describe_campaign_voice(campaign: Campaign) -> list[str]:
    """Engine, voice and locale, as finished videos keep them: another one makes other videos."""
    voice = campaign.voice
    if uses_presenter_voice(campaign) and campaign.presenter is not None:
        voice = campaign.presenter.fitted_voice.name or voice  # named after what was fitted
    return [campaign.voice_engine, voice, campaign.locale]


def uses_presenter_voice(campaign: Campaign) -> bool:
    """Whether the campaign names the voice like its presenter's."""
    return campaign.voice == engine.PRESENTER_VOICE and campaign.voice_engine == engine.get_fitted_engine()


def find_missing_voice(campaign: Campaign) -> str:
    """Why the voice like the presenter's cannot be used, as a sentence; empty where nothing is wrong."""
    presenter = campaign.presenter
    if (
        presenter is None
        or not uses_presenter_voice(campaign)
        or (presenter.has_voice_consent and presenter.fitted_voice)
    ):
        return ""
    if presenter.voice_consent_revoked_at is not None:
        return (
            f"The consent to a voice like that of {presenter} was revoked and the voice deleted. "
            "Choose another voice on the script's page."
        )
    if not presenter.has_voice_consent:
        return (
            f"{presenter} has not consented to a voice like theirs. Record it on the presenter's page, "
            "or choose another voice on the script's page."
        )
    return f"There is no voice like that of {presenter}: " + (
        presenter.voice_failure or "it is still being fitted. Wait until the presenter is ready."
    )
