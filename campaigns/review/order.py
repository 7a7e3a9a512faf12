"""Which videos a reviewer sees, in which order, a page at a time: found by the database, also of 100,000."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from campaigns.models import Campaign, Comment, Delivery, Message, Recipient
from campaigns.review.standing import (
    APPROVED,
    FLAGGED,
    HALF_APPROVED,
    READY,
    REJECTED,
    UNDECIDED,
    find_reviewable,
    sum_reviewable,
)
from campaigns.states import DeliveryState

CARDS_PER_PAGE = 24
SEARCH_MAX = 100  # characters
FOUND_MAX = 2000  # more hits than this are common: a page of them is met soon in any order
_ROW_MAX = 2**31 - 1


class Show(StrEnum):
    """Which ones."""

    ALL = "all"
    PENDING = "pending"
    SECOND = "second"  # approved by one, another person has to
    FLAGGED = "flagged"
    APPROVED = "approved"
    REJECTED = "rejected"
    COMMENTED = "commented"
    SAMPLE = "sample"
    CHANGED = "changed"  # sent, and made anew since


class Sort(StrEnum):
    """In which order; ties are in the order in which the people came."""

    RISK = "risk"
    ROW = "row"
    NAME = "name"
    NEWEST = "newest"


# The field, and whether the highest comes first.
_ORDERS: Mapping[Sort, tuple[str, bool]] = {
    Sort.RISK: ("risk", True),
    Sort.ROW: ("recipient__row_number", False),
    Sort.NAME: ("recipient__name", False),
    Sort.NEWEST: ("ready_at", True),
}


@dataclass(frozen=True)
class CardQuery:
    """What a person asked to see. ``search``: part of a name, an address or a line, or a row's number."""

    show: Show = Show.ALL
    sort: Sort = Sort.RISK
    search: str = ""


@dataclass(frozen=True)
class CardPage:
    """Messages, the number of those with the same video, and where the next page begins; "" at the end."""

    messages: tuple[Message, ...]
    alike: Mapping[str, int]  # content hash → messages of the campaign with it
    next: str


def read_query(asked: Mapping[str, str]) -> CardQuery:
    """From an address; what makes no sense counts as not asked."""
    show, sort = asked.get("show", ""), asked.get("sort", "")
    return CardQuery(
        Show(show) if show in set(Show) else Show.ALL,
        Sort(sort) if sort in set(Sort) else Sort.RISK,
        asked.get("q", "").replace("\0", "").strip()[:SEARCH_MAX],
    )


def find_page(
    campaign: Campaign, query: CardQuery, after: str = "", *, size: int = CARDS_PER_PAGE
) -> CardPage:
    """One page; ``after`` is the earlier page's ``next``. ValueError for one that is none."""
    field, descending = _ORDERS[query.sort]
    rows = _fold(_filter(campaign, query))
    if after:
        rows = rows.filter(_is_after(field, descending, after))
    ordered = rows.order_by(f"-{field}" if descending else field, "recipient_id")
    found = list(
        ordered.select_related("recipient", "reviewed_by", "first_approved_by", "campaign").prefetch_related(
            "comments__written_by"
        )[: size + 1]
    )
    shown = found[:size]
    return CardPage(
        tuple(shown),
        count_alike(campaign, [message.content_hash for message in shown]),
        _write_cursor(query.sort, shown[-1]) if len(found) > size else "",
    )


def count_alike(campaign: Campaign, hashes: list[str]) -> dict[str, int]:
    """How many videos of the campaign have each of these contents."""
    same = find_reviewable(campaign).filter(content_hash__in=hashes)
    return dict(same.order_by().values_list("content_hash").annotate(Count("pk")))


def count_shown(campaign: Campaign) -> dict[Show, int]:
    """How many videos there are of every kind: a handful of queries, whatever their number, each of which an
    index answers."""
    undecided = UNDECIDED & ~HALF_APPROVED if campaign.needs_second_approver else UNDECIDED
    counts = sum_reviewable(
        campaign,
        Q(),
        all=Count("pk"),
        pending=Count("pk", filter=undecided),
        second=Count("pk", filter=UNDECIDED & HALF_APPROVED),
        approved=Count("pk", filter=APPROVED),
        rejected=Count("pk", filter=REJECTED),
    )
    if not campaign.needs_second_approver:
        counts["second"] = 0
    counts |= sum_reviewable(campaign, FLAGGED, flagged=Count("pk"))
    counts |= sum_reviewable(campaign, _in_sample(campaign), sample=Count("pk"))
    open_comments = Comment.objects.filter(
        message__campaign=campaign, resolved_at=None, message__recipient__removed_at=None
    )
    counts["commented"] = open_comments.aggregate(found=Count("message", distinct=True))["found"]
    counts["changed"] = _count_changed(campaign)
    return {Show(name): count for name, count in counts.items()}


