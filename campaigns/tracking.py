"""What recipients watched: events of their page, kept without cookies, addresses or browsers' names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import connection, transaction
from django.db.models import Avg, Count, Min, Q, Sum
from django.db.models.fields.files import FieldFile
from django.http import Http404
from django.utils import timezone

from campaigns.models import Campaign, Event, Message, Presenter, Revision, Viewing
from campaigns.revisions import find_revision, has_consent, open_file
from campaigns.states import DeliveryState, EventKind, Verdict
from campaigns.visits.intervals import Pieces, is_number, merge, read_pieces, sum_seconds
from campaigns.visits.page_token import read_token
from campaigns.visits.verdicts import SOON_S

PAGE_KINDS = frozenset(EventKind) - {EventKind.OPTED_OUT}
# Whoever did the first has done the others, too, though their reports were lost or taken for a program's.
_IMPLIES = {
    EventKind.PLAYED: (EventKind.PAGE_VIEWED,),
    EventKind.PROGRESS: (EventKind.PAGE_VIEWED, EventKind.PLAYED),
    EventKind.ENDED: (EventKind.PAGE_VIEWED, EventKind.PLAYED),
    EventKind.CLICKED: (EventKind.PAGE_VIEWED,),
}


@dataclass(frozen=True)
class PageEvent:
    """One report of a recipient's page, checked. ``watched`` are pieces of the video that were seen."""

    viewing: UUID
    kind: EventKind
    watched: Pieces = field(default_factory=list)


@dataclass(frozen=True)
class OpenPage:
    """As much of a message as a report of its page needs; ``video_s`` is the length of what it shows."""

    pk: int
    public_id: UUID
    name: str
    video_s: float
    sent_just_now: bool = False


_OPEN_PAGE = """
    SELECT m.id, p.name, CASE WHEN m.is_current THEN m.video_seconds ELSE r.video_seconds END, EXISTS (
        SELECT 1 FROM campaigns_delivery d
        WHERE d.message_id = m.id AND d.sent_at > now() - make_interval(secs => %(soon)s))
    FROM (SELECT *, (review_state = 'approved' AND render_state = 'ready' AND approved_hash = content_hash
        AND content_hash <> '') AS is_current FROM campaigns_message WHERE public_id = %(link)s) m
    JOIN campaigns_recipient p ON p.id = m.recipient_id
    LEFT JOIN LATERAL (SELECT video_seconds FROM campaigns_revision
        WHERE message_id = m.id AND withdrawn_at IS NULL ORDER BY approved_at DESC LIMIT 1) r ON TRUE
    WHERE m.is_current OR r.video_seconds IS NOT NULL
"""


@dataclass(frozen=True)
class ViewingStats:
    """What was watched of one message. ``share`` (0 to 1) is that of the best viewing (one page load)."""

    views: int = 0
    plays: int = 0
    seconds: float = 0.0
    share: float = 0.0
    finished: bool = False
    clicked: bool = False
    opted_out: bool = False
    last_at: datetime | None = None


@dataclass(frozen=True)
class Summary:
    """A campaign's counts."""

    viewed: int  # messages whose page was opened
    played: int  # messages that were played
    finished: int  # messages that were watched to the end
    plays: int
    seconds: float
    share: float  # mean over the messages that were played


# What a recipient's page reads: a third of the columns; to ask for each of them is most of its work.
_SHOWN = (
    "public_id", "made_with", "render_state", "review_state", "content_hash", "approved_hash",
    "video_seconds", "poster_at_s", "video", "poster", "preview", "captions", "recipient__name",
    "recipient__values", "campaign__presenter", "campaign__sender_name", "campaign__call_to_action_label",
    "campaign__call_to_action_url", "campaign__link_days", "campaign__workspace__embed_hosts",
    "campaign__workspace__accent", "campaign__workspace__logo",
)  # fmt: skip


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
    """What is behind a personal link. Http404 unless a content of it was approved and is not withdrawn,
    the presenter who is seen in it consents, and the days of the campaign's links are not over."""
    messages = Message.objects.select_related("campaign__workspace", "recipient").only(*_SHOWN)
    message = messages.filter(public_id=public_id).order_by().first()
    revision = find_revision(message) if message is not None else None
    if message is None or revision is None or not has_consent(revision) or revision.presenter is None:
        raise Http404("There is no video at this address.")
    if _is_over(message, revision):
        raise Http404("This link is over.")
    return PublicVideo(message, revision, revision.presenter)


def read_event(data: object, public_id: UUID) -> PageEvent:
    """Check what a page of this link sent; ValueError with a sentence where it is not an event."""
    if not isinstance(data, dict):
        raise ValueError("An event is a JSON object.")
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in PAGE_KINDS:
        raise ValueError("The kind is none that a page reports.")
    watched = read_pieces(data.get("watched", []))
    if "seconds" in data:  # of the video's beginning, from whoever knows no pieces
        if not is_number(data["seconds"]):
            raise ValueError("The seconds are not a number.")
        watched.append([0.0, float(data["seconds"])])
    return PageEvent(read_token(data.get("token"), public_id), EventKind(kind), watched)


