"""Baking a presenter: queue the take, let one worker claim it, store the bake or the reason of a failure.

The voice like the presenter's is fitted in the same task, after the bake, where the person consented to it.
"""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path

from django.db import transaction
from django.db.models import QuerySet
from django_q.models import OrmQ
from django_q.tasks import async_task

from campaigns import engine
from campaigns.claims import Claim, Heartbeat, clock, compute_stall_cutoff, create_token
from campaigns.models import Presenter
from campaigns.runs.presenter_voice import fit_presenter_voice
from campaigns.runs.turns import list_bakes, list_consenting
from campaigns.states import BakeState, MoveRefused, move
from campaigns.storage.files import get_local_path, store_file

BAKE_TASK = "campaigns.tasks.bake_presenter"
logger = logging.getLogger(__name__)

NO_CONSENT = "No consent is recorded, so the take is not prepared. Record it on the presenter's page."


def start_bake(presenter: Presenter) -> None:
    """Queue the bake, also a second time. Raises MoveRefused while a worker is baking this take, and where
    nobody consented to it."""
    with transaction.atomic():
        stored = Presenter.objects.select_for_update().get(pk=presenter.pk)
        if not stored.has_consent:
            raise MoveRefused(NO_CONSENT)
        if stored.bake_state == BakeState.BAKING:
            raise MoveRefused("This take is being prepared already. Wait until it is ready.")
        move(Presenter.objects.filter(pk=stored.pk), BakeState.WAITING)
        stored.failure, stored.stage, stored.done, stored.total = "", "waiting for a worker", 0, 0
        stored.started_at, stored.asked_at = None, clock.now()  # it goes before mass work again
        stored.bake.name = ""  # what a worker finds here it keeps
        stored.save(update_fields=["failure", "stage", "done", "total", "bake", "started_at", "asked_at"])
        transaction.on_commit(lambda: enqueue_bake(stored))
    presenter.refresh_from_db()


def ask_for_voice(presenter: Presenter) -> None:
    """Queue the fit of a voice where the person consented to it and the take is prepared already.

    A take that is still being prepared gets its voice in the same task. Does nothing where there is one.
    """
    with transaction.atomic():
        row = Presenter.objects.select_for_update().get(pk=presenter.pk)
        if row.has_voice_consent and not row.fitted_voice and row.bake_state == BakeState.READY:
            move(Presenter.objects.filter(pk=row.pk), BakeState.WAITING)
            row.voice_failure, row.stage, row.done, row.total = "", "waiting for a worker", 0, 0
            row.started_at, row.asked_at = None, clock.now()  # a person waits for it as for any bake
            row.save(update_fields=["voice_failure", "stage", "done", "total", "started_at", "asked_at"])
            transaction.on_commit(lambda: enqueue_bake(row))
    presenter.refresh_from_db()


def enqueue_bake(presenter: Presenter) -> None:
    """Queue a task for a render worker: bake this presenter."""
    async_task(BAKE_TASK, presenter.pk, cluster="render", task_name=f"bake {presenter.pk}")


def claim_and_bake(presenter_id: int) -> None:
    """Claim one presenter and bake it. Does nothing when another worker holds it."""
    token = create_token()
    claimed = Presenter.objects.filter(pk=presenter_id, bake_state=BakeState.BAKING, claimed_by=token)
    now = clock.now()
    row = list_consenting().filter(pk=presenter_id)
    if not move(row, BakeState.BAKING, claimed_by=token, heartbeat_at=now, started_at=now, failure=""):
        return
    presenter = Presenter.objects.get(pk=presenter_id)
    try:
        with Heartbeat(claimed) as heartbeat, tempfile.TemporaryDirectory(prefix="byname-bake-") as folder:
            if not presenter.bake:  # kept where a worker died, or only the voice is missing
                _bake(presenter, Path(folder), heartbeat, claimed)
            _fit_voice(presenter, Path(folder), heartbeat, claimed)
            move(claimed, BakeState.READY, stage="", claimed_by="")
    except engine.Cancelled:
        logger.info("The claim on presenter %s was lost; another worker goes on.", presenter_id)
    except engine.RenderError as error:
        move(claimed, BakeState.FAILED, failure=error.message, claimed_by="")
    except Exception as error:
        logger.exception("Presenter %s could not be prepared", presenter_id)
        move(claimed, BakeState.FAILED, failure=describe_unexpected(error), claimed_by="")


