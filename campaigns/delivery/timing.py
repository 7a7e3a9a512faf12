"""A campaign's pace: read and stored, laid over what waits, and asked once more before each mail leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max
from django.db.models.functions import TruncDate

from campaigns.claims import clock
from campaigns.delivery.pace import Pace, Sent, count_day, find_day, lay_out
from campaigns.models import Campaign, Delivery
from campaigns.states import DeliveryState

ROWS_AT_ONCE = 1000


def load_pace(campaign: Campaign) -> Pace:
    """The pace as it is stored; what is missing asks for nothing."""
    stored: dict[str, Any] = campaign.pace
    begin = stored.get("not_before")
    quiet = stored.get("quiet") or (0, 0)
    limits = {name: int(stored.get(name, 0)) for name in ("per_minute", "per_hour", "per_day", "first_day")}
    return Pace(
        zone=ZoneInfo(stored.get("zone") or settings.TIME_ZONE),
        not_before=datetime.fromisoformat(begin) if begin else None,
        quiet=(int(quiet[0]), int(quiet[1])),
        **limits,
    )


def store_pace(campaign: Campaign, pace: Pace) -> None:
    """Keep it, and move what waits already."""
    stored = {
        "zone": pace.zone.key,
        "not_before": pace.not_before.isoformat() if pace.not_before else None,
        "quiet": list(pace.quiet),
        "per_minute": pace.per_minute,
        "per_hour": pace.per_hour,
        "per_day": pace.per_day,
        "first_day": pace.first_day,
    }
    with transaction.atomic():
        held = Campaign.objects.select_for_update().get(pk=campaign.pk)
        Campaign.objects.filter(pk=held.pk).update(pace=stored)
        campaign.pace = held.pace = stored
        _move_waiting(held)


def begin_layout(campaign: Campaign) -> Iterator[datetime | None]:
    """For each next mail the moment from which it may leave; None: at once."""
    pace = load_pace(campaign)
    if pace.is_free:
        while True:
            yield None
    yield from lay_out(pace, clock.now(), _read_sent(campaign, pace))


def forecast(campaign: Campaign, count: int) -> tuple[datetime, datetime] | None:
    """When the first and the last of so many leave; None: at once, as fast as they go."""
    moments = [moment for moment in islice(begin_layout(campaign), count) if moment is not None]
    return (moments[0], moments[-1]) if moments else None


def find_wait(campaign: Campaign) -> datetime | None:
    """Until when a mail that a worker holds has to wait; None: it may leave.

    What others hold counts as sent: two workers at once rather wait both than leave both.
    """
    pace = load_pace(campaign)
    if pace.is_free:
        return None
    now = clock.now()
    if pace.not_before is not None and pace.not_before > now:
        return pace.not_before
    sent = _read_sent(campaign, pace)
    today = find_day(pace, now)
    busy = campaign.deliveries.filter(state=DeliveryState.SENDING).count() - 1
    if busy > 0:
        sent.by_day[today] += busy
    limit = count_day(pace, sent.by_day, today)
    for seconds, most in ((60, pace.per_minute), (3600, pace.per_hour)):
        span = timedelta(seconds=seconds)
        lately = campaign.deliveries.filter(sent_at__gt=now - span).order_by("-sent_at")
        moments = [at for at in lately.values_list("sent_at", flat=True)[:most] if at is not None]
        if most and len(moments) + max(busy, 0) >= most:
            free: datetime = moments[-1] + span if len(moments) == most else now + span / most
            return next(lay_out(pace, free, Sent(by_day=sent.by_day)))
    if limit is not None and sent.by_day[today] >= limit:
        tomorrow = datetime.combine(today + timedelta(days=1), time(), pace.zone)
        return next(lay_out(pace, tomorrow, Sent(by_day=sent.by_day)))
    awake = next(lay_out(Pace(pace.zone, quiet=pace.quiet), now, Sent()))
    return awake if awake > now else None


def _read_sent(campaign: Campaign, pace: Pace) -> Sent:
    sent = campaign.deliveries.filter(sent_at__isnull=False).order_by()
    days = sent.annotate(day=TruncDate("sent_at", tzinfo=pace.zone)).values_list("day")
    by_day = Counter({day: count for day, count in days.annotate(many=Count("pk"))})
    return Sent(sent.aggregate(last=Max("sent_at"))["last"], by_day)


def _move_waiting(campaign: Campaign) -> None:
    waiting = campaign.deliveries.filter(state=DeliveryState.SCHEDULED).order_by("pk")
    moments = begin_layout(campaign)
    moved = list(waiting.select_for_update())
    for delivery in moved:
        delivery.due_at = next(moments)
    Delivery.objects.bulk_update(moved, ["due_at"], batch_size=ROWS_AT_ONCE)
