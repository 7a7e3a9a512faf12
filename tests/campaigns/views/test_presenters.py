"""A voice like the presenter's on the presenter's page: agreed to, heard, and revoked."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from campaigns.models import Presenter
from campaigns.states import BakeState
from campaigns.views.forms import PresenterForm

AGREED = {
    "name": "Nora",
    "agreed": "on",
    "consent_by": "Nora",
    "voice_agreed": "on",
    "voice_consent_by": "Nora",
}


@pytest.fixture
def dashboard(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def change(dashboard: Client, presenter: Presenter, fields: dict[str, str]) -> str:
    where = reverse("admin:campaigns_presenter_change", args=[presenter.pk])
    return dashboard.post(where, fields, follow=True).content.decode()


def show(dashboard: Client, presenter: Presenter) -> str:
    return dashboard.get(reverse("admin:campaigns_presenter_change", args=[presenter.pk])).content.decode()


def give_voice(presenter: Presenter) -> None:
    presenter.fitted_voice.save("voice.safetensors", ContentFile(b"a fitted voice"), save=False)
    presenter.voice_sample.save("voice.wav", ContentFile(b"a sample"), save=False)
    presenter.voice_facts = {"likeness": 0.81, "stock_likeness": 0.66, "base": "af_heart"}
    presenter.save()


@pytest.mark.django_db(transaction=True)
def test_a_voice_is_agreed_to_apart_from_the_picture(dashboard: Client, presenter: Presenter) -> None:
    change(dashboard, presenter, {"name": "Nora", "agreed": "on", "consent_by": "Nora"})
    presenter.refresh_from_db()
    assert presenter.has_consent and not presenter.has_voice_consent
    Presenter.objects.update(bake_state=BakeState.READY)
    change(dashboard, presenter, AGREED)
    presenter.refresh_from_db()
    assert presenter.has_voice_consent and presenter.bake_state == BakeState.WAITING


def test_nobody_agrees_to_a_voice_without_a_name_or_without_the_picture(presenter: Presenter) -> None:
    assert "voice_consent_by" in PresenterForm(AGREED | {"voice_consent_by": " "}, instance=presenter).errors
    assert "voice_agreed" in PresenterForm(AGREED | {"agreed": ""}, instance=presenter).errors


def test_the_page_plays_the_voice_with_its_likeness_until_it_is_revoked(
    dashboard: Client, presenter: Presenter
) -> None:
    Presenter.objects.update(bake_state=BakeState.READY)
    change(dashboard, presenter, AGREED)
    presenter.refresh_from_db()
    give_voice(presenter)
    page = show(dashboard, presenter)
    assert "A voice like yours" in page and "Likeness 0.81" in page and "clone" not in page
    sample = reverse("admin:campaigns_presenter_voice_sample", args=[presenter.pk])
    assert dashboard.get(sample).headers["Content-Type"] == "audio/wav"
    dashboard.post(reverse("admin:campaigns_presenter_revoke_voice", args=[presenter.pk]))
    assert dashboard.get(sample).status_code == 404
    assert "the voice is deleted" in show(dashboard, presenter)


def test_revoking_the_consent_to_the_picture_deletes_the_voice_too(
    dashboard: Client, presenter: Presenter
) -> None:
    change(dashboard, presenter, AGREED)
    presenter.refresh_from_db()
    give_voice(presenter)
    dashboard.post(reverse("admin:campaigns_presenter_revoke", args=[presenter.pk]))
    presenter.refresh_from_db()
    assert not presenter.fitted_voice and not presenter.has_voice_consent


def test_why_no_voice_could_be_fitted_stands_on_the_page(dashboard: Client, presenter: Presenter) -> None:
    change(dashboard, presenter, AGREED)
    Presenter.objects.update(voice_failure="me.mp4 has music or a tone under the voice.")
    assert "music or a tone under the voice" in show(dashboard, presenter)
