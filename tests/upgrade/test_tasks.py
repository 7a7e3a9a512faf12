"""Tasks that version 0.2 queued are run by the workers of today, with the cache of 0.2."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django_q.models import OrmQ, Schedule, Task
from pytest_django import Settings

from campaigns.demo.child_processes import Children, start_cluster
from campaigns.models import Campaign, Delivery
from campaigns.states import CampaignState
from tests.campaigns.mail import Postbox, mail_server
from tests.database import address
from tests.upgrade.version_0_2 import MESSAGE, RAISED, SECRET_KEY
from tests.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("upgraded")]
PATIENCE_S = 240
NEEDED = {"segment", "speech", "sound"}


@pytest.fixture
def postbox(settings: Settings) -> Iterator[Postbox]:
    with mail_server(settings) as running:
        yield running


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    with Children(tmp_path / "log") as started:
        yield started


@pytest.fixture
def environment(postbox: Postbox, tmp_path: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": address(connection.settings_dict),
        "SECRET_KEY": SECRET_KEY,
        "VAR_DIR": str(tmp_path),
        "MEDIA_ROOT": str(django_settings.MEDIA_ROOT),
        "RENDER_CACHE_DIR": str(django_settings.RENDER_CACHE_DIR),
        "EMAIL_URL": f"smtp://{django_settings.EMAIL_HOST}:{django_settings.EMAIL_PORT}",
        "OMP_NUM_THREADS": "1",
    }


@pytest.mark.skipif(bool(RAISED.keys() & NEEDED), reason="messages are drawn anew on purpose")
def test_queued_tasks_finish_the_run_and_send_what_was_scheduled(
    children: Children, environment: dict[str, str], postbox: Postbox
) -> None:
    queued = OrmQ.objects.count()
    for queue in ("default", "render"):
        start_cluster(children, queue, environment)
    autumn = Campaign.objects.filter(name="Autumn")
    wait_until(
        lambda: autumn.get().state != CampaignState.RENDERING and not OrmQ.objects.exists(),
        PATIENCE_S,
        "the run to end and the queues to be empty",
    )

    messages = list(autumn.get().messages.all())
    assert {message.failure for message in messages} == {""}
    assert {message.content_hash for message in messages} == {MESSAGE["content_hash"]}
    assert all(one["cached"] for message in messages for one in message.segments)
    assert autumn.get().state == CampaignState.RENDERED

    done = Task.objects.exclude(func="campaigns.tasks.sweep").exclude(id="a" * 32)
    assert {task.success for task in Task.objects.all()} == {True}
    assert queued <= Task.objects.count()
    assert {task.func for task in done} == {
        f"campaigns.tasks.{name}" for name in ("bake_presenter", "deliver", "render_one")
    }
    assert Schedule.objects.get().func == "campaigns.tasks.sweep"

    assert postbox.addresses() == ["ben@example.org"]  # Ada's task came again, and Ada has her mail
    states = dict(Delivery.objects.values_list("recipient_name", "state"))
    assert states == {
        "Ada": "sent",
        "Ben": "sent",
        "Cem": "unknown",
        "Dora": "failed",
        "Eli": "suppressed",
        "Ida": "unknown",
        "Max": "sent",
    }
