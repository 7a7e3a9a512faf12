"""Which lines of a script are personal, as its messages show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from campaigns.models import Campaign, Message
from campaigns.review.standing import find_reviewable

_COMPARED = 100  # messages; a line that is the same in all of them counts as shared


def find_personal_line_ids(messages: Iterable[Message]) -> frozenset[str]:
    """Lines of the script that do not sound the same in every one of these messages."""
    texts: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    total = 0
    for message in messages:
        total += 1
        for line in message.lines:
            texts.setdefault(line["id"], set()).add(line["text"])
            counts[line["id"]] += 1
    return frozenset(line for line in texts if len(texts[line]) > 1 or counts[line] < total)


def find_personal_lines(campaign: Campaign, shown: Iterable[Message]) -> frozenset[str]:
    """The same for a campaign: those shown beside its first ones, so that it costs the same at any size."""
    first = (
        find_reviewable(campaign)
        .only("campaign", "lines", "render_state", "review_state")
        .order_by("-risk", "recipient_id")[:_COMPARED]
    )
    return find_personal_line_ids([*first, *shown])
