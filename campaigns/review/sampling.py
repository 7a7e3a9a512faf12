"""A sample instead of everything: how many to look at, which ones, and what may be said of the rest then."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import MD5, Cast, Concat

from campaigns.claims import clock
from campaigns.history import Verb, record
from campaigns.models import Campaign, Job, Message
from campaigns.review.bulk import find_unflagged, start_approval
from campaigns.review.standing import APPROVED, HALF_APPROVED, REJECTED
from campaigns.states import MoveRefused

CONFIDENCE = 0.95
RISKIEST = 10  # always looked at, beside the drawn ones
CHOICES = (20, 50, 100)  # “fewer than 1 in N is bad”
NOT_DRAWN = "Draw a sample first and look at it."
BAD_ONE = (
    "A video of the sample was rejected, so the rest cannot be approved unseen. "
    "Mend the cause, render again, and draw a new sample."
)


@dataclass(frozen=True)
class Sample:
    """How far the review of a drawn sample is."""

    one_in: int
    total: int
    approved: int
    rejected: int

    @property
    def to_review(self) -> int:
        return self.total - self.approved - self.rejected

    @property
    def is_passed(self) -> bool:
        return self.total > 0 and self.approved == self.total


def compute_size(population: int, one_in: int) -> int:
    """How many random ones to look at, so that, if all are good, with 95 % confidence fewer than 1 in
    ``one_in`` of the population is bad: as many as make it likelier than that to meet a bad one if there were
    so many."""
    bad = max(1, math.ceil(population / one_in))
    drawn = (1 - (1 - CONFIDENCE) ** (1 / bad)) * (population - (bad - 1) / 2)
    return min(population, math.ceil(drawn))


def draw_sample(campaign: Campaign, user: AbstractBaseUser, one_in: int) -> Sample:
    """Draw from the videos without flags: the riskiest, and random ones in an order that is the same whenever
    it is asked for. MoveRefused where there are none."""
    unflagged = find_unflagged(campaign)
    size = compute_size(unflagged.count(), one_in)
    if not size:
        raise MoveRefused("There is no video without a flag to draw from.")
    riskiest = unflagged.order_by("-risk", "recipient_id").values_list("pk", flat=True)[:RISKIEST]
    drawn = set(riskiest) | set(_shuffle(campaign, unflagged).values_list("pk", flat=True)[:size])
    campaign.review_sample = {
        "one_in": one_in,
        "messages": sorted(drawn),
        "drawn_at": clock.now().isoformat(),
    }
    campaign.save(update_fields=["review_sample"])
    record(
        user, Verb.SAMPLE_DRAWN, campaign=campaign, about=campaign.name, one_in=one_in, messages=len(drawn)
    )
    return Sample(one_in, len(drawn), 0, 0)


def find_sample(campaign: Campaign) -> Sample | None:
    """The drawn sample as it stands; None where none was drawn or nothing of it is left."""
    drawn = campaign.messages.filter(pk__in=campaign.review_sample.get("messages", ()))
    total = drawn.count()
    if not total:
        return None
    good = APPROVED | HALF_APPROVED if campaign.needs_second_approver else APPROVED
    approved = drawn.filter(good).count()
    return Sample(
        campaign.review_sample["one_in"], total, approved, drawn.filter(REJECTED).exclude(good).count()
    )


def approve_rest(campaign: Campaign, user: AbstractBaseUser, *, seen: str) -> Job | int:
    """Approve what is without flags and undecided, once the whole sample was found good."""
    sample = find_sample(campaign)
    if sample is None:
        raise MoveRefused(NOT_DRAWN)
    if sample.rejected:
        raise MoveRefused(BAD_ONE)
    if not sample.is_passed:
        raise MoveRefused(f"Look at the sample first: {sample.to_review} of {sample.total} are left.")
    query = f"after a sample of {sample.total}: fewer than 1 in {sample.one_in} is bad, with 95 % confidence"
    return start_approval(campaign, user, seen=seen, query=query)


def _shuffle(campaign: Campaign, rows: QuerySet[Message]) -> QuerySet[Message]:
    seed = Value(str(campaign.public_id))
    return rows.order_by(MD5(Concat(seed, Cast(F("public_id"), CharField()), output_field=CharField())), "pk")
