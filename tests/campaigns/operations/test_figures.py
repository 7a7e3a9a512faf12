"""What stands or fills is told on the first page, in sentences that say what to do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import Settings

from campaigns.models import Campaign
from campaigns.operations import figures
from campaigns.operations.figures import list_alerts, read_disks, read_queues, write_metrics
from tests.people import ready_message


@pytest.fixture(autouse=True)
def _empty_installation(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


def wait_for(minutes: int, queue: str) -> None:
    OrmQ.objects.create(key=queue, payload="", lock=timezone.now() - timedelta(minutes=minutes))


@pytest.mark.django_db
def test_a_queue_that_stands_is_told_with_what_to_do(client: Client, alice: User) -> None:
    wait_for(1, "default")
    assert list_alerts() == []
    wait_for(7, "render")
    (alert,) = list_alerts()
    assert alert == (
        "Work has been waiting in the queue “render” for 7 minutes. No worker has been seen on this machine: "
        "start python manage.py work --queue render."
    )
    client.force_login(alice)
    assert alert in client.get("/admin/").content.decode()


@pytest.mark.django_db
def test_what_a_worker_has_taken_out_does_not_wait() -> None:
    OrmQ.objects.create(key="render", payload="", lock=timezone.now() + timedelta(hours=4))
    assert [(one.name, one.tasks, one.oldest_s) for one in read_queues()] == [
        ("default", 0, 0.0),
        ("render", 0, 0.0),
    ]


@pytest.mark.django_db
def test_a_disk_that_fills_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.name for one in read_disks()] == ["MEDIA_ROOT", "RENDER_CACHE_DIR"]
    monkeypatch.setattr(figures, "ROOM_MIN", 1.01)
    assert [alert[:26] for alert in list_alerts()] == [
        "The disk of MEDIA_ROOT fil",
        "The disk of RENDER_CACHE_D",
    ]


@pytest.mark.django_db
def test_figures_hold_counts_and_nobodys_name(campaign: Campaign) -> None:
    ready_message(campaign.recipients.get(name="Ada"))
    wait_for(2, "render")
    text = write_metrics()
    assert 'byname_messages{state="ready"} 1' in text
    assert 'byname_queue_tasks{queue="render"} 1' in text
    assert "# TYPE byname_disk_free_bytes gauge" in text
    assert not any(word in text for word in ("Ada", "example.org", "Spring", "Nora"))
