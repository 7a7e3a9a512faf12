"""One video again: before all mass work, and only where it would become another one."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign, Message, Presenter
from campaigns.recipients.people import edit_cells
from campaigns.review import approve, reject
from campaigns.runs import lifecycle
from campaigns.runs.again import APPROVED, FILMED, NO_VIDEO, SAME, render_again, render_elsewhere
from campaigns.states import BakeState, MoveRefused, RenderState, ReviewState, move

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(campaign: Campaign, alice: User) -> Message:
    """Her video, made and up to date, as are those of the others."""
    lifecycle.start(campaign, alice)
    for message in campaign.messages.all():
        row = Message.objects.filter(pk=message.pk)
        move(row, RenderState.RENDERING)
        move(row, RenderState.READY, video="v.mp4", content_hash="a" * 64)
    lifecycle.settle(campaign)
    return Message.objects.get(recipient__name="Ada")


def test_a_video_that_would_be_the_same_is_not_made(ada: Message, alice: User) -> None:
    with pytest.raises(MoveRefused, match=SAME):
        render_again(ada, alice)


def test_a_corrected_cell_is_made_at_once_and_alone(ada: Message, alice: User, campaign: Campaign) -> None:
    edit_cells(campaign, ada.recipient, {"city": "Cambridge"}, alice)
    ada.refresh_from_db()
    render_again(ada, alice)
    claimed = lifecycle.claim_next()
    assert claimed == ada and any("Cambridge" in line["text"] for line in claimed.lines)
    assert lifecycle.claim_next() is None


def test_a_failed_video_is_tried_again(ada: Message, alice: User) -> None:
    row = Message.objects.filter(pk=ada.pk)
    move(row, RenderState.QUEUED)
    move(row, RenderState.FAILED, failure="out of memory", content_hash="")
    ada.refresh_from_db()
    render_again(ada, alice)
    assert lifecycle.claim_next() == ada


def test_somebody_who_is_gone_gets_no_video(ada: Message, alice: User) -> None:

    ada.recipient.removed_at = timezone.now()
    with pytest.raises(MoveRefused, match=NO_VIDEO):
        render_again(ada, alice)


def test_a_mouth_that_looks_wrong_is_made_over_another_stretch_and_stays_so(
    ada: Message, alice: User, campaign: Campaign
) -> None:
    reject(ada, alice, "The mouth looks wrong", seen_hash=ada.content_hash)
    render_elsewhere(ada, alice)
    assert (ada.stretch, ada.render_state, ada.review_state) == (1, RenderState.QUEUED, ReviewState.PENDING)
    lifecycle.start(campaign, alice)  # the same content is not taken for what is there already
    claimed = lifecycle.claim_next()
    assert claimed == ada and claimed.stretch == 1 and lifecycle.claim_next() is None
    move(Message.objects.filter(pk=ada.pk), RenderState.READY, content_hash="b" * 64)
    with pytest.raises(MoveRefused, match=SAME):
        render_again(claimed, alice)
    render_elsewhere(claimed, alice)
    assert claimed.stretch == 2


def test_what_is_approved_or_filmed_has_no_other_stretch(ada: Message, alice: User) -> None:
    Message.objects.filter(pk=ada.pk).update(segments=[{"source": "filmed"}])
    with pytest.raises(MoveRefused, match=FILMED[:40]):
        render_elsewhere(ada, alice)
    approve(ada, alice, seen_hash=ada.content_hash)
    with pytest.raises(MoveRefused, match=APPROVED):
        render_elsewhere(ada, alice)


def test_the_button_answers_in_words(
    ada: Message, alice: User, campaign: Campaign, client: Client, presenter: Presenter
) -> None:
    client.force_login(alice)
    where = reverse("admin:campaigns_campaign_again", args=[campaign.pk])
    told = client.post(where, {"message": ada.pk}, headers={"Accept": "application/json"})
    assert (told.status_code, told.json()["problem"]) == (409, SAME)
    asked = {"message": ada.pk, "over": "another"}
    told = client.post(where, asked, headers={"Accept": "application/json"})
    assert told.status_code == 200 and Message.objects.get(pk=ada.pk).stretch == 1
    edit_cells(campaign, ada.recipient, {"city": "Cambridge"}, alice)
    assert "before all other work" in client.post(where, {"message": ada.pk}, follow=True).content.decode()
    Presenter.objects.filter(pk=presenter.pk).update(bake_state=BakeState.FAILED, failure="no face")
    edit_cells(campaign, ada.recipient, {"city": "Oxford"}, alice)
    assert "could not be prepared" in client.post(where, {"message": ada.pk}, follow=True).content.decode()
