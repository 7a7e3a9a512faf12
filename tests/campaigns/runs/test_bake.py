"""A take is claimed by one worker, and an unusable one says why; real clips, real probing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files import File
from django.utils import timezone
from django_q.models import OrmQ
from django_q.tasks import async_task

from campaigns import engine
from campaigns.models import Presenter
from campaigns.runs import bake
from campaigns.states import BakeState, MoveRefused
from tests import takes

pytestmark = pytest.mark.django_db(transaction=True)


def upload(path: Path) -> Presenter:
    made = Presenter(name="Nora", consent_at=timezone.now())
    with path.open("rb") as file:
        made.take.save(path.name, File(file), save=False)
    made.save()
    return made


def test_an_unusable_take_fails_with_its_reason(tmp_path: Path) -> None:
    presenter = upload(takes.too_short(tmp_path / "short.mp4"))
    bake.start_bake(presenter)
    assert OrmQ.objects.get().key == "render"
    bake.claim_and_bake(presenter.pk)
    presenter.refresh_from_db()
    assert presenter.bake_state == BakeState.FAILED
    assert "5 s" in presenter.failure or "5 seconds" in presenter.failure
    assert not presenter.bake


def test_a_failed_take_can_be_tried_again_but_not_while_it_is_baking(tmp_path: Path) -> None:
    presenter = upload(takes.too_short(tmp_path / "short.mp4"))
    Presenter.objects.filter(pk=presenter.pk).update(bake_state=BakeState.FAILED, failure="no face")
    bake.start_bake(presenter)
    assert (presenter.bake_state, presenter.failure) == (BakeState.WAITING, "")
    Presenter.objects.filter(pk=presenter.pk).update(bake_state=BakeState.BAKING)
    with pytest.raises(MoveRefused, match="being prepared already"):
        bake.start_bake(presenter)


def test_a_take_that_another_worker_holds_is_left_alone(presenter: Presenter) -> None:
    Presenter.objects.filter(pk=presenter.pk).update(bake_state=BakeState.BAKING, claimed_by="another")
    bake.claim_and_bake(presenter.pk)
    presenter.refresh_from_db()
    assert (presenter.bake_state, presenter.claimed_by) == (BakeState.BAKING, "another")


def test_a_take_whose_task_was_lost_is_queued_again_once(presenter: Presenter) -> None:
    Presenter.objects.filter(pk=presenter.pk).update(bake_state=BakeState.WAITING)
    OrmQ.objects.all().delete()
    assert [bake.sweep_stalled_bakes() for _ in range(2)] == [0, 0]
    assert OrmQ.objects.filter(key="render").count() == 1


def test_a_take_whose_task_a_killed_worker_took_is_queued_again_though_others_wait(
    presenter: Presenter,
) -> None:
    """The queue holds such a task back for as long as a render may take: four hours."""
    Presenter.objects.filter(pk=presenter.pk).update(bake_state=BakeState.WAITING, started_at=timezone.now())
    bake.enqueue_bake(presenter)
    OrmQ.objects.update(lock=timezone.now() + timedelta(hours=4))
    async_task("campaigns.tasks.render_one", cluster="render")
    assert [bake.sweep_stalled_bakes() for _ in range(3)] == [0, 0, 0]
    assert OrmQ.objects.filter(key="render", lock__lte=timezone.now()).count() == 2


def test_a_dead_workers_take_waits_again(presenter: Presenter) -> None:
    long_ago = timezone.now() - timedelta(seconds=settings.RENDER_STALLED_AFTER_S + 1)
    Presenter.objects.filter(pk=presenter.pk).update(
        bake_state=BakeState.BAKING, claimed_by="dead", heartbeat_at=long_ago
    )
    assert bake.sweep_stalled_bakes() == 1
    presenter.refresh_from_db()
    assert (presenter.bake_state, presenter.claimed_by) == (BakeState.WAITING, "")
    assert OrmQ.objects.filter(key="render").count() == 1


@pytest.mark.slow
def test_what_a_take_lacks_is_stored_with_its_facts(tmp_path: Path, settings: Any) -> None:
    settings.BAKE_SECONDS = 1
    presenter = upload(takes.good(tmp_path / "good.mp4"))
    bake.claim_and_bake(presenter.pk)
    presenter.refresh_from_db()
    assert (presenter.bake_state, presenter.failure) == (BakeState.READY, "")
    assert "The take is short (7 s)" in presenter.facts["problems"][0]
    heard = engine.find_voice_like(takes.good(tmp_path / "same.mp4"))
    assert (presenter.voice_engine, presenter.voice) == (engine.get_default_voice() if heard else "", heard)