def find_open_page(public_id: UUID) -> OpenPage:
    """The message of a link that shows something, by one query. Http404 where it shows nothing.

    It does not ask for consent again: a report proves itself by a token that came with a page.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_PAGE, {"link": public_id, "soon": SOON_S})
        found = cursor.fetchone()
    if found is None:
        raise Http404("There is no video at this address.")
    return OpenPage(found[0], public_id, *found[1:])


def describe_page(message: Message, video_s: float = 0.0) -> OpenPage:
    """The same of a message that is at hand."""
    return OpenPage(message.pk, message.public_id, message.recipient.name, video_s)


def record(page: OpenPage, event: PageEvent, *, sign: str = "") -> None:
    """Store an event once per viewing and kind; a later report only ever adds seconds.

    ``sign``: by what a program was known; its events are kept as a program's and counted nowhere.
    """
    if sign:
        record_machine(page, event.kind, sign)
        return
    kinds = (*_IMPLIES.get(event.kind, ()), event.kind)
    if event.kind != EventKind.PROGRESS:
        _insert(page, kinds, event.viewing)
        return
    with transaction.atomic():
        watched = merge(event.watched, page.video_s)
        _insert(page, kinds, event.viewing, watched)
        _add_watched(page, event.viewing, watched)


def record_machine(page: OpenPage, kind: EventKind, sign: str) -> None:
    """A program did this, however often: one line for each message and kind."""
    viewing = uuid5(page.public_id, "machine")
    _insert(page, [kind], viewing, verdict=Verdict.MACHINE, sign=sign)


def record_opt_out(message: Message) -> None:
    """Once per message, however often the button is pressed."""
    kind = EventKind.OPTED_OUT
    _insert(describe_page(message), [kind], uuid5(message.public_id, kind))


def summarize_viewing(campaign: Campaign) -> Summary:
    """What was watched of a campaign in all, in one query."""
    played = Q(plays__gt=0)
    found = Viewing.objects.filter(campaign=campaign).aggregate(
        viewed=Count("pk", filter=Q(views__gt=0)),
        played=Count("pk", filter=played),
        finished=Count("pk", filter=Q(ends__gt=0)),
        all_plays=Sum("plays", default=0),
        all_seconds=Sum("seconds", default=0.0),
        mean_share=Avg("share", filter=played, default=0.0),
    )
    return Summary(
        found["viewed"], found["played"], found["finished"], found["all_plays"], found["all_seconds"],
        found["mean_share"],
    )  # fmt: skip


def read_viewing(messages: Iterable[int]) -> Mapping[int, ViewingStats]:
    """What was watched of each of these messages, by their pks; one that nobody opened is not in it."""
    found = Viewing.objects.filter(message__in=list(messages))
    return {one.message_id: _build_stats(one) for one in found}


def _build_stats(viewing: Viewing) -> ViewingStats:
    return ViewingStats(
        viewing.views,
        viewing.plays,
        viewing.seconds,
        viewing.share,
        viewing.ends > 0,
        viewing.clicks > 0,
        viewing.opt_outs > 0,
        viewing.last_at,
    )


def _is_over(message: Message, revision: Revision) -> bool:
    """Whether the days for which the campaign's links work are over."""
    days = message.campaign.link_days
    if days is None:
        return False
    sent = message.deliveries.filter(state=DeliveryState.SENT).aggregate(first=Min("sent_at"))["first"]
    return timezone.now() > (sent or revision.approved_at) + timedelta(days=days)


def _insert(
    page: OpenPage, kinds: Iterable[EventKind], viewing: UUID, watched: Pieces | None = None, **more: str
) -> None:
    """Those of these events that are not there yet, in one statement."""
    made = [
        Event(message_id=page.pk, recipient_name=page.name, kind=kind, viewing=viewing, **more)
        for kind in kinds
    ]
    if watched is not None:
        made[-1].watched, made[-1].seconds = watched, sum_seconds(watched)
    Event.objects.bulk_create(made, ignore_conflicts=True)


def _add_watched(page: OpenPage, viewing: UUID, watched: Pieces) -> None:
    """What arrives late or twice adds nothing; what another report of this load saw stays."""
    stored = Event.objects.filter(message_id=page.pk, kind=EventKind.PROGRESS, viewing=viewing)
    before, seconds = stored.select_for_update().values_list("watched", "seconds").get()
    united = merge([*before, *watched], page.video_s)
    if united != before:
        stored.update(watched=united, seconds=max(seconds, sum_seconds(united)))
