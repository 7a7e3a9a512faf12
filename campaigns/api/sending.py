"""Sending in two steps: what would leave, with a digest, and a yes to exactly that.

A token without the scope “send” gets the first step and the address of the page where a person says yes.
"""

from __future__ import annotations

from dataclasses import asdict
from hashlib import sha256
from typing import Annotated, Any

from django.db.models import BigIntegerField, CharField, Func, Sum, Value
from django.db.models.functions import Cast, Concat
from ninja import Field, Query, Router, Schema

from campaigns.access.roles import Right
from campaigns.api.problems import ApiProblem
from campaigns.api.request import ApiRequest, Asked
from campaigns.api.rows import Id, find_campaign, link
from campaigns.counts import select_approved
from campaigns.delivery.channels.channel import Channel
from campaigns.delivery.channels.registry import find_channel
from campaigns.delivery.schedule import count_unsent, send_approved
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import enqueue, find_open
from campaigns.models import Campaign
from campaigns.views.forms import MailForm
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
    unsent: int = Field(description="Approved messages that would leave.")
    approved: int
    paused: str = Field(description="Why sending stopped by itself; empty where it did not.")
    subject: str
    digest: str
    confirm_url: str = Field(description="Where a person says yes in the dashboard.")


class Sent(Schema):
    """What came of it; `scheduled` is null where a job schedules them, since they are many."""

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
    if asked.digest != _prepare(campaign, channel)["digest"]:
        raise ApiProblem(409, "changed_meanwhile", OTHER)
    if count_unsent(campaign, channel) > SENT_AT_ONCE:
        if find_open(campaign, JobKind.SEND) is None:
            enqueue(JobKind.SEND, campaign=campaign, user=request.user, options={"channel": channel.name})
        return 202, {"scheduled": None}
    return 202, asdict(send_approved(campaign, request.user, channel.name))


def _find_channel(name: str) -> Channel[Any]:
    try:
        return find_channel(name)
    except LookupError as unknown:
        raise ApiProblem(404, "no_channel", str(unknown)) from unknown


def _prepare(campaign: Campaign, channel: Channel[Any]) -> dict[str, Any]:
    messages = select_approved(campaign.messages.filter(recipient__removed_at=None)).order_by()
    return {
        "channel": channel.name,
        "unsent": count_unsent(campaign, channel),
        "approved": messages.count(),
        "paused": campaign.sending_paused,
        "subject": campaign.email_subject,
        "digest": compute_digest(campaign, channel),
        "confirm_url": link(campaign, "send"),
    }


def compute_digest(campaign: Campaign, channel: Channel[Any]) -> str:
    """Of everything that would leave: which messages with which content, to whom, and the mail's words."""
    messages = select_approved(campaign.messages.filter(recipient__removed_at=None)).order_by()
    parts = (Cast("pk", CharField()), Value(":"), "content_hash", Value(":"), "recipient__email")
    named = Concat(*parts, output_field=CharField())
    hashed = Func(named, Value(0), function="hashtextextended", output_field=BigIntegerField())
    contents = messages.aggregate(sum=Sum(hashed))["sum"]
    states = sorted(campaign.deliveries.order_by().values_list("state", "channel").distinct())
    counts = [campaign.deliveries.filter(state=state, channel=name).count() for state, name in states]
    words = [getattr(campaign, name) for name in MailForm.Meta.fields]
    told = (channel.name, messages.count(), contents, states, counts, words, campaign.presenter_id)
    return sha256(repr(told).encode()).hexdigest()
