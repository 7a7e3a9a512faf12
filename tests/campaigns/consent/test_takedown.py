"""A revoked consent takes pages, media, mails, exports and preparations down, at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from campaigns.consent.entries import Agreement, ConsentKind, give
from campaigns.consent.takedown import Taken, count_takedown, revoke_and_take_down
from campaigns.engine import RenderError
from campaigns.exports.jobs import Format
from campaigns.exports.videos import write_videos
from campaigns.jobs.kinds import JobKind
from campaigns.models import Campaign, Delivery, Job, Message, Presenter
from campaigns.revisions import publish
from campaigns.runs import bake
from campaigns.states import BakeState, DeliveryState, MoveRefused
from tests import people


@pytest.fixture
def approved(campaign: Campaign, presenter: Presenter, alice: User) -> Message:
    """Ada's approved video, which her link shows."""
    made = people.ready_message(campaign.recipients.get(name="Ada"))
    Message.objects.filter(pk=made.pk).update(
        approved_hash=made.content_hash, review_state="approved", made_with={"presenter": presenter.pk}
    )
    made.refresh_from_db()
    publish(made, alice)
    return made


def is_shown(message: Message) -> bool:
    pages = [reverse(name, args=[message.public_id]) for name in ("message-page", "message-video")]
    [found] = {Client().get(page).status_code == 200 for page in pages}
    return found


def make_export(campaign: Campaign) -> Job:
    job = Job.objects.create(kind=JobKind.EXPORT, campaign=campaign, options={"format": Format.ZIP})
    job.file.save("export.zip", ContentFile(b"all videos"))
    return job


def test_everything_with_the_presenter_is_down_at_once(
    approved: Message, presenter: Presenter, alice: User, client: Client, tmp_path: Path
) -> None:
    job = make_export(approved.campaign)
    waiting = Delivery.objects.create(
        message=approved, campaign=approved.campaign, address="ada@example.org", content_hash="a" * 64
    )
    client.force_login(alice)
    media = reverse("message-media", args=[approved.pk, "video"])
    take = reverse("presenter-take", args=[presenter.pk])
    assert is_shown(approved) and client.get(media).status_code == client.get(take).status_code == 200
    assert count_takedown(presenter) == Taken(links=0, mails=1, exports=1)
    assert revoke_and_take_down(presenter, ConsentKind.PICTURE, alice) == Taken(links=0, mails=1, exports=1)
    assert not is_shown(approved)
    assert client.get(media).status_code == client.get(take).status_code == 404
    waiting.refresh_from_db()
    job.refresh_from_db()
    assert waiting.state == DeliveryState.FAILED and not job.file
    with pytest.raises(RenderError):
        write_videos(approved.campaign, tmp_path / "later.zip", lambda *_: None)


def test_the_voice_goes_with_its_consent_and_videos_that_speak_with_it_too(
    approved: Message, presenter: Presenter, alice: User
) -> None:
    give(presenter, Agreement(ConsentKind.VOICE, "Nora"), alice)
    presenter.fitted_voice.save("voice-1.safetensors", ContentFile(b"a voice"))
    voice, spoken = Path(presenter.fitted_voice.path), ["kokoro", presenter.fitted_voice.name, ""]
    approved.made_with = {"presenter": presenter.pk, "voice": spoken}
    approved.save(update_fields=["made_with"])
    publish(approved, alice)
    assert is_shown(approved)
    revoke_and_take_down(presenter, ConsentKind.VOICE, alice)
    assert presenter.has_consent and not is_shown(approved) and not voice.exists()


def test_a_take_is_prepared_only_with_consent_and_stops_with_it(presenter: Presenter, alice: User) -> None:
    row = Presenter.objects.filter(pk=presenter.pk)
    row.update(bake_state=BakeState.BAKING, claimed_by="a worker")
    revoke_and_take_down(presenter, ConsentKind.PICTURE, alice)
    assert (presenter.bake_state, presenter.claimed_by) == (BakeState.FAILED, "")
    with pytest.raises(MoveRefused, match="No consent is recorded"):
        bake.start_bake(presenter)
    row.update(bake_state=BakeState.WAITING)  # as an older version left it
    assert bake.claim_first_bake() is None
    bake.claim_and_bake(presenter.pk)
    presenter.refresh_from_db()
    assert presenter.bake_state == BakeState.WAITING
