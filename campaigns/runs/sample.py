"""The sample: the hard rows of a campaign, made first; the others wait for a person's yes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from campaigns.claims import clock
from campaigns.engine import RenderError
from campaigns.history import Verb, record
from campaigns.models import Campaign, Message
from campaigns.recipients.content import ContentFiller
from campaigns.recipients.hard_rows import find_hard_rows
from campaigns.recipients.upkeep import refresh_messages
from campaigns.runs.lifecycle import UNFINISHED, require_presenter, wake_run
from campaigns.scripts.template import ScriptError, check
from campaigns.states import CampaignState, MoveRefused, RenderState, RowVerdict, move
from campaigns.storage.campaign_voice import choose_campaign_voice, describe_campaign_voice

SAMPLE_ROWS = 5
SMALL_ROWS = 10  # a campaign of so few people is its own sample
SAMPLE_URGENCY, AGAIN_URGENCY = 1, 2  # one video that a person waits for goes before five
NOT_MADE = "Wait until every video of the sample is made, and look at it."
NO_SAMPLE = "Make a sample first: the platform picks the rows that are hard to say."
RUNNING = "The run is going on already."


@dataclass(frozen=True)
class Sample:
    """The messages of a sample, the hardest first. ``outdated``: script, presenter or voice changed since."""

    messages: tuple[Message, ...]
    needed: bool  # before a run: the campaign is not small and nobody said yes
    outdated: bool

    @property
    def made(self) -> int:
        return sum(message.render_state == RenderState.READY for message in self.messages)

    @property
    def is_open(self) -> bool:
        return any(message.render_state in UNFINISHED for message in self.messages)

    @property
    def can_be_confirmed(self) -> bool:
        """Every video is made or has failed, and there is one to look at."""
        return self.made > 0 and not self.is_open


def find_sample(campaign: Campaign) -> Sample:
    """The sample as it stands."""
    messages = campaign.messages.filter(is_sample=True).select_related("recipient").order_by("pk")
    valid = campaign.recipients.living().filter(verdict=RowVerdict.VALID)
    is_small = valid[: SMALL_ROWS + 1].count() <= SMALL_ROWS
    outdated = bool(campaign.sample_of) and campaign.sample_of != compute_sample_key(campaign)
    return Sample(tuple(messages), not is_small and campaign.sample_confirmed_at is None, outdated)


def start_sample(campaign: Campaign, user: AbstractBaseUser | None, count: int = SAMPLE_ROWS) -> int:
    """Make the videos of the hardest rows, before any other work; returns how many. Raises MoveRefused."""
    with transaction.atomic():
        stored = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        if stored.state == CampaignState.RENDERING:
            raise MoveRefused(RUNNING)
        presenter = require_presenter(stored)
        hard = find_hard_rows(stored, count)
        if not hard:
            raise MoveRefused("There is no valid row to make a video for. Upload recipients first.")
        refresh_rows(stored, [row.pk for row, _ in hard])
        stored.messages.filter(is_sample=True).update(is_sample=False, sample_reason="")
        now = clock.now()
        for row, reason in hard:
            chosen = stored.messages.filter(recipient=row)
            chosen.update(is_sample=True, sample_reason=reason[:300], urgency=SAMPLE_URGENCY, asked_at=now)
        stored.messages.filter(is_sample=True, render_state=RenderState.READY).update(urgency=0)
        stored.sample_confirmed_at, stored.sample_of = None, compute_sample_key(stored)
        stored.save(update_fields=["sample_confirmed_at", "sample_of"])
        record(user, Verb.SAMPLE_STARTED, campaign=stored, rows=len(hard))
        transaction.on_commit(lambda: wake_run(stored, presenter))
    campaign.refresh_from_db()
    return len(hard)


def cancel_sample(campaign: Campaign) -> int:
    """Stop what is not made yet of it; returns how many."""
    waiting = campaign.messages.filter(is_sample=True, urgency__gt=0, render_state__in=UNFINISHED)
    return move(waiting, RenderState.CANCELLED, claimed_by="", stage="", urgency=0)


def confirm_sample(campaign: Campaign, user: AbstractBaseUser) -> None:
    """A person looked at the sample and says yes to the run. Raises MoveRefused."""
    sample = find_sample(campaign)
    if not sample.messages:
        raise MoveRefused(NO_SAMPLE)
    if not sample.can_be_confirmed:
        raise MoveRefused(NOT_MADE)
    with transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(sample_confirmed_at=clock.now())
        record(user, Verb.SAMPLE_CONFIRMED, campaign=campaign, videos=sample.made)
    campaign.refresh_from_db(fields=["sample_confirmed_at"])


def refresh_rows(campaign: Campaign, recipients: list[int]) -> None:
    """Fill these rows and queue what is not made yet, within a transaction. Raises MoveRefused."""
    try:
        check(campaign.script)
        choose_campaign_voice(campaign)
        rows = list(campaign.recipients.living().filter(pk__in=recipients, verdict=RowVerdict.VALID))
        refresh_messages(campaign, rows, ContentFiller(campaign), create=True)
    except ScriptError as error:
        raise MoveRefused(str(error)) from error
    except RenderError as error:
        raise MoveRefused(error.message) from error


def compute_sample_key(campaign: Campaign) -> str:
    """What a sample stands for: the script, who says it and how."""
    told = [campaign.script, campaign.presenter_id, describe_campaign_voice(campaign)]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
