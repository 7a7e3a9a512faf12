"""Real workers, killed in the middle of real work: the campaign still ends complete, nothing twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from campaigns import engine, tasks
from campaigns.demo.child_processes import Children, start_cluster
from campaigns.models import Campaign, Presenter
from campaigns.runs import lifecycle
from campaigns.runs.bake import start_bake
from campaigns.states import BakeState, CampaignState, RenderState
from tests import people, presenters
from tests.presenters import Baked
from tests.waiting import looks

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PATIENCE_S = 240


def until(true: Callable[[], bool], what: str) -> None:
    """Look again and again, sweeping as the schedule does; give up with what was waited for."""
    for _ in looks(PATIENCE_S, what, pause_s=0.05):
        if true():
            return
        tasks.sweep()


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    with Children(tmp_path / "log") as started:
        yield started


def stop_dead(pid: int) -> None:
    os.killpg(pid, signal.SIGKILL)


def test_a_campaign_ends_complete_though_its_workers_are_killed(
    baked: Baked,
    alice: User,
    children: Children,
    ready_log: Callable[[], list[int]],
    worker_environment: dict[str, str],
) -> None:
    campaign = people.campaign(alice, presenters.store_presenter(baked))
    Campaign.objects.filter(pk=campaign.pk).update(voice_engine="pyttsx3")
    lifecycle.start(campaign, alice)

    pid = start_cluster(children, "render", worker_environment)
    until(lambda: campaign.messages.filter(render_state=RenderState.RENDERING).exists(), "the first claim")
    stop_dead(pid)
    pid = start_cluster(children, "render", worker_environment)
    until(
        lambda: (
            campaign.messages.filter(render_state=RenderState.RENDERING, done__gt=0).exists()
            or campaign.messages.filter(render_state=RenderState.READY).exists()
        ),
        "a message half made",
    )
    stop_dead(pid)
    start_cluster(children, "render", worker_environment)
    until(lambda: Campaign.objects.get(pk=campaign.pk).state != CampaignState.RENDERING, "the end of the run")

    campaign.refresh_from_db()
    messages = list(campaign.messages.all())
    assert {message.failure for message in messages} == {""}
    assert campaign.state == CampaignState.RENDERED
    assert ready_log() == sorted(message.pk for message in messages)  # each exactly once
    for message in messages:
        videos = list(Path(message.video.path).parent.glob("*.mp4"))
        assert videos == [Path(message.video.path)]
        assert engine.probe_video(videos[0]).duration_s == pytest.approx(message.video_seconds, abs=0.1)


def test_a_worker_prepares_an_uploaded_take(
    baked: Baked, children: Children, worker_environment: dict[str, str]
) -> None:
    presenter = presenters.store_presenter(baked)
    Presenter.objects.filter(pk=presenter.pk).update(bake_state=BakeState.WAITING, bake="")
    start_bake(presenter)
    start_cluster(children, "render", worker_environment)
    until(
        lambda: Presenter.objects.get(pk=presenter.pk).bake_state in (BakeState.READY, BakeState.FAILED),
        "the presenter",
    )
    presenter.refresh_from_db()
    assert presenter.failure == ""
    assert Path(presenter.bake.path).stat().st_size > 0
    assert Path(presenter.poster.path).read_bytes()[:2] == b"\xff\xd8"
