"""Real workers, killed in the middle of real work: the campaign still ends complete, nothing twice."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection

from campaigns import rendering, running, tasks
from campaigns.baking import start_bake
from campaigns.children import Children, start_cluster
from campaigns.models import Campaign, Presenter
from campaigns.states import BakeState, CampaignState, RenderState
from tests import cast, presenters
from tests.presenters import Baked

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PATIENCE_S = 240


def until(true: Callable[[], bool], what: str) -> None:
    """Look again and again, sweeping as the schedule does; give up with what was waited for."""
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, f"waited {PATIENCE_S} s for {what}"
        tasks.sweep()
        time.sleep(0.05)


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    with Children(tmp_path / "log") as started:
        yield started


@pytest.fixture
def readied() -> Iterator[Callable[[], list[int]]]:
    """The database itself notes each time a message becomes ready."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TABLE became_ready (message_id bigint);
            CREATE FUNCTION note_ready() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO became_ready VALUES (NEW.id); RETURN NEW; END $$;
            CREATE TRIGGER note_ready AFTER UPDATE ON campaigns_message FOR EACH ROW
                WHEN (OLD.render_state <> 'ready' AND NEW.render_state = 'ready')
                EXECUTE FUNCTION note_ready();
            """
        )

    def noted() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT message_id FROM became_ready ORDER BY 1")
            return [row[0] for row in cursor.fetchall()]

    yield noted
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TRIGGER note_ready ON campaigns_message; DROP FUNCTION note_ready; DROP TABLE became_ready"
        )


def environment() -> dict[str, str]:
    """The test's own database and folders, for a process of its own."""
    database = connection.settings_dict
    user, password = quote(database["USER"]), quote(database["PASSWORD"])
    host, port = quote(database["HOST"], safe=""), database["PORT"]
    return {
        "DATABASE_URL": f"postgresql://{user}:{password}@/{database['NAME']}?host={host}"
        + (f"&port={port}" if port else ""),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "RENDER_CACHE_DIR": str(settings.RENDER_CACHE_DIR),
        "RENDER_STALLED_AFTER_S": "3",
        "BAKE_SECONDS": "2",
        "OMP_NUM_THREADS": "1",
    }


def stop_dead(pid: int) -> None:
    os.killpg(pid, signal.SIGKILL)


def test_a_campaign_ends_complete_though_its_workers_are_killed(
    baked: Baked,
    alice: User,
    children: Children,
    readied: Callable[[], list[int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "RENDER_STALLED_AFTER_S", 3)
    campaign = cast.campaign(alice, presenters.stored(baked))
    Campaign.objects.filter(pk=campaign.pk).update(voice_engine="pyttsx3")
    running.start(campaign, alice)

    pid = start_cluster(children, "render", environment())
    until(lambda: campaign.messages.filter(render_state=RenderState.RENDERING).exists(), "the first claim")
    stop_dead(pid)
    pid = start_cluster(children, "render", environment())
    until(
        lambda: (
            campaign.messages.filter(render_state=RenderState.RENDERING, done__gt=0).exists()
            or campaign.messages.filter(render_state=RenderState.READY).exists()
        ),
        "a message half made",
    )
    stop_dead(pid)
    start_cluster(children, "render", environment())
    until(lambda: Campaign.objects.get(pk=campaign.pk).state != CampaignState.RENDERING, "the end of the run")

    campaign.refresh_from_db()
    messages = list(campaign.messages.all())
    assert {message.failure for message in messages} == {""}
    assert campaign.state == CampaignState.RENDERED
    assert readied() == sorted(message.pk for message in messages)  # each exactly once
    for message in messages:
        videos = list(Path(message.video.path).parent.glob("*.mp4"))
        assert videos == [Path(message.video.path)]
        assert rendering.video_facts(videos[0]).duration_s == pytest.approx(message.video_seconds, abs=0.1)


def test_a_worker_prepares_an_uploaded_take(baked: Baked, children: Children) -> None:
    presenter = presenters.stored(baked)
    Presenter.objects.filter(pk=presenter.pk).update(bake_state=BakeState.WAITING, bake="")
    start_bake(presenter)
    start_cluster(children, "render", environment())
    until(
        lambda: Presenter.objects.get(pk=presenter.pk).bake_state in (BakeState.READY, BakeState.FAILED),
        "the presenter",
    )
    presenter.refresh_from_db()
    assert presenter.failure == ""
    assert Path(presenter.bake.path).stat().st_size > 0
    assert Path(presenter.poster.path).read_bytes()[:2] == b"\xff\xd8"
