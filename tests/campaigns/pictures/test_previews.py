"""The moving picture of a message: made once, of the personal moment, and anew where it is out of date."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from PIL import Image

from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import enqueue
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Job, Message
from campaigns.pictures import previews
from campaigns.pictures.previews import (
    SECONDS_MAX,
    WIDTHS_PX,
    choose_size,
    find_moment,
    is_made,
    make_preview,
    start_previews,
)
from campaigns.revisions import find_revision
from campaigns.states import JobState
from tests.campaigns.mail import spoken_message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def message(campaign: Campaign, alice: User) -> Message:
    return spoken_message(campaign, alice)


def test_it_is_small_moves_and_is_what_the_link_serves(message: Message) -> None:
    assert make_preview(message)
    with Image.open(message.preview.open()) as picture:
        assert (picture.format, picture.size) == ("GIF", (480, 270))
        assert getattr(picture, "n_frames", 1) > 5
    revision = find_revision(message)
    assert revision is not None and revision.preview == message.preview.name


def test_another_name_makes_another_one_and_the_old_file_goes(message: Message) -> None:
    make_preview(message)
    storage, first = message.preview.storage, str(message.preview.name)
    assert make_preview(message) and message.preview.name == first
    message.recipient.values |= {"first_name": "Augusta"}
    assert not is_made(message)
    assert make_preview(message) and message.preview.name != first
    assert not storage.exists(first) and storage.exists(str(message.preview.name))


def test_a_video_that_cannot_be_read_leaves_none(message: Message) -> None:
    with message.video.storage.open(str(message.video.name), "wb") as file:
        file.write(b"not a video")
    assert not make_preview(message) and not message.preview


def test_switching_it_on_makes_what_is_missing_behind_the_page(message: Message, alice: User) -> None:
    assert start_previews(message.campaign, alice) is None
    Campaign.objects.filter(pk=message.campaign_id).update(mail_preview=True)
    message.campaign.refresh_from_db()
    job = start_previews(message.campaign, alice)
    assert job is not None and start_previews(message.campaign, alice) is None  # one is enough
    assert work_on_job(job.pk) == JobState.DONE
    job.refresh_from_db()
    message.refresh_from_db()
    assert job.result == {"made": 1, "of": 1} and is_made(message)


def test_long_work_lets_other_jobs_have_their_turn_and_goes_on(
    campaign: Campaign, message: Message, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken_message(campaign, alice, row=1)
    monkeypatch.setattr(previews, "TURN_S", 0.0)
    enqueue(JobKind.MAKE_PREVIEWS, campaign=campaign)
    for made in (1, 2):
        job = Job.objects.get(state=JobState.WAITING)
        assert work_on_job(job.pk) == JobState.DONE
        job.refresh_from_db()
        assert job.result == {"made": made, "of": 2}
    assert not Job.objects.filter(state=JobState.WAITING).exists()


@pytest.mark.parametrize("size", [(1920, 1080), (512, 512), (1080, 1920), (3000, 500)])
def test_it_keeps_the_shape_within_what_mails_show(size: tuple[int, int]) -> None:
    width, height = choose_size(*size)
    assert WIDTHS_PX[0] <= width <= WIDTHS_PX[1] and not width % 2 and not height % 2
    assert abs(width / height - size[0] / size[1]) < 0.03 * size[0] / size[1]


def test_the_moment_is_where_the_name_is_said(message: Message) -> None:
    assert find_moment(message)[0] == pytest.approx(0.05)
    message.segments = [message.segments[1], {**message.segments[0], "start_s": 3.0}]
    start_s, end_s = find_moment(message)
    assert start_s == pytest.approx(2.85) and end_s - start_s <= SECONDS_MAX
    message.recipient.values = {"first_name": "Zoë"}
    assert find_moment(message)[0] == pytest.approx(1.45)  # said nowhere: the first line
