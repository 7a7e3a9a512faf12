"""A campaign's run: start, progress, cancel, retry. Message rows are the queue; tasks only wake workers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.tasks import async_task

from campaigns.claims import compute_stall_cutoff, create_token
from campaigns.engine import RenderError
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress
from campaigns.jobs.queue import enqueue
from campaigns.models import Campaign, Job, Message, Presenter, Recipient
from campaigns.pronunciations.speaker import Speaker, load_speaker
from campaigns.recipients.name_columns import find_row_pronunciations
from campaigns.recipients.sheet_import import find_unread_lines
from campaigns.recordings.line_recordings import find_recorded_texts, mark_recorded
from campaigns.runs.bake import enqueue_bake
from campaigns.runs.progress import compute_progress as compute_progress
from campaigns.runs.reading import ShowProgress
from campaigns.scripts import template
from campaigns.sheets.spreadsheet import Row
from campaigns.states import (
    BakeState,
    CampaignState,
    MoveRefused,
    RenderState,
    ReviewState,
    RowVerdict,
    move,
    move_one,
)
from campaigns.storage.campaign_voice import (
    choose_campaign_voice,
    describe_campaign_voice,
    find_missing_voice,
)

ATTEMPTS_MAX = 5  # a message that kills its worker this often is put aside
WAKE_UPS_MAX = 64  # each finished message wakes the next worker, so a long queue needs no more
ROWS_AT_ONCE = 1000
CANCELLED_AT_ONCE = 1000  # messages; of more the queue is emptied behind the page
QUEUED_FIELDS = [
    "lines", "made_with", "failure", "failure_permanent", "attempts", "done", "total", "stage", "claimed_by",
    "approved_hash",
]  # fmt: skip
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
        move_one(stored, CampaignState.RENDERING, started_at=timezone.now(), finished_at=None)
        presenter = require_presenter(stored)
        _sync_messages(stored, progress)
        if user is not None and stored.created_by_id is None:
            stored.created_by_id = user.pk
        stored.filmed_lines = None
        stored.save(update_fields=["slots", "filmed_lines", "created_by"])
        transaction.on_commit(lambda: _wake_run(stored, presenter))
    campaign.refresh_from_db()


def retry_failed(campaign: Campaign) -> None:
    """Start again where a message failed: like `start`, with the script as it is now. Raises MoveRefused."""
    if not campaign.messages.filter(render_state=RenderState.FAILED).exists():
        raise MoveRefused("No message failed; there is nothing to try again.")
    start(campaign, None)


def cancel(campaign: Campaign) -> None:
    """Stop the run; finished messages are kept. Workers notice within a second or two."""
    with transaction.atomic():
        stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
        move_one(stored, CampaignState.CANCELLED, finished_at=timezone.now())
        busy = stored.messages.filter(render_state=RenderState.RENDERING)
        move(busy, RenderState.CANCELLED, claimed_by="", stage="")
        if stored.messages.filter(render_state=RenderState.QUEUED)[: CANCELLED_AT_ONCE + 1].count() > (
            CANCELLED_AT_ONCE
        ):
            enqueue(JobKind.CANCEL_RUN, campaign=stored)
        else:
            _cancel_some(stored)
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


def claim_next(worker: str = "", *, fresh: bool = False) -> Message | None:
    """The next queued message, now held by ``worker``; None when there is nothing to do.

    Messages whose worker died wait until the others had their turn; ``fresh`` passes over them.
    """
    worker = worker or create_token()
    queued = Message.objects.filter(
        render_state=RenderState.QUEUED,
        campaign__state=CampaignState.RENDERING,
        campaign__presenter__bake_state=BakeState.READY,
    ).order_by("campaign__started_at", "campaign_id", "attempts", "recipient__row_number")
    if fresh:
        queued = queued.filter(attempts=0)
    while (pk := queued.values_list("pk", flat=True).first()) is not None:
        now = timezone.now()
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
        move_one(stored, ended, finished_at=timezone.now())


def wake_workers(most: int = WAKE_UPS_MAX) -> None:
    """Enqueue wake-ups for queued messages. One too many costs nothing; one too few waits for a sweep."""
    waiting = Message.objects.filter(
        render_state=RenderState.QUEUED,
        campaign__state=CampaignState.RENDERING,
        campaign__presenter__bake_state=BakeState.READY,
    ).count()
    awake = get_broker("render").queue_size() if waiting else 0
    for _ in range(min(waiting, most) - awake):
        async_task("campaigns.tasks.render_one", cluster="render", task_name="render messages")


def _wake_run(campaign: Campaign, presenter: Presenter) -> None:
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
    except template.ScriptError as error:
        raise MoveRefused(str(error)) from error
    rows = campaign.recipients.filter(verdict=RowVerdict.VALID, removed_at=None)
    total, done, needed = rows.count(), 0, set[str]()
    if not total:
        raise MoveRefused("There is no valid row to make a video for. Upload a spreadsheet with recipients.")
    campaign.messages.exclude(recipient__verdict=RowVerdict.VALID).delete()
    speaker, recorded = _require_speaker(campaign), find_recorded_texts(campaign)
    for some in _read_in_chunks(rows):
        outdated = []
        for row in some:
            lines, failure = _fill_lines(campaign.script, row, speaker)
            needed |= {line["id"] for line in lines}
            outdated += _update_message(campaign, speaker, row, mark_recorded(lines, recorded), failure)
        _queue(campaign, outdated)
        done += len(some)
        progress("writing the messages", done, total)
    if campaign.slots is not None and not needed <= _read_slot_ids(campaign.slots):
        campaign.slots = None


def _read_in_chunks(rows: QuerySet[Recipient]) -> Iterator[list[Recipient]]:
    """All rows in their order, some at a time, each with its message where it has one."""
    last = 0
    ordered = rows.select_related("message").order_by("pk")
    while some := list(ordered.filter(pk__gt=last)[:ROWS_AT_ONCE]):
        yield some
        last = some[-1].pk


def _update_message(
    campaign: Campaign, speaker: Speaker, row: Recipient, lines: list[dict[str, str]], failure: str
) -> list[Message]:
    """The row's message with what it says now; none where its video says so already."""
    made_with = _describe_speaking(campaign, speaker, row, lines)
    message = getattr(row, "message", None) or Message(campaign=campaign, recipient=row)
    if message.made_with and _list_who_speaks(message.made_with) != _list_who_speaks(made_with):
        campaign.slots = None  # planned for another take or another voice
    unwanted = _shows_filmed_lines(message) and not campaign.use_filmed_lines
    made = message.render_state == RenderState.READY and not unwanted
    if made and _is_up_to_date(message, lines, made_with):
        return []
    message.lines, message.made_with = lines, made_with
    message.failure, message.failure_permanent = failure, bool(failure)
    return [message]


