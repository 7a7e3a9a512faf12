"""A campaign's run: start, progress, cancel, retry. Message rows are the queue; tasks only wake workers."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q
from django_q.brokers import get_broker
from django_q.tasks import async_task

from campaigns.claims import clock, compute_stall_cutoff, create_token
from campaigns.engine import RenderError
from campaigns.history import Verb, record
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress
from campaigns.jobs.queue import enqueue
from campaigns.models import Campaign, Job, Message, Presenter
from campaigns.recipients.content import ContentFiller
from campaigns.recipients.upkeep import sync_messages
from campaigns.runs.bake import enqueue_bake
from campaigns.runs.progress import compute_progress as compute_progress
from campaigns.runs.reading import ShowProgress
from campaigns.runs.turns import list_run_messages, list_runs, list_urgent
from campaigns.scripts import template
from campaigns.states import (
    BakeState,
    CampaignState,
    MoveRefused,
    RenderState,
    move,
    move_one,
)
from campaigns.storage.campaign_voice import (
    choose_campaign_voice,
    find_missing_voice,
)

ATTEMPTS_MAX = 5  # a message that kills its worker this often is put aside
WAKE_UPS_MAX = 64  # each finished message wakes the next worker, so a long queue needs no more
CANCELLED_AT_ONCE = 1000  # messages; of more the queue is emptied behind the page
UNFINISHED = (RenderState.QUEUED, RenderState.RENDERING)


def start(
    campaign: Campaign, user: AbstractBaseUser | None, progress: ShowProgress = lambda *_: None
) -> None:
    """Queue a message for every valid row whose video is missing or out of date. Raises MoveRefused.

    All or nothing; for many rows it takes minutes, so that a page leaves it to `campaigns.runs.start`.
    """
    with transaction.atomic():
        # no_key: rows that only point to the campaign, such as what is watched meanwhile, do not wait.
        stored = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        if stored.archived_at is not None:
            raise MoveRefused("This campaign is in the archive: take it out of there first.")
        move_one(stored, CampaignState.RENDERING, started_at=clock.now(), finished_at=None)
        presenter = require_presenter(stored)
        _sync_messages(stored, progress)
        if user is not None and stored.created_by_id is None:
            stored.created_by_id = user.pk
        stored.filmed_lines = None
        stored.save(update_fields=["slots", "filmed_lines", "created_by"])
        record(user, Verb.RUN_STARTED, campaign=stored)
        transaction.on_commit(lambda: wake_run(stored, presenter))
    campaign.refresh_from_db()


def retry_failed(campaign: Campaign, user: AbstractBaseUser | None = None) -> None:
    """Start again where a message failed: like `start`, with the script as it is now. Raises MoveRefused."""
    if not campaign.messages.filter(render_state=RenderState.FAILED).exists():
        raise MoveRefused("No message failed; there is nothing to try again.")
    start(campaign, user)


def cancel(campaign: Campaign, user: AbstractBaseUser | None = None) -> None:
    """Stop the run; finished messages are kept. Workers notice within a second or two."""
    with transaction.atomic():
        stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
        move_one(stored, CampaignState.CANCELLED, finished_at=clock.now())
        busy = stored.messages.filter(render_state=RenderState.RENDERING)
        move(busy, RenderState.CANCELLED, claimed_by="", stage="")
        if stored.messages.filter(render_state=RenderState.QUEUED)[: CANCELLED_AT_ONCE + 1].count() > (
            CANCELLED_AT_ONCE
        ):
            enqueue(JobKind.CANCEL_RUN, campaign=stored)
        else:
            _cancel_some(stored)
        record(user, Verb.RUN_CANCELLED, campaign=stored)
    campaign.refresh_from_db()


def run_cancel_job(job: Job, progress: JobProgress) -> dict[str, Any]:
    """The work of a job: take what waits of a cancelled run out of the queue, unless it was started again.

    Meanwhile no worker takes any of it, as their campaign is not rendering.
    """
    assert job.campaign is not None
    waiting = job.campaign.messages.filter(render_state=RenderState.QUEUED)
    total, done, some = waiting.count(), 0, -1
    while some:
        with transaction.atomic():
            stored = Campaign.objects.select_for_update(no_key=True).get(pk=job.campaign.pk)
            some = _cancel_some(stored) if stored.state == CampaignState.CANCELLED else 0
        done += some
        progress("emptying the queue", done, total)
    return {"cancelled": done}


def _cancel_some(campaign: Campaign) -> int:
    """Cancel the next waiting messages of a campaign that is held; how many."""
    waiting = campaign.messages.filter(render_state=RenderState.QUEUED).order_by("pk")
    pks = list(waiting.values_list("pk", flat=True)[:CANCELLED_AT_ONCE])
    stored = campaign.messages.filter(pk__in=pks)
    return move(
        stored.filter(render_state=RenderState.QUEUED), RenderState.CANCELLED, claimed_by="", stage=""
    )


def claim_next(
    worker: str = "", *, urgent: bool = True, runs: bool = True, fresh: bool = False
) -> Message | None:
    """The next queued message, now held by ``worker``; None when there is nothing to do.

    ``urgent``: of those that a person waits for; ``runs``: of the runs, in turns. Messages whose worker died
    wait until the others had their turn; ``fresh`` passes over them.
    """
    worker = worker or create_token()
    while (pk := _find_next(urgent, runs, fresh)) is not None:
        now = clock.now()
        if move(
            Message.objects.filter(pk=pk),
            RenderState.RENDERING,
            claimed_by=worker,
            heartbeat_at=now,
            started_at=now,
            attempts=F("attempts") + 1,
            stage="starting",
            done=0,
            total=0,
            failure="",
        ):
            return Message.objects.select_related("campaign__presenter", "recipient").get(pk=pk)
    return None


def _find_next(urgent: bool, runs: bool, fresh: bool) -> int | None:
    """The next message: one that a person waits for; else one of the run that waited longest for a turn."""
    if urgent and (found := list_urgent().values_list("pk", flat=True).first()) is not None:
        return int(found)
    while runs and (turn := list_runs(fresh=fresh).first()) is not None:
        Campaign.objects.filter(pk=turn.pk).update(served_at=clock.now())
        rows = list_run_messages(fresh=fresh).filter(campaign=turn)
        found = rows.order_by("attempts", "recipient__row_number").values_list("pk", flat=True).first()
        if found is not None:  # None: others took the last of it meanwhile, and the next run has its turn
            return int(found)
    return None


def match_claim(message: Message) -> Q:
    """A filter that matches the message only while its claim holds."""
    return Q(pk=message.pk, render_state=RenderState.RENDERING, claimed_by=message.claimed_by)


def sweep_stalled() -> int:
    """Free what dead workers held, settle finished runs and wake workers; returns how many were freed."""
    stalled = Message.objects.filter(
        render_state=RenderState.RENDERING, heartbeat_at__lt=compute_stall_cutoff()
    )
    freed = 0
    for message in stalled:
        unchanged = Message.objects.filter(match_claim(message), heartbeat_at=message.heartbeat_at)
        if message.attempts >= ATTEMPTS_MAX:
            freed += move(
                unchanged,
                RenderState.FAILED,
                claimed_by="",
                failure=f"The worker stopped {message.attempts} times while rendering this video. "
                "Look for a lack of memory in its log, then try again.",
            )
        else:
            freed += move(unchanged, RenderState.QUEUED, claimed_by="", stage="", done=0, total=0)
    for campaign in Campaign.objects.filter(state=CampaignState.RENDERING):
        settle(campaign)
    wake_workers()
    return freed


def settle(campaign: Campaign) -> None:
    """End the run when no message is open; safe to call at any time by any number of workers."""
    with transaction.atomic():
        stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
        if (
            stored.state != CampaignState.RENDERING
            or stored.messages.filter(render_state__in=UNFINISHED).exists()
        ):
            return
        failed = stored.messages.filter(render_state=RenderState.FAILED).exists()
        ended = CampaignState.RENDERED_WITH_FAILURES if failed else CampaignState.RENDERED
        move_one(stored, ended, finished_at=clock.now())


def wake_workers(most: int = WAKE_UPS_MAX) -> None:
    """Enqueue wake-ups for queued messages. One too many costs nothing; one too few waits for a sweep."""
    wanted = Q(campaign__state=CampaignState.RENDERING) | Q(urgency__gt=0)
    waiting = Message.objects.filter(
        wanted, render_state=RenderState.QUEUED, campaign__presenter__bake_state=BakeState.READY
    ).count()
    awake = get_broker("render").queue_size() if waiting else 0
    for _ in range(min(waiting, most) - awake):
        async_task("campaigns.tasks.render_one", cluster="render", task_name="render messages")


def wake_run(campaign: Campaign, presenter: Presenter) -> None:
    settle(campaign)  # everything may be ready already
    wake_workers()
    if presenter.bake_state == BakeState.WAITING:
        enqueue_bake(presenter)


def require_presenter(campaign: Campaign) -> Presenter:
    presenter = campaign.presenter
    if presenter is None:
        raise MoveRefused("Choose a presenter first.")
    if presenter.consent_revoked_at is not None:
        raise MoveRefused(f"{presenter} has withdrawn the consent. Choose another presenter.")
    if not presenter.has_consent:
        raise MoveRefused(f"Record the consent of {presenter} first, on the presenter's page.")
    if presenter.bake_state == BakeState.FAILED:
        raise MoveRefused(f"The take of {presenter} could not be prepared: {presenter.failure}")
    missing_voice = find_missing_voice(campaign)
    if missing_voice and presenter.bake_state == BakeState.READY:
        raise MoveRefused(missing_voice)
    return presenter


def _sync_messages(campaign: Campaign, progress: ShowProgress) -> None:
    """One message per valid row, filled with the script as it is now; what is ready and unchanged stays."""
    try:
        template.check(campaign.script)
        choose_campaign_voice(campaign)
        rows = sync_messages(campaign, ContentFiller(campaign), progress)
    except template.ScriptError as error:
        raise MoveRefused(str(error)) from error
    except RenderError as error:
        raise MoveRefused(error.message) from error
    if not rows:
        raise MoveRefused("There is no valid row to make a video for. Upload a spreadsheet with recipients.")
