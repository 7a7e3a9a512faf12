"""A test of the mail: to whoever asks, as a recipient would get it, and without any trace among the sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.counts import compute_counts
from campaigns.delivery.attempt import REVOKED
from campaigns.delivery.links import opt_out_url, page_url
from campaigns.delivery.trial import start_test
from campaigns.history import describe
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Delivery, Job, Message
from campaigns.review import reject
from campaigns.states import JobState, MoveRefused
from tests.campaigns.mail import Postbox, approve_all, mail_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    settings.PUBLIC_URL = "https://videos.example.org"
    with mail_server(settings) as running:
        yield running


@pytest.fixture
def message(campaign: Campaign, alice: User) -> Message:
    return approve_all(campaign, alice)[0]


def send_test(message: Message, user: User) -> Job:
    job = start_test(message.recipient, user)
    work_on_job(job.pk)
    job.refresh_from_db()
    return job


def test_it_comes_to_the_person_as_the_recipient_would_get_it(
    message: Message, alice: User, postbox: Postbox
) -> None:
    assert send_test(message, alice).state == JobState.DONE
    (mail,) = postbox.mails
    text = next(part.get_content() for part in mail.walk() if part.get_content_type() == "text/html")
    assert (mail["To"], mail["Subject"]) == ("alice@example.org", "[Test] A video for you")
    assert "Hello Ada," in text and "as Ada (row 2) would get it" in text
    assert f"{page_url(message)}?test" in text


def test_it_is_not_counted_and_no_link_in_it_acts_for_the_recipient(
    message: Message, alice: User, postbox: Postbox, client: Client
) -> None:
    send_test(message, alice)
    (mail,) = postbox.mails
    assert mail["List-Unsubscribe"] is None and opt_out_url(message) not in mail.as_string()
    assert not Delivery.objects.exists() and compute_counts(message.campaign).sent == 0
    page = client.get(reverse("message-page", args=[message.public_id]), {"test": ""}).content.decode()
    assert "data-events" not in page and "opt-out" not in page
    entry = describe(message.campaign.history.order_by("-pk")[0])
    assert entry == "alice sent a test of the mail for Ada"


def test_it_says_that_the_link_waits_for_approval(message: Message, alice: User, postbox: Postbox) -> None:
    reject(message, alice, "The name is wrong")
    send_test(message, alice)
    assert "once this video is approved" in postbox.mails[0].as_string()


def test_an_account_without_an_address_is_told(message: Message, alice: User) -> None:
    alice.email = ""
    with pytest.raises(MoveRefused, match="no e-mail address"):
        start_test(message.recipient, alice)


def test_a_person_without_a_video_is_told(message: Message, alice: User) -> None:
    with pytest.raises(MoveRefused, match="no finished video"):
        start_test(message.campaign.recipients.get(name="Nobody"), alice)


def test_a_presenter_who_took_the_consent_back_is_not_shown(
    message: Message, alice: User, postbox: Postbox
) -> None:
    message.campaign.presenter.consent_revoked_at = timezone.now()
    message.campaign.presenter.save()
    job = send_test(message, alice)
    assert (job.state, job.failure, postbox.mails) == (JobState.FAILED, REVOKED, [])


def test_a_mail_server_that_refuses_is_told(message: Message, alice: User, postbox: Postbox) -> None:
    postbox.rcpt_answer = "550 5.7.1 not you"
    job = send_test(message, alice)
    assert job.state == JobState.FAILED and "No test was sent." in job.failure and "not you" in job.failure