def _shows_filmed_lines(message: Message) -> bool:
    return any(line.get("source") == "filmed" for line in message.segments)


def _require_speaker(campaign: Campaign) -> Speaker:
    try:
        choose_campaign_voice(campaign)
    except RenderError as error:
        raise MoveRefused(error.message) from error
    return load_speaker(campaign)


def _fill_lines(script: str, row: Recipient, speaker: Speaker) -> tuple[list[dict[str, str]], str]:
    """What the row's message says, or none and why it cannot. MoveRefused for a fault of everybody."""
    try:
        lines = template.fill(script, row.values)
    except template.ScriptError as error:
        if error.concerns_everybody:
            raise MoveRefused(str(error)) from error
        return [], f"Row {row.row_number}: {error}"
    filled = [{"id": line.id, "text": line.text} for line in lines]
    unread = find_unread_lines(Row(row.row_number, row.values), script, lines, speaker)
    return filled, f"Row {row.row_number}: {unread[0].message}" if unread else ""


def _describe_speaking(
    campaign: Campaign, speaker: Speaker, row: Recipient, lines: list[dict[str, str]]
) -> dict[str, Any]:
    """Who says a message's lines and how words of them are said: other values make another video."""
    known = speaker.select([line["text"] for line in lines], find_row_pronunciations(row.values))
    return {
        "presenter": campaign.presenter_id,
        "voice": describe_campaign_voice(campaign),
        "pronunciations": [asdict(one) for one in known],
    }


def _list_who_speaks(made_with: Mapping[str, Any]) -> list[Any]:
    return [made_with["presenter"], made_with["voice"]]


def _is_up_to_date(message: Message, lines: list[dict[str, str]], made_with: dict[str, Any]) -> bool:
    """Whether a finished video says these lines in this way."""
    same = message.made_with == made_with if message.made_with else not made_with["pronunciations"]
    return same and message.lines == lines and bool(message.video)


def _queue(campaign: Campaign, messages: list[Message]) -> None:
    """Store these messages as work to do, undecided; those that failed before they began fail at once."""
    for message in messages:
        message.attempts = message.done = message.total = 0
        message.stage = message.claimed_by = message.approved_hash = ""
    new = [message for message in messages if message.pk is None]
    changed = [message for message in messages if message.pk is not None]
    Message.objects.bulk_create(new)
    # An upsert of rows that are there: one statement, where bulk_update builds a CASE for each column.
    Message.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["id"], update_fields=QUEUED_FIELDS
    )
    stored = campaign.messages.filter(pk__in=[message.pk for message in messages])
    move(stored, RenderState.QUEUED)
    move(stored, ReviewState.PENDING)
    move(stored.exclude(failure=""), RenderState.FAILED)


def _read_slot_ids(slots: object) -> set[str]:
    """Read the line ids of the stored slots."""
    plain = json.loads(slots) if isinstance(slots, str) else slots
    return set(plain.get("line_ids", ())) if isinstance(plain, dict) else set()
