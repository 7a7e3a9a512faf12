"""A campaign's run: start, progress, cancel, retry. Message rows are the queue; tasks only wake workers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, F, Max, Min, Q
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.tasks import async_task

from campaigns.claims import compute_stall_cutoff, create_token
from campaigns.engine import RenderError
from campaigns.history import Verb, record
from campaigns.models import Campaign, Message, Presenter, Recipient
from campaigns.pronunciations.speaker import Speaker, load_speaker
from campaigns.recipients.name_columns import find_row_pronunciations
from campaigns.recipients.sheet_import import find_common_fault, find_unread_lines
from campaigns.recordings.line_recordings import find_recorded_texts, mark_recorded
from campaigns.runs.bake import enqueue_bake
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
PACE_AFTER_MESSAGES = 2
MESSAGES_LOOKED_AT = 1000
LEAST_WORK_LINES = 0.3
_Line = tuple[str, str]  # id, text
UNFINISHED = (RenderState.QUEUED, RenderState.RENDERING)


@dataclass(frozen=True)
class RunProgress:
    """``fraction`` 0..1 counts started messages by their frames; ``eta_s`` is None while nothing is known."""

    total: int
    ready: int
    failed: int
    rendering: int
    queued: int
    stage: str
    fraction: float
    eta_s: float | None


def start(campaign: Campaign, user: AbstractBaseUser | None) -> None:
    """Queue a message for every valid row whose video is missing or out of date. Raises MoveRefused."""
    with transaction.atomic():
        stored = Campaign.objects.select_for_update().get(pk=campaign.pk)
        if stored.archived_at is not None:
            raise MoveRefused("This campaign is in the archive: take it out of there first.")
        move_one(stored, CampaignState.RENDERING, started_at=timezone.now(), finished_at=None)
        presenter = _require_presenter(stored)
        _sync_messages(stored)
        if user is not None and stored.created_by_id is None:
            stored.created_by_id = user.pk
        stored.filmed_lines = None
        stored.save(update_fields=["slots", "filmed_lines", "created_by"])
        record(user, Verb.RUN_STARTED, campaign=stored)
        transaction.on_commit(lambda: _wake_run(stored, presenter))
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
        move_one(stored, CampaignState.CANCELLED, finished_at=timezone.now())
        open_messages = stored.messages.filter(render_state__in=UNFINISHED)
        move(open_messages, RenderState.CANCELLED, claimed_by="", stage="")
        record(user, Verb.RUN_CANCELLED, campaign=stored)
    campaign.refresh_from_db()


def compute_progress(campaign: Campaign) -> RunProgress:
    """How far the run is, from the message rows alone."""
    counts = dict(campaign.messages.values_list("render_state").annotate(Count("pk")).order_by())
    total = sum(counts.values()) - counts.get(RenderState.CANCELLED, 0)
    busy = list(campaign.messages.filter(render_state=RenderState.RENDERING).only("stage", "done", "total"))
    started = sum(message.done / message.total for message in busy if message.total)
    settled = counts.get(RenderState.READY, 0) + counts.get(RenderState.FAILED, 0)
    return RunProgress(
        total=total,
        ready=counts.get(RenderState.READY, 0),
        failed=counts.get(RenderState.FAILED, 0),
        rendering=len(busy),
        queued=counts.get(RenderState.QUEUED, 0),
        stage=_describe_stage(campaign, busy),
        fraction=(settled + started) / total if total else 0.0,
        eta_s=_estimate_seconds_left(campaign, total - settled - started),
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


def _require_presenter(campaign: Campaign) -> Presenter:
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


def _sync_messages(campaign: Campaign) -> None:
    """One message per valid row, filled with the script as it is now; what is ready and unchanged stays."""
    try:
        template.check(campaign.script)
    except template.ScriptError as error:
        raise MoveRefused(str(error)) from error
    rows = list(campaign.recipients.filter(verdict=RowVerdict.VALID).select_related("message"))
    if not rows:
        raise MoveRefused("There is no valid row to make a video for. Upload a spreadsheet with recipients.")
    unknown = find_common_fault(campaign.script, (row.values for row in rows))
    if unknown is not None:
        raise MoveRefused(str(unknown))
    campaign.messages.exclude(recipient__in=rows).delete()
    needed, outdated, recorded = set[str](), list[Message](), find_recorded_texts(campaign)
    speaker = _require_speaker(campaign)
    for row in rows:
        lines, failure = _fill_lines(campaign.script, row, speaker)
        lines = mark_recorded(lines, recorded)
        made_with = _describe_speaking(campaign, speaker, row, lines)
        needed |= {line["id"] for line in lines}
        message = getattr(row, "message", None) or Message(campaign=campaign, recipient=row)
        if message.made_with and _list_who_speaks(message.made_with) != _list_who_speaks(made_with):
            campaign.slots = None  # planned for another take or another voice
        unwanted = _shows_filmed_lines(message) and not campaign.use_filmed_lines
        made = message.render_state == RenderState.READY and not unwanted
        if made and _is_up_to_date(message, lines, made_with):
            continue
        message.lines, message.made_with = lines, made_with
        message.failure, message.failure_permanent = failure, bool(failure)
        outdated.append(message)
    _queue(campaign, outdated)
    if campaign.slots is not None and not needed <= _read_slot_ids(campaign.slots):
        campaign.slots = None


def _shows_filmed_lines(message: Message) -> bool:
    return any(line.get("source") == "filmed" for line in message.segments)


def _require_speaker(campaign: Campaign) -> Speaker:
    try:
        choose_campaign_voice(campaign)
    except RenderError as error:
        raise MoveRefused(error.message) from error
    return load_speaker(campaign)


def _fill_lines(script: str, row: Recipient, speaker: Speaker) -> tuple[list[dict[str, str]], str]:
    """What the row's message says, or none and why it cannot be said."""
    try:
        lines = template.fill(script, row.values)
    except template.ScriptError as error:
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
        message.save()
    stored = campaign.messages.filter(pk__in=[message.pk for message in messages])
    move(stored, RenderState.QUEUED)
    move(stored, ReviewState.PENDING)
    move(stored.exclude(failure=""), RenderState.FAILED)


