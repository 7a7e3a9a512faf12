"""Seconds after an upload a person reads what the file is and what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from campaigns.jobs.work import work_on_job
from campaigns.models import Presenter
from campaigns.runs.take_check import find_first_look, start_first_look
from campaigns.states import JobState

pytestmark = pytest.mark.django_db(transaction=True)
TAKE = Path(__file__).resolve().parents[3] / "campaigns" / "demo" / "presenter-take.mp4"


def look(presenter: Presenter, data: bytes, name: str = "take.mp4") -> None:
    presenter.take.save(name, ContentFile(data))
    work_on_job(start_first_look(presenter).pk)


def show(client: Client, alice: User, presenter: Presenter) -> str:
    client.force_login(alice)
    return client.get(reverse("admin:campaigns_presenter_change", args=[presenter.pk])).content.decode()


def test_a_take_is_described_on_its_page(presenter: Presenter, client: Client, alice: User) -> None:
    look(presenter, TAKE.read_bytes())
    page = show(client, alice, presenter)
    assert "1280 × 720" in page and "At first sight nothing is missing." in page


def test_a_file_that_is_no_video_is_told_before_any_render_worker_is_there(
    presenter: Presenter, client: Client, alice: User
) -> None:
    look(presenter, b"letters and numbers")
    job = find_first_look(presenter)
    assert job is not None and job.state == JobState.FAILED
    assert job.failure and job.failure in show(client, alice, presenter).replace("&#x27;", "'")