def claim_first_bake() -> int | None:
    """Prepare the take that is next; its presenter's key, or None where none waits. See `list_bakes`."""
    found = list_bakes().values_list("pk", flat=True).first()
    if found is not None:
        claim_and_bake(found)
    return found


def sweep_stalled_bakes() -> int:
    """Free the presenters whose worker died, queue those that wait without a task; how many were freed."""
    stalled = Presenter.objects.filter(bake_state=BakeState.BAKING, heartbeat_at__lt=compute_stall_cutoff())
    freed = 0
    for presenter in stalled:
        claimed = Presenter.objects.filter(
            pk=presenter.pk, claimed_by=presenter.claimed_by, bake_state=BakeState.BAKING
        )
        if move(claimed.filter(heartbeat_at=presenter.heartbeat_at), BakeState.WAITING, claimed_by=""):
            enqueue_bake(presenter)
            freed += 1
    queued = _list_queued_bakes()  # a worker that was killed took its task along; one too many does nothing
    for presenter in list_consenting().filter(bake_state=BakeState.WAITING).exclude(pk__in=queued):
        enqueue_bake(presenter)
    return freed


def _list_queued_bakes() -> set[int]:
    """The presenters whose tasks stand in the queue; one that a worker has taken out counts no more."""
    standing = OrmQ.objects.filter(key="render", lock__lte=clock.now())
    tasks = [row.task for row in standing]
    return {task["args"][0] for task in tasks if task.get("func") == BAKE_TASK}


def describe_unexpected(error: Exception) -> str:
    """The sentence for a person about an error that is the program's fault."""
    detail = " ".join(str(error).split())[:300]
    return (
        f"Something unexpected went wrong ({type(error).__name__}: {detail}). "
        "Try again; the log has the details."
    )


def _fit_voice(presenter: Presenter, folder: Path, heartbeat: Claim, claimed: QuerySet[Presenter]) -> None:
    """A voice that could not be fitted leaves the presenter prepared."""
    try:
        fit_presenter_voice(presenter, folder, heartbeat, claimed)
    except engine.Cancelled:
        raise
    except Exception as error:
        logger.exception("No voice could be fitted for presenter %s", presenter.pk)
        claimed.update(voice_failure=describe_unexpected(error))


def _bake(presenter: Presenter, folder: Path, heartbeat: Claim, claimed: QuerySet[Presenter]) -> None:
    def tell(problems: tuple[str, ...]) -> None:
        presenter.facts["problems"] = list(problems)
        claimed.update(facts=presenter.facts)  # the page shows them while the mouth is being learned

    take, begun = get_local_path(presenter.take), time.monotonic()
    presenter.facts = engine.probe_take(take) | engine.measure_take_voice(take)
    presenter.take_sha256 = presenter.facts["sha256"]
    engine.write_take_poster(take, folder / "poster.jpg")
    engine.bake(take, folder / "presenter.safetensors", heartbeat, tell)
    if not claimed.exists():  # revoked meanwhile: nothing is stored
        raise engine.Cancelled
    presenter.poster.name = store_file(presenter.poster, folder / "poster.jpg", "poster.jpg")
    presenter.bake.name = store_file(
        presenter.bake, folder / "presenter.safetensors", "presenter.safetensors"
    )
    # Whoever chose a voice before keeps it; new campaigns of the others begin with the nearest one.
    voice = engine.find_voice_like(take)
    if voice:
        claimed.filter(voice_engine="").update(voice_engine=engine.get_default_voice(), voice=voice)
    presenter.facts["work_s"] = round(time.monotonic() - begun, 1)
    claimed.update(
        facts=presenter.facts,
        take_sha256=presenter.take_sha256,
        poster=presenter.poster.name,
        bake=presenter.bake.name,
    )