def _read_slot_ids(slots: object) -> set[str]:
    """Read the line ids of the stored slots."""
    plain = json.loads(slots) if isinstance(slots, str) else slots
    return set(plain.get("line_ids", ())) if isinstance(plain, dict) else set()


def _describe_stage(campaign: Campaign, busy: list[Message]) -> str:
    if campaign.state != CampaignState.RENDERING:
        return ""
    presenter = campaign.presenter
    if presenter is not None and presenter.bake_state != BakeState.READY:
        share = f" {presenter.done / presenter.total:.0%}" if presenter.total else ""
        return f"preparing the presenter: {presenter.stage or 'waiting for a worker'}{share}"
    return next((message.stage for message in busy if message.stage), "waiting for a worker")


def _estimate_seconds_left(campaign: Campaign, messages_left: float) -> float | None:
    """From the pace between finished messages; the first one also paid for what all share."""
    if campaign.state != CampaignState.RENDERING or campaign.started_at is None:
        return None
    finished = campaign.messages.filter(render_state=RenderState.READY, ready_at__gte=campaign.started_at)
    known = finished.aggregate(first=Min("ready_at"), last=Max("ready_at"), count=Count("pk"))
    if known["count"] > PACE_AFTER_MESSAGES:
        return messages_left * (known["last"] - known["first"]).total_seconds() / (known["count"] - 1)
    return _estimate_by_new_lines(campaign, campaign.started_at)


def _estimate_by_new_lines(campaign: Campaign, since: datetime) -> float | None:
    """While no pace is known: the time per line that was new, times the new lines to come."""
    earlier, rendered, waiting = set[_Line](), set[_Line](), set[_Line]()
    begun: list[tuple[set[_Line], float]] = []
    starts: list[datetime] = []
    for message in campaign.messages.exclude(render_state=RenderState.FAILED)[:MESSAGES_LOOKED_AT]:
        lines = {(line["id"], line["text"]) for line in message.lines}
        if message.render_state != RenderState.READY:
            waiting |= lines
        elif message.ready_at and message.ready_at >= since:
            rendered |= lines
        else:
            earlier |= lines
        if message.render_state == RenderState.RENDERING and message.total:
            begun.append((lines, message.done / message.total))
        if message.started_at and message.started_at >= since:
            starts.append(message.started_at)
    partly = sum(share * len(lines - rendered - earlier) for lines, share in begun)
    worked = len(rendered - earlier) + partly
    if worked < LEAST_WORK_LINES or not starts:
        return None
    spent_s = (timezone.now() - min(starts)).total_seconds()
    return spent_s / worked * max(0.0, len(waiting - rendered - earlier) - partly)
