"""What left and what was watched of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from ninja import Query, Router, Schema

from campaigns.api.pages import Page, Part, build_page, cut
from campaigns.api.recipients import find_key_of, identify
from campaigns.api.request import ApiRequest
from campaigns.api.rows import Id, find_campaign, require_permission
from campaigns.models import Delivery, Event, Recipient
from campaigns.states import DeliveryState, EventKind

router = Router()


class DeliveryFilter(Part):
    """Which deliveries."""

    state: DeliveryState | None = None


class DeliveryInfo(Schema):
    """One message on its way. The person's fields are null where they are not there any more."""

    delivery: int
    message: int | None
    id: int | None
    row: int | None
    key: str | None
    channel: str
    address: str
    state: DeliveryState
    reason: str
    attempts: int
    due_at: datetime | None
    created_at: datetime
    sent_at: datetime | None


class EventFilter(Part):
    """Which events."""

    kind: EventKind | None = None


class EventInfo(Schema):
    """One thing that happened to a message. `viewing` names one page load."""

    event: int
    message: int
    id: int
    row: int
    key: str
    kind: EventKind
    viewing: UUID | None
    seconds: float
    at: datetime


@router.get(
    "/campaigns/{campaign_id}/deliveries", response=Page[DeliveryInfo], operation_id="list_deliveries"
)
def list_deliveries(request: ApiRequest, campaign_id: Id, asked: Query[DeliveryFilter]) -> dict[str, Any]:
    campaign = find_campaign(request, campaign_id)
    require_permission(request, "view_delivery", campaign)
    rows: QuerySet[Delivery] = campaign.deliveries.select_related("message__recipient")
    if asked.state is not None:
        rows = rows.filter(state=asked.state)
    shown, following = cut(rows, asked)
    column = find_key_of(campaign)
    return build_page((_build_delivery(one, column) for one in shown), following)


@router.get("/campaigns/{campaign_id}/events", response=Page[EventInfo], operation_id="list_events")
def list_events(request: ApiRequest, campaign_id: Id, asked: Query[EventFilter]) -> dict[str, Any]:
    campaign = find_campaign(request, campaign_id)
    require_permission(request, "view_event", campaign)
    rows = Event.objects.filter(message__campaign=campaign).select_related("message__recipient")
    if asked.kind is not None:
        rows = rows.filter(kind=asked.kind)
    shown, following = cut(rows, asked)
    column = find_key_of(campaign)
    return build_page((_build_event(one, column) for one in shown), following)


def _build_delivery(delivery: Delivery, key_column: str) -> dict[str, Any]:
    person: Recipient | None = delivery.message.recipient if delivery.message is not None else None
    known = identify(person, key_column) if person is not None else dict.fromkeys(("id", "row", "key"))
    return {
        "delivery": delivery.pk,
        "message": delivery.message_id,
        **known,
        **{
            name: getattr(delivery, name)
            for name in (
                "channel",
                "address",
                "state",
                "reason",
                "attempts",
                "due_at",
                "created_at",
                "sent_at",
            )
        },
    }


def _build_event(event: Event, key_column: str) -> dict[str, Any]:
    assert event.message is not None
    return {
        "event": event.pk,
        "message": event.message_id,
        **identify(event.message.recipient, key_column),
        "kind": event.kind,
        "viewing": event.viewing,
        "seconds": event.seconds,
        "at": event.at,
    }