def _count_changed(campaign: Campaign) -> int:
    """Videos that were sent and made anew since: of all, less those of people who are gone."""
    other = campaign.messages.filter(READY, pk=OuterRef("message_id"))
    other = other.exclude(content_hash=OuterRef("content_hash"))
    gone = other.filter(recipient__campaign=campaign, recipient__removed_at__isnull=False)
    every, left = (_sent(campaign).filter(Exists(rows)).order_by() for rows in (other, gone))
    count = Count("message", distinct=True)
    return int(every.aggregate(n=count)["n"]) - int(left.aggregate(n=count)["n"])


def _filter(campaign: Campaign, query: CardQuery) -> QuerySet[Message]:
    rows = find_reviewable(campaign).filter(recipient__campaign=campaign)
    wanted = {
        Show.ALL: Q(),
        Show.PENDING: UNDECIDED,
        Show.SECOND: UNDECIDED & HALF_APPROVED,
        Show.FLAGGED: FLAGGED,
        Show.APPROVED: APPROVED,
        Show.REJECTED: REJECTED,
        Show.COMMENTED: Q(Exists(Comment.objects.filter(message=OuterRef("pk"), resolved_at=None))),
        Show.SAMPLE: _in_sample(campaign),
        Show.CHANGED: Q(
            Exists(
                _sent(campaign).filter(message=OuterRef("pk")).exclude(content_hash=OuterRef("content_hash"))
            )
        ),
    }[query.show]
    if query.show == Show.PENDING and campaign.needs_second_approver:
        wanted &= ~HALF_APPROVED
    rows = rows.filter(wanted)
    return _search(campaign, rows, query.search) if query.search else rows


def _search(campaign: Campaign, rows: QuerySet[Message], text: str) -> QuerySet[Message]:
    """Those with the text in a name, an address or a line.

    Each table is searched by itself, and what is found looked up; where much is found, the rows of a page are
    soon met in their order.
    """
    people = Recipient.objects.filter(_is_called(text), campaign=campaign).order_by()
    called = list(people.values_list("pk", flat=True)[: FOUND_MAX + 1])
    # Most lines do not hold the text at all, which is found out sooner.
    said = campaign.messages.alias(whole=Cast("lines", TextField())).filter(whole__icontains=_quote(text))
    said = said.alias(texts=_LineTexts(F("lines"))).filter(texts__icontains=_quote(text)).order_by()
    lines = list(said.values_list("pk", flat=True)[: FOUND_MAX + 1]) if len(called) <= FOUND_MAX else called
    if max(len(called), len(lines)) <= FOUND_MAX:
        return rows.filter(Q(recipient_id__in=called) | Q(pk__in=lines))
    either = _is_called(text, "recipient__") | Q(texts__icontains=_quote(text))
    return rows.alias(texts=_LineTexts(F("lines"))).filter(either)


def _is_called(text: str, path: str = "") -> Q:
    found = Q(**{f"{path}name__icontains": text}) | Q(**{f"{path}email__icontains": text})
    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _ROW_MAX:
        found |= Q(**{f"{path}row_number": int(text)})
    return found


def _quote(text: str) -> str:
    """As JSON holds it: the texts of the lines alone are searched, their ids and keys are nobody's words."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


class _LineTexts(Func):
    template = "(jsonb_path_query_array(%(expressions)s, '$[*].text'))::text"
    output_field = TextField()


def _fold(rows: QuerySet[Message]) -> QuerySet[Message]:
    """Of several with the same video only the first person's."""
    # A scalar subquery and no join: the index on content and recipient answers it for the rows of one page.
    same = rows.filter(content_hash=OuterRef("content_hash")).order_by("recipient_id")
    return rows.filter(recipient_id=Subquery(same.values("recipient_id")[:1]))


def _in_sample(campaign: Campaign) -> Q:
    drawn = campaign.review_sample.get("messages")
    return Q(pk__in=drawn) if drawn else Q(is_sample=True)


def _sent(campaign: Campaign) -> QuerySet[Delivery]:
    return Delivery.objects.filter(campaign=campaign, state=DeliveryState.SENT)


def _is_after(field: str, descending: bool, cursor: str) -> Q:
    value, recipient = _read_cursor(cursor)
    beyond, same_or_beyond = ("lt", "lte") if descending else ("gt", "gte")
    tie = Q(**{field: value}, recipient_id__gt=recipient)
    return Q(**{f"{field}__{same_or_beyond}": value}) & (Q(**{f"{field}__{beyond}": value}) | tie)


def _write_cursor(sort: Sort, message: Message) -> str:
    values: dict[Sort, Any] = {
        Sort.RISK: message.risk,
        Sort.ROW: message.recipient.row_number,
        Sort.NAME: message.recipient.name,
        Sort.NEWEST: message.ready_at.isoformat() if message.ready_at else "",
    }
    return json.dumps([values[sort], message.recipient_id], ensure_ascii=False)


def _read_cursor(cursor: str) -> tuple[Any, int]:
    read = json.loads(cursor)
    if not isinstance(read, list) or len(read) != 2 or not isinstance(read[1], int):
        raise ValueError("That is no place in the list.")
    if not isinstance(read[0], str | int | float):
        raise ValueError("That is no place in the list.")
    return read[0], read[1]
