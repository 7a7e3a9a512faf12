"""The people of a campaign as a page lists them: filtered and searched in the database."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import BooleanField, Count, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from campaigns.models import Campaign, Delivery, Recipient
from campaigns.states import DeliveryState, RowVerdict

MATCHES_MAX = 500
# A cell of any column; the text of all cells first, which is read faster, then each by itself, for that text
# has the columns' names in it, too.
_ANY_CELL = """("campaigns_recipient"."values")::text ILIKE %s AND EXISTS (
    SELECT 1 FROM jsonb_each_text("campaigns_recipient"."values") AS cell WHERE cell.value ILIKE %s)"""


class Shown(StrEnum):
    """Whom the list shows."""

    ATTENTION = "attention"
    ALL = "all"
    VALID = "valid"
    SENT = "sent"
    REMOVED = "removed"


@dataclass(frozen=True)
class PeopleCounts:
    """How many there are of each."""

    all: int
    attention: int
    valid: int
    sent: int
    removed: int

    @property
    def first(self) -> Shown:
        """What the list begins with: whoever needs attention, where somebody does."""
        return Shown.ATTENTION if self.attention else Shown.ALL


def count_people(campaign: Campaign) -> PeopleCounts:
    """All counts, in two queries."""
    living = Q(removed_at=None)
    counts = campaign.recipients.aggregate(
        valid=Count("pk", filter=living & Q(verdict=RowVerdict.VALID)),
        attention=Count("pk", filter=living & Q(verdict=RowVerdict.REJECTED)),
        removed=Count("pk", filter=~living),
    )
    sent = campaign.deliveries.filter(state=DeliveryState.SENT).exclude(message=None)
    return PeopleCounts(
        all=counts["valid"] + counts["attention"],
        sent=sent.values("message").distinct().count(),
        **counts,
    )


def find_people(campaign: Campaign, shown: Shown, words: str = "") -> QuerySet[Recipient]:
    """These people in the order of the sheet; ``words`` stand together in their name or in a cell."""
    people = campaign.recipients.order_by("row_number", "pk")
    match shown:
        case Shown.REMOVED:
            people = people.exclude(removed_at=None)
        case Shown.SENT:
            people = people.filter(Exists(_sent_to()))
        case Shown.ATTENTION:
            people = people.filter(removed_at=None, verdict=RowVerdict.REJECTED)
        case Shown.VALID:
            people = people.filter(removed_at=None, verdict=RowVerdict.VALID)
        case _:
            people = people.filter(removed_at=None)
    return people.filter(_has(words)) if words.strip() else people


def find_matches(campaign: Campaign, shown: Shown, words: str) -> list[int]:
    """Keys of the first people who have these words, up to ``MATCHES_MAX``: one look through the cells."""
    return list(find_people(campaign, shown, words).values_list("pk", flat=True)[:MATCHES_MAX])


def list_sent(people: QuerySet[Recipient] | list[Recipient]) -> set[int]:
    """Which of these people were sent to."""
    keys = [person.pk for person in people]
    found = Delivery.objects.filter(state=DeliveryState.SENT, message__recipient__in=keys)
    return {pk for pk in found.values_list("message__recipient_id", flat=True) if pk is not None}


def _sent_to() -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=DeliveryState.SENT, message__recipient=OuterRef("pk"))


def _has(words: str) -> Q:
    escaped = words.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    # Quotes and backslashes are written otherwise in the text of all cells.
    whole = "%" if '"' in escaped or "\\\\" in escaped else f"%{escaped}%"
    any_cell = RawSQL(_ANY_CELL, (whole, f"%{escaped}%"), output_field=BooleanField())
    return Q(name__icontains=words.strip()) | Q(any_cell)
