"""One video made again while a person waits for it: after a name, a cell or the script was corrected."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from campaigns.history import Verb, record
from campaigns.models import Campaign, Message
from campaigns.runs.lifecycle import require_presenter, wake_run
from campaigns.runs.sample import AGAIN_URGENCY, refresh_rows
from campaigns.states import MoveRefused, RenderState, RowVerdict

SAME = (
    "It would become the same video, because nothing that it is made of has changed. "
    "Correct the name, the cell or the script first."
)
NO_VIDEO = "This person gets no video: the row was removed or has problems. Correct it first."


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
        Message.objects.filter(pk=message.pk).update(urgency=AGAIN_URGENCY, asked_at=timezone.now())
        record(user, Verb.RENDERED_AGAIN, campaign=campaign, about=str(person))
        transaction.on_commit(lambda: wake_run(campaign, presenter))
    message.refresh_from_db()
