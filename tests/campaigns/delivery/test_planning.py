"""Numbers of a large sending: counted behind the page, shown for as long as they are worth a yes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.claims import clock
from campaigns.delivery.planning import find_plan
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Delivery, Job
from campaigns.states import JobState
from campaigns.views import send
from tests.campaigns.mail import approve_all


@pytest.fixture
def many(campaign: Campaign, alice: User, client: Client, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the page of a campaign whose three mails are many."""
    monkeypatch.setattr(send, "SENT_AT_ONCE", 2)
    Campaign.objects.filter(pk=campaign.pk).update(email_subject="For {{ first_name }}")
    approve_all(campaign, alice)
    client.force_login(alice)
    return reverse("admin:campaigns_campaign_send", args=[campaign.pk])


def read(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def press(client: Client, address: str, **fields: str) -> str:
    asked = {"action": "send", "channel": "email", **fields}
    return client.post(address, asked, follow=True).content.decode()


def test_many_are_counted_behind_the_page_which_then_asks(client: Client, many: str, alice: User) -> None:
    assert "counted first" in press(client, many) and not Delivery.objects.exists()
    press(client, many)
    job = Job.objects.get(kind=JobKind.PLAN_SENDING)  # one, however often it is pressed
    assert work_on_job(job.pk) == JobState.DONE
    asked = read(client, many)
    assert "3 mails will leave" in asked and "For Ada" in asked and "ada@example.org" in asked
    assert "will leave" not in read(client, f"{many}?not-now")
    job.refresh_from_db()
    press(client, many, confirmed=job.result["digest"])
    assert work_on_job(Job.objects.get(kind=JobKind.SEND).pk) == JobState.DONE
    assert Delivery.objects.count() == 3
    assert "will leave" not in read(client, many)


def test_what_changed_since_it_was_counted_is_not_sent(
    client: Client, many: str, campaign: Campaign, alice: User
) -> None:
    press(client, many)
    job = Job.objects.get(kind=JobKind.PLAN_SENDING)
    work_on_job(job.pk)
    job.refresh_from_db()
    Campaign.objects.filter(pk=campaign.pk).update(email_subject="Other words")
    press(client, many, confirmed=job.result["digest"])
    sending = Job.objects.get(kind=JobKind.SEND)
    assert work_on_job(sending.pk) == JobState.FAILED
    sending.refresh_from_db()
    assert "changed since you looked" in sending.failure and not Delivery.objects.exists()


def test_numbers_are_for_who_asked_and_for_an_hour(
    client: Client, many: str, campaign: Campaign, alice: User, bob: User
) -> None:
    press(client, many)
    job = Job.objects.get(kind=JobKind.PLAN_SENDING)
    work_on_job(job.pk)
    assert find_plan(campaign, alice) is not None and find_plan(campaign, bob) is None
    Job.objects.filter(pk=job.pk).update(finished_at=clock.now() - timedelta(hours=2))
    assert find_plan(campaign, alice) is None
