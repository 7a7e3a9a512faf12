"""A job is followed, cancelled and tried again by those who may see what it works on."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import Permission, User
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import describe, enqueue
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Job
from campaigns.states import JobState, move_one

pytestmark = pytest.mark.django_db(transaction=True)  # the beats of a job come over a connection of their own


@pytest.fixture
def job(campaign: Campaign, alice: User) -> Job:
    return enqueue(JobKind.REVALIDATE, campaign=campaign, user=alice)


@pytest.fixture
def dashboard(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def url(job: Job, action: str = "") -> str:
    name = "admin:campaigns_job" + (f"_{action}" if action else "")
    return reverse(name, args=[job.public_id])


def test_a_job_is_followed_from_waiting_to_done(dashboard: Client, job: Job) -> None:
    waiting = dashboard.get(url(job)).json()
    assert (waiting["state"], waiting["open"], waiting["percent"]) == ("waiting", True, 0)
    work_on_job(job.pk)
    done = dashboard.get(url(job)).json()
    assert (done["state"], done["open"], done["percent"]) == ("done", False, 100)


def test_a_waiting_job_is_cancelled_and_one_that_is_over_is_not(dashboard: Client, job: Job) -> None:
    assert dashboard.post(url(job, "cancel")).json()["state"] == "cancelled"
    assert work_on_job(job.pk) == JobState.CANCELLED
    again = dashboard.post(url(job, "cancel"))
    assert again.status_code == 409
    assert "cancelled" in again.json()["refused"]


def test_a_failed_job_is_tried_again(dashboard: Client, job: Job) -> None:
    move_one(job, JobState.RUNNING)
    move_one(job, JobState.FAILED, failure="The disk is full.")
    assert dashboard.get(url(job)).json()["failure"] == "The disk is full."
    assert dashboard.post(url(job, "retry")).json()["state"] == "waiting"
    assert work_on_job(job.pk) == JobState.DONE


def test_a_form_goes_back_to_its_page_and_never_to_another_site(dashboard: Client, job: Job) -> None:
    back = dashboard.post(url(job, "cancel"), {"next": "/admin/"})
    assert (back.status_code, back["Location"]) == (302, "/admin/")
    assert dashboard.post(url(job, "cancel"), {"next": "https://example.org/"}).status_code == 409


def test_others_neither_see_nor_cancel_it(client: Client, bob: User, job: Job) -> None:
    assert client.get(url(job)).status_code == 302
    bob.is_staff = True
    bob.save()
    client.force_login(bob)
    assert client.get(url(job)).status_code == 403
    bob.workspaces.clear()
    bob.user_permissions.add(Permission.objects.get(codename="view_campaign"))
    assert client.get(url(job)).status_code == 403  # not of this workspace
    assert job.campaign is not None
    bob.workspaces.add(job.campaign.workspace)
    assert client.get(url(job)).status_code == 200
    assert client.post(url(job, "cancel")).status_code == 403
    job.refresh_from_db()
    assert job.state == JobState.WAITING


def test_there_is_no_answer_about_a_job_that_is_not_there(dashboard: Client) -> None:
    assert dashboard.get(reverse("admin:campaigns_job", args=[uuid.uuid4()])).status_code == 404


def test_the_part_of_a_page_shows_the_job_and_where_it_leads(job: Job) -> None:
    shown = render_to_string("campaigns/parts/job.html", {"job_view": describe(job), "next": "/then/"})
    assert 'data-next="/then/"' in shown
    assert "Begins in a moment." in shown
    assert url(job, "cancel") in shown
