"""One video made again while a person waits for it: after a name, a cell or the script was corrected."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F

from campaigns.claims import clock
from campaigns.history import Verb, record
from campaigns.models import Campaign, Message
from campaigns.runs.lifecycle import require_presenter, wake_run
from campaigns.runs.sample import AGAIN_URGENCY, refresh_rows
from campaigns.states import MoveRefused, RenderState, ReviewState, RowVerdict, move

SAME = (
    "It would become the same video, because nothing that it is made of has changed. "
    "Correct the name, the cell or the script first."
)
APPROVED = "This video is approved. Reject it first, so that its link does not go on showing it."
FILMED = (
    "Lines of this video are shown as they were filmed, and the others follow them: it has no other place in "
    "the take. Another take of this presenter, or another line, gives another mouth."
)
NOT_MADE = "This video is not made yet, or is being made again. Wait for it, and look at it first."
NO_VIDEO = "This person gets no video: the row was removed or has problems. Correct it first."


def render_elsewhere(message: Message, user: AbstractBaseUser) -> None:
    """Make a video whose mouth looks wrong once more, with the same words over another stretch of the take.

    Lines that it shares with others are made for it alone. Raises MoveRefused.
    """
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update(no_key=True).get(pk=message.campaign_id)
        presenter = require_presenter(campaign)
        stored = (
            Message.objects.select_for_update(of=("self",)).select_related("recipient").get(pk=message.pk)
        )
        _refuse_elsewhere(stored)
        row = Message.objects.filter(pk=stored.pk)
        move(row, RenderState.QUEUED)
        move(row, ReviewState.PENDING)
        row.update(
            stretch=F("stretch") + 1, urgency=AGAIN_URGENCY, asked_at=clock.now(), attempts=0,
            content_hash="", approved_hash="", first_approved_hash="",
        )  # fmt: skip
        about = f"{stored.recipient} over another stretch of the take"
        record(user, Verb.RENDERED_AGAIN, campaign=campaign, about=about)
        transaction.on_commit(lambda: wake_run(campaign, presenter))
    message.refresh_from_db()


def _refuse_elsewhere(message: Message) -> None:
    person = message.recipient
    if person.removed_at is not None or person.verdict != RowVerdict.VALID:
        raise MoveRefused(NO_VIDEO)
    if message.render_state != RenderState.READY:
        raise MoveRefused(
            "This video is not made yet, or is being made again. Wait for it and look at it first."
        )
    if message.is_approved or message.revisions.filter(withdrawn_at=None).exists():
        raise MoveRefused(APPROVED)
    if any(part.get("source") == "filmed" for part in message.segments):
        raise MoveRefused(FILMED)


def render_again(message: Message, user: AbstractBaseUser) -> None:
    """Make one message as its row, script, presenter and voice are now, before all mass work.

    Its link goes on showing what was approved until the new one is. Raises MoveRefused where nothing changed.
    """
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update(no_key=True).get(pk=message.campaign_id)
        presenter = require_presenter(campaign)
        person = message.recipient
        if person.removed_at is not None or person.verdict != RowVerdict.VALID:
            raise MoveRefused(NO_VIDEO)
        refresh_rows(campaign, [person.pk])
        message.refresh_from_db()
        if message.render_state == RenderState.READY:
            raise MoveRefused(SAME)
        if message.render_state == RenderState.FAILED:
            raise MoveRefused(message.failure)
        Message.objects.filter(pk=message.pk).update(urgency=AGAIN_URGENCY, asked_at=clock.now())
        record(user, Verb.RENDERED_AGAIN, campaign=campaign, about=str(person))
        transaction.on_commit(lambda: wake_run(campaign, presenter))
    message.refresh_from_db()
