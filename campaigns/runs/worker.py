"""The render worker: claim messages, plan slots once, render together, store results or failures."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from campaigns import engine
from campaigns.claims import Heartbeats, clock
from campaigns.models import Campaign, Message, Presenter
from campaigns.pictures.posters import find_moment_s, name_poster
from campaigns.pictures.previews import make_preview
from campaigns.recipients.content import NOTED, describe_making, is_made_otherwise
from campaigns.recipients.row_speaker import read_locales
from campaigns.recordings.line_recordings import load_recorded
from campaigns.recordings.stored_recordings import load_row_recorded
from campaigns.review.risk import compute_risk
from campaigns.revisions import (
    FILES,
    approve_published,
    delete_folder,
    delete_unused_files,
    find_platform_poster,
)
from campaigns.runs.bake import describe_unexpected
from campaigns.runs.filmed_lines import load_or_find_filmed_lines
from campaigns.runs.lifecycle import claim_next, match_claim, settle
from campaigns.states import RenderState, ReviewState, move
from campaigns.storage.campaign_voice import choose_campaign_voice
from campaigns.storage.files import get_local_path, store_file
from campaigns.storage.parts import keep_parts

logger = logging.getLogger(__name__)

QUEUE_SHARES = 4  # one task takes at most this part of the queue


def claim_and_render(*, urgent_only: bool = False) -> list[Message]:
    """Claim the next messages and render them together; none when nothing waits.

    ``urgent_only``: only what a person waits for. Never raises for a message's own fault, and no message's
    fault touches another one.
    """
    messages = _claim_batch(urgent_only)
    with Heartbeats() as beats, tempfile.TemporaryDirectory(prefix="byname-messages-") as folder:
        claims = {message: beats.add(Message.objects.filter(match_claim(message))) for message in messages}
        for message, outcome in _render_claimed(claims, Path(folder)):
            _store_outcome(message, outcome)
            beats.remove(claims[message])
    return messages


def _render_claimed(
    claims: Mapping[Message, engine.Progress], folder: Path
) -> Iterator[tuple[Message, engine.MessageResult | Exception]]:
    """Every message once, as soon as it is finished or has failed."""
    jobs: dict[engine.MessageJob, Message] = {}
    for message, claim in claims.items():
        try:
            jobs[_build_job(message, folder, claim)] = message
        except Exception as error:
            yield message, error
    open_ = set(jobs.values())
    try:
        for job, outcome in engine.render_messages(list(jobs)):
            open_.remove(jobs[job])
            yield jobs[job], outcome
    except Exception as error:  # a fault of ours that belongs to none of them
        yield from ((message, error) for message in open_)


def _claim_batch(urgent_only: bool = False) -> list[Message]:
    """As many as one task takes: a share of what waits, so that other workers have theirs.

    A message whose worker died is taken alone: it may be the one that kills them. What a person waits for is
    taken alone, too: it is never drawn behind others.
    """
    first = claim_next(runs=not urgent_only)
    if first is None:
        return []
    messages = [first]
    if first.attempts == 1 and not first.urgency:
        waiting = Message.objects.filter(render_state=RenderState.QUEUED).count()
        while len(messages) < min(settings.RENDER_BATCH_MESSAGES, waiting // QUEUE_SHARES):
            another = claim_next(urgent=False, fresh=True)
            if another is None:
                break
            messages.append(another)
    return messages


def _store_outcome(message: Message, outcome: engine.MessageResult | Exception) -> None:
    """Store the result of a message, or the reason of its failure."""
    claimed = Message.objects.filter(match_claim(message))
    try:
        if isinstance(outcome, Exception):
            raise outcome
        _store_result(message, outcome)
    except engine.Cancelled:
        logger.info("The claim on message %s was cancelled or lost.", message.pk)
        if not Message.objects.filter(pk=message.pk).exists():  # deleted or erased meanwhile: no file stays
            delete_folder(f"campaigns/{message.campaign.public_id}/messages/{message.public_id}")
    except engine.RenderError as error:
        move(claimed, RenderState.FAILED, failure=error.message, failure_permanent=error.permanent, urgency=0)
    except Exception as error:
        logger.exception("Message %s could not be rendered", message.pk)
        failure = describe_unexpected(error)
        move(claimed, RenderState.FAILED, failure=failure, failure_permanent=False, urgency=0)
    settle(message.campaign)


def _build_job(message: Message, folder: Path, progress: engine.Progress) -> engine.MessageJob:
    campaign = message.campaign
    presenter = campaign.presenter
    if presenter is None:
        raise engine.RenderError(
            "The campaign has no presenter any more. Choose one and start the run again."
        )
    _require_consent(message)
    if message.urgency and is_made_otherwise(campaign, message.made_with):
        raise engine.RenderError("The presenter or the voice changed since this was asked for. Ask again.")
    take = get_local_path(presenter.take)
    filmed = load_or_find_filmed_lines(campaign, take, progress)
    known = _read_pronunciations(message.made_with)
    return engine.MessageJob(
        tuple(_to_pairs(message.lines)),
        get_local_path(presenter.bake),
        take,
        _load_or_plan_slots(campaign, take, filmed, progress).move_on(message.stretch),
        folder / str(message.pk),
        engine.EngineConfig(voice=choose_campaign_voice(campaign)),
        pronunciations=known,
        filmed=filmed,
        locales=read_locales(message.lines),
        recorded=load_recorded(campaign, message.lines) | load_row_recorded(campaign, message.lines, known),
        progress=progress,
        tell_parts=keep_parts(message),
    )


def _require_consent(message: Message) -> None:
    """Of the presenter whom the campaign has now, and of the one whom this message is made with."""
    keys = {message.campaign.presenter_id, message.made_with.get("presenter")}
    for presenter in Presenter.objects.filter(pk__in=keys - {None}):
        if not presenter.has_consent:
            raise engine.RenderError(f"{presenter} has withdrawn the consent, so no video is made.")


def _load_or_plan_slots(
    campaign: Campaign, take: Path, filmed: Sequence[engine.FilmedLine], progress: engine.Progress
) -> engine.Slots:
    """The campaign's slots, planned by the first worker that needs them; twice gives the same."""
    campaign.refresh_from_db(fields=["slots"])
    if campaign.slots is None:
        messages = list(_find_planned(campaign).values_list("lines", "made_with"))
        planned = engine.plan_slots(
            [_to_pairs(lines) for lines, _ in messages],
            take,
            choose_campaign_voice(campaign),
            progress,
            known=[_read_pronunciations(made_with) for _, made_with in messages],
            filmed=filmed,
        )
        Campaign.objects.filter(pk=campaign.pk, slots__isnull=True).update(slots=planned.to_json())
        campaign.refresh_from_db(fields=["slots"])
        assert campaign.slots is not None
    return engine.Slots.from_json(campaign.slots)


