"""A take becomes a presenter: queued, claimed by one worker, kept, or failed with its reason."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from campaigns import rendering
from campaigns.claims import Claim, Heartbeat, new_token, stalled_before
from campaigns.files import keep, local_path
from campaigns.models import Presenter
from campaigns.states import BakeState, MoveRefused, move

logger = logging.getLogger(__name__)


def start_bake(presenter: Presenter) -> None:
    """Queue the preparation, also again. Raises MoveRefused while one is going on."""
    with transaction.atomic():
        stored = Presenter.objects.select_for_update().get(pk=presenter.pk)
        if stored.bake_state == BakeState.BAKING:
            raise MoveRefused("This take is being prepared already. Wait until it is ready.")
        move(Presenter.objects.filter(pk=stored.pk), BakeState.WAITING)
        stored.failure, stored.stage, stored.done, stored.total = "", "waiting for a worker", 0, 0
        stored.save(update_fields=["failure", "stage", "done", "total"])
        transaction.on_commit(lambda: wake(stored))
    presenter.refresh_from_db()


def wake(presenter: Presenter) -> None:
    """Tell a render worker that there is a take to prepare."""
    async_task(
        "campaigns.tasks.bake_presenter", presenter.pk, cluster="render", task_name=f"bake {presenter.pk}"
    )


def bake_claimed(presenter_id: int) -> None:
    """Claim and prepare one presenter; does nothing when another worker has it."""
    token = new_token()
    claimed = Presenter.objects.filter(pk=presenter_id, bake_state=BakeState.BAKING, claimed_by=token)
    now = timezone.now()
    waiting = Presenter.objects.filter(pk=presenter_id)
    if not move(waiting, BakeState.BAKING, claimed_by=token, heartbeat_at=now, started_at=now, failure=""):
        return
    presenter = Presenter.objects.get(pk=presenter_id)
    try:
        with Heartbeat(claimed) as heartbeat, tempfile.TemporaryDirectory(prefix="byname-bake-") as folder:
            _bake(presenter, Path(folder), heartbeat)
            _finish(presenter, token)
    except rendering.Cancelled:
        logger.info("The claim on presenter %s was lost; another worker goes on.", presenter_id)
    except rendering.RenderError as error:
        move(claimed, BakeState.FAILED, failure=error.message, claimed_by="")
    except Exception as error:
        logger.exception("Presenter %s could not be prepared", presenter_id)
        move(claimed, BakeState.FAILED, failure=unexpected(error), claimed_by="")


def sweep_stalled_bakes() -> int:
    """Free the takes whose worker died; returns how many."""
    stalled = Presenter.objects.filter(bake_state=BakeState.BAKING, heartbeat_at__lt=stalled_before())
    freed = 0
    for presenter in stalled:
        held = Presenter.objects.filter(
            pk=presenter.pk, claimed_by=presenter.claimed_by, bake_state=BakeState.BAKING
        )
        if move(held.filter(heartbeat_at=presenter.heartbeat_at), BakeState.WAITING, claimed_by=""):
            wake(presenter)
            freed += 1
    return freed


def unexpected(error: Exception) -> str:
    """What a person is told of a fault that is ours."""
    detail = " ".join(str(error).split())[:300]
    return (
        f"Something unexpected went wrong ({type(error).__name__}: {detail}). "
        "Try again; the log has the details."
    )


def _bake(presenter: Presenter, folder: Path, heartbeat: Claim) -> None:
    take = local_path(presenter.take)
    presenter.facts = rendering.take_facts(take)
    presenter.take_sha256 = presenter.facts["sha256"]
    rendering.write_take_poster(take, folder / "poster.jpg")
    rendering.bake(take, folder / "presenter.safetensors", heartbeat)
    presenter.poster.name = keep(presenter.poster, folder / "poster.jpg", "poster.jpg")
    presenter.bake.name = keep(presenter.bake, folder / "presenter.safetensors", "presenter.safetensors")


def _finish(presenter: Presenter, token: str) -> None:
    held = Presenter.objects.filter(pk=presenter.pk, bake_state=BakeState.BAKING, claimed_by=token)
    move(
        held,
        BakeState.READY,
        facts=presenter.facts,
        take_sha256=presenter.take_sha256,
        poster=presenter.poster.name,
        bake=presenter.bake.name,
        stage="",
        claimed_by="",
    )
