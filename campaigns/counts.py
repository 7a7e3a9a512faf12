"""How far campaigns are, in numbers: a handful of queries for any number of campaigns and people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet

from campaigns.models import Campaign, Delivery, Message, Recipient
from campaigns.states import DeliveryState, RenderState, ReviewState, RowVerdict


@dataclass(frozen=True)
class Counts:
    """The numbers of one campaign that decide which steps are done."""

    valid: int
    rejected: int
    ready: int
    failed: int
    approved: int
    to_review: int
    sent: int


def compute_counts(campaign: Campaign) -> Counts:
    return compute_counts_of([campaign])[campaign.pk]


def compute_counts_of(campaigns: Iterable[Campaign]) -> Mapping[int, Counts]:
    """The counts of each campaign by its pk, in four queries for all of them.

    Each is answered from an index alone; a query that counts several kinds of rows at once would read rows.
    """
    pks = [campaign.pk for campaign in campaigns]
    verdicts = _count_by(Recipient.objects.filter(campaign__in=pks, removed_at=None), "verdict")
    states = _count_by(Message.objects.filter(campaign__in=pks), "render_state", "review_state")
    approved = _count_by(select_approved(Message.objects.filter(campaign__in=pks)))
    sent = _count_by(Delivery.objects.filter(campaign__in=pks, state=DeliveryState.SENT))
    return {pk: _build_counts(pk, verdicts, states, approved.get((pk,), 0), sent.get((pk,), 0)) for pk in pks}


def select_approved(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Those that are approved for exactly the content that is stored now, as `Message.is_approved` says."""
    approved = {"render_state": RenderState.READY, "review_state": ReviewState.APPROVED}
    return messages.filter(**approved, approved_hash=F("content_hash")).exclude(content_hash="")


_Tally = Mapping[tuple[object, ...], int]


def _count_by(rows: QuerySet[Recipient] | QuerySet[Message] | QuerySet[Delivery], *columns: str) -> _Tally:
    grouped = rows.order_by().values_list("campaign_id", *columns).annotate(number=Count("*"))
    return {tuple(row[:-1]): row[-1] for row in grouped}


def _build_counts(pk: int, verdicts: _Tally, states: _Tally, approved: int, sent: int) -> Counts:
    ready = sum(states.get((pk, RenderState.READY, state), 0) for state in ReviewState)
    rejected = states.get((pk, RenderState.READY, ReviewState.REJECTED), 0)
    return Counts(
        valid=verdicts.get((pk, RowVerdict.VALID), 0),
        rejected=verdicts.get((pk, RowVerdict.REJECTED), 0),
        ready=ready,
        failed=sum(states.get((pk, RenderState.FAILED, state), 0) for state in ReviewState),
        approved=approved,
        to_review=ready - approved - rejected,
        sent=sent,
    )
