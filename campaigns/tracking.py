"""What recipients watched: events of their page, counted without cookies, addresses or browsers' names."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db.models import Count, Max, Q, Sum
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpRequest

from campaigns.models import Campaign, Event, Message, Presenter, Revision
from campaigns.revisions import find_revision, has_consent, open_file
from campaigns.states import EventKind

PAGE_KINDS = frozenset({EventKind.PAGE_VIEWED, EventKind.PLAYED, EventKind.PROGRESS, EventKind.ENDED})
# More page loads than this of one link are a loop or a prank; the page still works, counting stops.
MAX_VIEWINGS = 500
_ROBOTS = re.compile(
    r"bot\b|crawl|spider|slurp|preview|scan|facebookexternalhit|whatsapp|curl|wget|python"
    r"|googleimageproxy|yahoomailproxy|safelinks|barracuda|proofpoint|mimecast",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class PageEvent:
    """One report of a recipient's page, checked. ``seconds`` of video were seen in this viewing so far."""

    viewing: UUID
    kind: EventKind
    seconds: float


@dataclass(frozen=True)
class ViewingStats:
    """What was watched of one message. ``share`` (0 to 1) is that of the best viewing (one page load)."""

    views: int = 0
    plays: int = 0
    seconds: float = 0.0
    share: float = 0.0
    finished: bool = False
    opted_out: bool = False
    last_at: datetime | None = None


@dataclass(frozen=True)
class Summary:
    """A campaign's counts; ``messages`` maps every message's pk to what was watched of it."""

    messages: Mapping[int, ViewingStats]
    viewed: int  # messages whose page was opened
    played: int  # messages that were played
    finished: int  # messages that were watched to the end
    plays: int
    seconds: float
    share: float  # mean over the messages that were played


@dataclass(frozen=True)
class PublicVideo:
    """What a personal link shows: the newest approved content of its message."""

    message: Message
    revision: Revision
    presenter: Presenter

    @property
    def content_hash(self) -> str:
        return self.revision.content_hash

    @property
    def video_seconds(self) -> float:
        return self.revision.video_seconds

    def get_file(self, kind: str) -> FieldFile:
        """Its stored "video", "poster", "preview" or "captions"; an empty one where it has none."""
        return open_file(self.revision, kind)


def get_public_message(public_id: UUID) -> PublicVideo:
    """What is behind a personal link. Http404 unless a content of it was approved and is not withdrawn, and
    the presenter who is seen in it consents."""
    messages = Message.objects.select_related("campaign", "recipient")
    message = messages.filter(public_id=public_id).first()
    revision = find_revision(message) if message is not None else None
    if message is None or revision is None or not has_consent(revision) or revision.presenter is None:
        raise Http404("There is no video at this address.")
    return PublicVideo(message, revision, revision.presenter)


def read_event(data: object) -> PageEvent:
    """Check what a page sent; ValueError with a sentence where it is not an event."""
    if not isinstance(data, dict):
        raise ValueError("An event is a JSON object.")
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in PAGE_KINDS:
        raise ValueError("The kind is none that a page reports.")
    seconds = data.get("seconds", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not math.isfinite(seconds):
        raise ValueError("The seconds are not a number.")
    return PageEvent(UUID(str(data.get("viewing"))), EventKind(kind), max(0.0, float(seconds)))


def record(message: Message, event: PageEvent, video_s: float | None = None) -> bool:
    """Store an event once per viewing and kind; a later report only ever adds seconds. False: not counted.

    ``video_s`` is the length of the video that was seen, where it is not the message's newest.
    """
    if not _may_count(message, event.viewing):
        return False
    seconds = (
        min(event.seconds, message.video_seconds if video_s is None else video_s)
        if event.kind == EventKind.PROGRESS
        else 0.0
    )
    _upsert(message, event.kind, event.viewing, seconds)
    return True


def record_opt_out(message: Message) -> None:
    """Once per message, however often the button is pressed."""
    _upsert(message, EventKind.OPTED_OUT, uuid5(message.public_id, EventKind.OPTED_OUT), 0.0)


def is_automatic(request: HttpRequest) -> bool:
    """Whether a robot or a prefetch asks, by its own words; they are read here and kept nowhere."""
    purpose = " ".join(request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    agent = request.headers.get("User-Agent", "")
    return "prefetch" in purpose or "preview" in purpose or not agent or bool(_ROBOTS.search(agent))


def summarize_viewing(campaign: Campaign) -> Summary:
    """Plays, seconds and shares per message and in total, in one query for all events."""
    rows = {row["message_id"]: row for row in _count_events(campaign)}
    stats = {
        pk: _build_stats(rows.get(pk), video_s)
        for pk, video_s in campaign.messages.order_by("pk").values_list("pk", "video_seconds")
    }
    played = [one for one in stats.values() if one.plays]
    return Summary(
        messages=stats,
        viewed=sum(one.views > 0 for one in stats.values()),
        played=len(played),
        finished=sum(one.finished for one in stats.values()),
        plays=sum(one.plays for one in played),
        seconds=sum(one.seconds for one in stats.values()),
        share=sum(one.share for one in played) / len(played) if played else 0.0,
    )


def _count_events(campaign: Campaign) -> Iterable[Mapping[str, object]]:
    def is_kind(kind: EventKind) -> Q:
        return Q(kind=kind)

    events = Event.objects.filter(message__campaign=campaign).order_by().values("message_id")
    return events.annotate(
        views=Count("pk", filter=is_kind(EventKind.PAGE_VIEWED)),
        plays=Count("pk", filter=is_kind(EventKind.PLAYED)),
        ends=Count("pk", filter=is_kind(EventKind.ENDED)),
        opt_outs=Count("pk", filter=is_kind(EventKind.OPTED_OUT)),
        total_s=Sum("seconds", filter=is_kind(EventKind.PROGRESS), default=0.0),
        best_s=Max("seconds", filter=is_kind(EventKind.PROGRESS), default=0.0),
        last_at=Max("at"),
    )


def _build_stats(row: Mapping[str, object] | None, video_s: float) -> ViewingStats:
    if row is None:
        return ViewingStats()
    best_s = float(str(row["best_s"]))
    last_at = row["last_at"]
    return ViewingStats(
        views=int(str(row["views"])),
        plays=int(str(row["plays"])),
        seconds=float(str(row["total_s"])),
        share=min(1.0, best_s / video_s) if video_s > 0 else 0.0,
        finished=bool(row["ends"]),
        opted_out=bool(row["opt_outs"]),
        last_at=last_at if isinstance(last_at, datetime) else None,
    )


def _may_count(message: Message, viewing: UUID) -> bool:
    events = Event.objects.filter(message=message)
    if events.filter(viewing=viewing).exists():
        return True
    return events.exclude(viewing=None).values("viewing").distinct().count() < MAX_VIEWINGS


def _upsert(message: Message, kind: EventKind, viewing: UUID, seconds: float) -> None:
    event, created = Event.objects.get_or_create(
        message=message,
        kind=kind,
        viewing=viewing,
        defaults={"seconds": seconds, "recipient_name": message.recipient.name},
    )
    if not created:
        # One statement: reports that arrive late or twice never take seconds away.
        Event.objects.filter(pk=event.pk, seconds__lt=seconds).update(seconds=seconds)
