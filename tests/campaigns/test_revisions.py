"""What a link shows: the newest approved content that was not withdrawn, while its presenter consents."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.utils import timezone

from campaigns.models import Campaign, Message, Presenter
from campaigns.review import approve, reject
from campaigns.revisions import (
    approve_published,
    delete_unused_files,
    find_revision,
    has_consent,
    is_shown,
    open_file,
    publish,
    take_back,
    withdraw,
)
from campaigns.states import RenderState, ReviewState
from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(campaign: Campaign, alice: User) -> Message:
    """Approved as “a”, then rendered again as “b”, which nobody has seen."""
    made = people.ready_message(campaign.recipients.get(name="Ada"))
    approve(made, alice)
    made.content_hash = "b" * 64
    made.video.save("newer.mp4", ContentFile(b"newer"))
    Message.objects.filter(pk=made.pk).update(review_state=ReviewState.PENDING, approved_hash="")
    made.refresh_from_db()
    return made


def shown(message: Message) -> str:
    revision = find_revision(Message.objects.get(pk=message.pk))
    return revision.content_hash[0] if revision is not None else ""


def test_the_approved_content_is_shown_until_the_next_is_approved(message: Message, alice: User) -> None:
    assert (shown(message), is_shown(message)) == ("a", False)
    revision = find_revision(message)
    assert revision is not None
    assert open_file(revision, "video").read() == b"video of Ada"
    approve(message, alice)
    assert (shown(message), is_shown(message)) == ("b", True)


def test_rejecting_what_nobody_sees_changes_nothing_for_the_recipient(message: Message, alice: User) -> None:
    reject(message, alice, "The mouth looks wrong")
    assert shown(message) == "a"


def test_rejecting_what_is_shown_takes_everything_away(message: Message, alice: User) -> None:
    approve(message, alice)
    reject(message, alice, "The name is wrong")
    assert shown(message) == ""
    approve(message, alice)
    assert shown(message) == "b"


def test_an_approval_that_is_undone_leaves_the_one_before_it(message: Message, alice: User) -> None:
    publish(message, alice)
    assert shown(message) == "b"
    take_back(message)
    assert shown(message) == "a"
    withdraw(message)
    assert shown(message) == ""


def test_the_presenter_who_is_seen_is_asked_for_consent(message: Message, alice: User) -> None:
    other = people.presenter()
    Campaign.objects.filter(pk=message.campaign_id).update(presenter=other)
    first = find_revision(message)
    assert first is not None and first.presenter != other and has_consent(first)
    Presenter.objects.filter(pk=first.presenter_id).update(consent_revoked_at=timezone.now())
    again = find_revision(message)
    assert again is not None and not has_consent(again)


def test_the_same_content_again_is_approved_again(message: Message, alice: User) -> None:
    Message.objects.filter(pk=message.pk).update(content_hash="a" * 64)
    assert approve_published(Message.objects.filter(pk=message.pk)) == 1
    message.refresh_from_db()
    assert message.is_approved
    withdraw(message)
    Message.objects.filter(pk=message.pk).update(review_state=ReviewState.PENDING)
    assert approve_published(Message.objects.filter(pk=message.pk)) == 0


def test_files_stay_as_long_as_a_link_shows_them(message: Message) -> None:
    storage, newer = message.video.storage, message.video.name
    older = message.revisions.get().video
    assert older != newer
    Message.objects.filter(pk=message.pk).update(video="", render_state=RenderState.QUEUED)
    delete_unused_files(message, [older, str(newer)])
    assert (storage.exists(older), storage.exists(newer)) == (True, False)
