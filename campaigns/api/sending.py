"""Sending in two steps: what would leave, with a digest, and a yes to exactly that.

A token without the scope “send” gets the first step and the address of the page where a person says yes.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from campaigns.access.roles import Right
from campaigns.api.problems import ApiProblem
from campaigns.api.request import ApiRequest, Asked
from campaigns.api.rows import Id, find_campaign, link
from campaigns.delivery.channels.channel import Channel
from campaigns.delivery.channels.registry import find_channel
from campaigns.delivery.plan import make_plan
from campaigns.delivery.schedule import check_plan, count_unsent, send_approved
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import enqueue, find_open
from campaigns.models import Campaign
from campaigns.views.send import SENT_AT_ONCE

router = Router()
ChannelName = Annotated[str, Field(max_length=32, pattern="^[a-z_]*$", description="Empty: the first one.")]
OTHER = "What would be sent changed since it was looked at. Look again, then send with the new digest."


class ChannelAsked(Schema):
    """Through which channel."""

    channel: ChannelName = ""


class SendingAsked(Asked):
    """A yes to exactly what was prepared."""

    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    channel: ChannelName = ""


class Prepared(Schema):
    """What a yes would send. Nothing has left."""

    channel: str
    people: int = Field(description="Who would get a mail.")
    suppressed: int = Field(description="Who asked for no more mails, or cannot be reached.")
    without_address: int
    already: int = Field(description="Who was sent to, or is being sent to.")
    known: int = Field(description="Sent before an older database was restored; they are noted as sent.")
    revoked: int = Field(description="Approved videos whose presenter does not consent any more.")
    sender: str
    subject: str = Field(description="Of the first mail.")
    first_at: datetime | None = Field(description="When the first one leaves; null: at once.")
    last_at: datetime | None
    paused: str = Field(description="Why sending stopped by itself; empty where it did not.")
    digest: str
    confirm_url: str = Field(description="Where a person says yes in the dashboard.")


class Sent(Schema):
    """What came of it; `scheduled` is null where a job schedules them, since they are many: it fails where
    what would be sent changed since the look."""

    scheduled: int | None
    already: int = 0
    suppressed: int = 0
    without_address: int = 0


@router.get("/campaigns/{campaign_id}/sending", response=Prepared, operation_id="prepare_sending")
def prepare(request: ApiRequest, campaign_id: Id, asked: Query[ChannelAsked]) -> dict[str, Any]:
    """What a yes would send now. It changes nothing."""
    campaign = find_campaign(request, campaign_id)
    return _prepare(campaign, _find_channel(asked.channel))


@router.post("/campaigns/{campaign_id}/sending", response={202: Sent}, operation_id="confirm_sending")
def confirm(request: ApiRequest, campaign_id: Id, asked: SendingAsked) -> tuple[int, dict[str, Any]]:
    """Send what was prepared: only with the scope “send”, only for a person with the right to send."""
    campaign = find_campaign(request, campaign_id, Right.SEND)
    channel = _find_channel(asked.channel)
    if count_unsent(campaign, channel) > SENT_AT_ONCE:  # the job compares the digest
        if find_open(campaign, JobKind.SEND) is None:
            options = {"channel": channel.name, "confirmed": asked.digest}
            enqueue(JobKind.SEND, campaign=campaign, user=request.user, options=options)
        return 202, {"scheduled": None}
    plan = check_plan(campaign, channel)
    if asked.digest != plan.digest:
        raise ApiProblem(409, "changed_meanwhile", OTHER)
    return 202, asdict(send_approved(campaign, request.user, channel.name, confirmed=plan.digest))


def _find_channel(name: str) -> Channel[Any]:
    try:
        return find_channel(name)
    except LookupError as unknown:
        raise ApiProblem(404, "no_channel", str(unknown)) from unknown


def _prepare(campaign: Campaign, channel: Channel[Any]) -> dict[str, Any]:
    plan = make_plan(campaign, channel)
    told = {name: getattr(plan, name) for name in Prepared.model_fields if hasattr(plan, name)}
    own = {"channel": channel.name, "paused": campaign.sending_paused, "confirm_url": link(campaign, "send")}
    return told | own