def _find_planned(campaign: Campaign) -> QuerySet[Message]:
    """Messages that say something; not those of people who are gone."""
    return campaign.messages.exclude(lines=[]).exclude(render_state=RenderState.CANCELLED)


def _read_pronunciations(made_with: Mapping[str, Any]) -> tuple[engine.Pronunciation, ...]:
    """How words of a message are said, as its run found them; none for one of an older version."""
    return tuple(engine.Pronunciation(**one) for one in made_with.get("pronunciations", ()))


def _to_pairs(lines: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(line["id"], line["text"]) for line in lines]


def _store_result(message: Message, result: engine.MessageResult) -> None:
    """Files first, then one conditional update: a worker that lost its claim changes nothing."""
    _require_consent(message)  # once more: it may have been revoked meanwhile
    name, facts = result.content_hash[:16], _collect_facts(message, result)
    files = {
        "video": _store_video(message, result.video, f"{name}.mp4"),
        "poster": store_file(message.poster, result.poster, name_poster(result.content_hash, None)),
        "captions": store_file(message.captions, result.captions, f"{name}.vtt"),
    }
    files |= _keep_poster(message, result, facts)
    old = [getattr(message, field).name for field in FILES if getattr(message, field)]
    old.append(find_platform_poster(message.video.name))
    with transaction.atomic():
        if not move(Message.objects.filter(match_claim(message)), RenderState.READY, **files, **facts):
            raise engine.Cancelled
        others = Message.objects.filter(pk=message.pk).exclude(approved_hash=result.content_hash)
        move(others, ReviewState.PENDING, approved_hash="")
        approve_published(Message.objects.filter(pk=message.pk))
    delete_unused_files(message, old)
    _draw_preview(message)


def _store_video(message: Message, video: Path, name: str) -> str:
    """Content that is stored already keeps its file: signed anew it would be other bytes, and a browser that
    has half of the first would get half of the second."""
    stored = message.video.name or ""
    if PurePosixPath(stored).name == name and message.video.storage.exists(stored):
        return stored
    return store_file(message.video, video, name)


def _keep_poster(message: Message, result: engine.MessageResult, facts: dict[str, Any]) -> dict[str, Any]:
    """The poster that a person chose of exactly this content, or for every message; {}: the platform's."""
    moment = Campaign.objects.values_list("poster_moment", flat=True).get(pk=message.campaign_id)
    at_s = find_moment_s(moment, facts["segments"], message.made_with)
    name = name_poster(result.content_hash, message.poster_at_s)
    if message.poster_at_s is not None and PurePosixPath(message.poster.name or "").name == name:
        at_s = message.poster_at_s
    if at_s is None:
        return {"poster_at_s": None}
    path = result.poster.with_name("chosen.jpg")
    engine.write_moment(result.video, at_s, path)
    name = name_poster(result.content_hash, at_s)
    return {"poster": store_file(message.poster, path, name), "poster_at_s": at_s}


def _draw_preview(message: Message) -> None:
    """The moving picture of a finished message, where its campaign's mail shows one."""
    ready = Message.objects.select_related("campaign", "recipient")
    stored = ready.filter(pk=message.pk, render_state=RenderState.READY).first()
    if stored is not None and stored.campaign.mail_preview:
        make_preview(stored)


def _collect_facts(message: Message, result: engine.MessageResult) -> dict[str, Any]:
    """What is stored of a finished message beside its files: who is seen and heard as it was rendered,
    whatever was planned."""
    rendered = {name: value for name, value in describe_making(message.campaign).items() if name in NOTED}
    segments = [asdict(segment) for segment in result.segments]
    return {
        "ready_at": clock.now(),
        "made_with": message.made_with | rendered,
        "claimed_by": "",
        "stage": "",
        "urgency": 0,
        "failure": "",
        "failure_permanent": False,
        "content_hash": result.content_hash,
        "video_seconds": result.duration_s,
        "work_seconds": result.work_s,
        "segments": [{"line": shown.pop("line_id"), **shown} for shown in segments],
        "scores": result.scores,
        "flags": list(result.flags),
        "risk": compute_risk(result.scores, result.flags),
    }
