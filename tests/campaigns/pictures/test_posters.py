"""A poster that a person chose, of one video or of everybody's, and the way back."""

from __future__ import annotations

import numpy as np
import pytest
from django.contrib.auth.models import User
from PIL import Image

from campaigns.history import describe
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Message
from campaigns.pictures.posters import NOT_SHARED, OTHER_VIDEO, find_moment_s, start_choice
from campaigns.revisions import find_platform_poster, find_revision
from campaigns.states import JobState, MoveRefused
from tests.campaigns.mail import spoken_message
from tests.renderer.video.clips import number_of

pytestmark = pytest.mark.django_db(transaction=True)
SEEN = "1" * 64


@pytest.fixture
def message(campaign: Campaign, alice: User) -> Message:
    return spoken_message(campaign, alice)


def choose(message: Message, user: User, at_s: float | None, *, everybody: bool = False) -> None:
    job = start_choice(message, user, at_s, seen=message.content_hash, everybody=everybody)
    assert work_on_job(job.pk) == JobState.DONE
    message.refresh_from_db()


def read_number(message: Message) -> int:
    with Image.open(message.poster.open()) as picture:
        return number_of(np.asarray(picture.convert("RGB")))


def test_the_chosen_frame_is_the_poster_also_of_what_is_approved(message: Message, alice: User) -> None:
    choose(message, alice, 2.4)
    assert (read_number(message), message.poster_at_s) == (60, 2.4)
    assert message.is_approved
    revision = find_revision(message)
    assert revision is not None and (revision.poster, revision.poster_at_s) == (message.poster.name, 2.4)
    last = message.campaign.history.order_by("-pk")[0]
    assert describe(last) == "alice chose the poster of Ada"


def test_one_goes_back_to_the_platforms_choice_and_nothing_is_left_over(
    message: Message, alice: User
) -> None:
    storage, platform = message.poster.storage, find_platform_poster(message.video.name)
    choose(message, alice, 2.4)
    chosen = str(message.poster.name)
    choose(message, alice, 1.0)
    assert not storage.exists(chosen) and storage.exists(platform)
    last = str(message.poster.name)
    choose(message, alice, None)
    assert (message.poster.name, message.poster_at_s) == (platform, None)
    assert not storage.exists(last)


def test_a_moment_of_a_shared_line_is_everybodys_poster(
    campaign: Campaign, message: Message, alice: User
) -> None:
    other = spoken_message(campaign, alice, row=1)
    choose(message, alice, 2.0, everybody=True)
    other.refresh_from_db()
    assert (read_number(message), message.poster_at_s) == (50, 2.0)
    assert other.poster_at_s == pytest.approx(3.0)  # where its own video says that line
    campaign.refresh_from_db()
    assert find_moment_s(campaign.poster_moment, other.segments, other.made_with) == pytest.approx(3.0)
    choose(other, alice, None, everybody=True)
    message.refresh_from_db()
    campaign.refresh_from_db()
    assert (message.poster_at_s, other.poster_at_s, campaign.poster_moment) == (None, None, None)


def test_a_personal_moment_cannot_be_everybodys(campaign: Campaign, message: Message, alice: User) -> None:
    spoken_message(campaign, alice, row=1)
    with pytest.raises(MoveRefused, match=NOT_SHARED[:40]):
        start_choice(message, alice, 0.5, seen=SEEN, everybody=True)


@pytest.mark.parametrize("at_s", [float("nan"), -1.0, 99.0])
def test_a_moment_that_the_video_does_not_have_is_refused(message: Message, alice: User, at_s: float) -> None:
    with pytest.raises(MoveRefused, match="no such moment"):
        start_choice(message, alice, at_s, seen=SEEN)


def test_a_video_that_was_made_again_meanwhile_keeps_its_poster(message: Message, alice: User) -> None:
    with pytest.raises(MoveRefused, match=OTHER_VIDEO[:30]):
        start_choice(message, alice, 1.0, seen="9" * 64)
    job = start_choice(message, alice, 1.0, seen=SEEN)
    Message.objects.filter(pk=message.pk).update(content_hash="9" * 64)
    assert work_on_job(job.pk) == JobState.FAILED
    message.refresh_from_db()
    assert message.poster_at_s is None
