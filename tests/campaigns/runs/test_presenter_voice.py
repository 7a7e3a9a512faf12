"""A voice like the presenter's is asked for, fitted, chosen, and deleted with its consent."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from django_q.models import OrmQ

from campaigns import engine
from campaigns.consent.entries import ConsentKind
from campaigns.consent.takedown import revoke_and_take_down
from campaigns.models import Campaign, Presenter
from campaigns.runs import bake
from campaigns.states import BakeState
from campaigns.storage.campaign_voice import choose_campaign_voice, find_missing_voice
from tests.renderer.video.clips import write_clip

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def consenting(presenter: Presenter) -> Presenter:
    """A presenter who is prepared and agreed to both."""
    now = timezone.now()
    Presenter.objects.filter(pk=presenter.pk).update(
        bake_state=BakeState.READY, consent_at=now, voice_consent_at=now, voice_consent_by="Nora"
    )
    presenter.refresh_from_db()
    return presenter


def give_voice(presenter: Presenter) -> None:
    presenter.fitted_voice.save("voice.safetensors", ContentFile(b"a fitted voice"), save=True)
    presenter.voice_sample.save("voice.wav", ContentFile(b"a sample"), save=True)


def make_campaign(presenter: Presenter) -> Campaign:
    return Campaign.objects.create(
        name="Spring",
        presenter=presenter,
        voice_engine=engine.get_fitted_engine(),
        voice=engine.PRESENTER_VOICE,
    )


def test_a_voice_that_is_agreed_to_later_is_queued_once(consenting: Presenter) -> None:
    bake.ask_for_voice(consenting)
    assert consenting.bake_state == BakeState.WAITING
    bake.ask_for_voice(consenting)
    assert OrmQ.objects.filter(key="render").count() == 1


def test_without_a_consent_of_its_own_no_voice_is_asked_for(consenting: Presenter) -> None:
    Presenter.objects.filter(pk=consenting.pk).update(voice_consent_at=None)
    bake.ask_for_voice(consenting)
    assert consenting.bake_state == BakeState.READY and not OrmQ.objects.exists()


def test_a_take_that_no_voice_can_be_fitted_to_says_so_and_stays_prepared(
    consenting: Presenter, tmp_path: Path
) -> None:
    consenting.take.save("mute.mp4", ContentFile(write_clip(tmp_path / "mute.mp4").read_bytes()), save=True)
    consenting.bake.save("presenter.safetensors", ContentFile(b"a bake"), save=True)
    bake.ask_for_voice(consenting)
    bake.claim_and_bake(consenting.pk)
    consenting.refresh_from_db()
    assert (consenting.bake_state, consenting.failure) == (BakeState.READY, "")
    assert "no voice can be fitted to it" in consenting.voice_failure
    assert not consenting.fitted_voice


def test_a_campaign_speaks_with_the_fitted_voice(consenting: Presenter) -> None:
    give_voice(consenting)
    chosen = choose_campaign_voice(make_campaign(consenting))
    assert (chosen.engine, Path(chosen.voice)) == (
        engine.get_fitted_engine(),
        Path(consenting.fitted_voice.path),
    )


def test_revoking_deletes_the_voice_and_its_campaigns_say_so(consenting: Presenter) -> None:
    give_voice(consenting)
    files = [Path(consenting.fitted_voice.path), Path(consenting.voice_sample.path)]
    campaign = make_campaign(consenting)
    revoke_and_take_down(consenting, ConsentKind.VOICE, None)
    assert not any(file.exists() for file in files)
    assert not consenting.has_voice_consent and consenting.has_consent
    campaign.refresh_from_db()
    with pytest.raises(engine.RenderError, match="was revoked and the voice deleted"):
        choose_campaign_voice(campaign)


def test_a_voice_needs_the_consent_to_the_picture_too(consenting: Presenter) -> None:
    consenting.consent_revoked_at = timezone.now()
    assert not consenting.has_voice_consent


def test_a_campaign_with_another_voice_needs_no_consent_to_the_presenters(consenting: Presenter) -> None:
    campaign = make_campaign(consenting)
    campaign.voice = ""
    assert find_missing_voice(campaign) == ""
    assert choose_campaign_voice(campaign).voice == ""
