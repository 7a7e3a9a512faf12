"""The voices that a campaign may have, the nearest to the presenter first, each with a sample."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from campaigns.models import Campaign, Presenter
from campaigns.views.voices import list_offers


@pytest.fixture
def dashboard(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def low(campaign: Campaign, presenter: Presenter) -> Campaign:
    """Its presenter speaks with 105 Hz."""
    presenter.facts = {**presenter.facts, "voice_pitch_hz": 105.0}
    presenter.save()
    Campaign.objects.filter(pk=campaign.pk).update(voice_engine="pyttsx3", voice="en-us")
    return Campaign.objects.get(pk=campaign.pk)


def test_the_nearest_voice_comes_first_and_one_that_does_not_fit_says_so(low: Campaign) -> None:
    offers = list_offers(low)
    assert abs(offers[0].info.pitch_hz - 105) < 10 and offers[0].misfit == ""
    high = next(one for one in offers if one.info.pitch_hz > 180)
    assert "much higher than the presenter's" in high.misfit
    assert [one.info.engine for one in offers if one.chosen] == ["pyttsx3"]
    assert all(one.info.licence for one in offers)


def test_a_voice_of_another_language_than_the_locale_says_so(low: Campaign) -> None:
    low.locale = "de-DE"
    assert all("the script is in “de-DE”" in one.misfit for one in list_offers(low))


def test_the_page_offers_them_with_licence_and_language(dashboard: Client, low: Campaign) -> None:
    page = dashboard.get(reverse("admin:campaigns_campaign_script", args=[low.pk])).content.decode()
    for offer in list_offers(low):
        assert escape(offer.info.licence) in page and offer.info.language in page


def test_only_voices_that_are_offered_say_a_sample(dashboard: Client, low: Campaign) -> None:
    offer = next(one for one in list_offers(low) if one.info.engine == "pyttsx3")
    answer = dashboard.get(offer.sample_url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "audio/wav")
    sample = reverse("admin:campaigns_campaign_sample", args=[low.pk])
    assert dashboard.get(sample, {"engine": "pyttsx3", "voice": "../../x"}).status_code == 404
    assert dashboard.post(sample).status_code == 405
    assert Client().get(offer.sample_url).status_code == 302


def test_a_presenter_whose_pitch_is_not_known_is_offered_every_voice(campaign: Campaign) -> None:
    assert all(one.misfit == "" for one in list_offers(campaign))
    campaign.presenter = None
    assert len(list_offers(campaign)) > 3
