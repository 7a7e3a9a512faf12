"""A sample stands for the rest, by a rule that is said."""

from __future__ import annotations

from math import comb

import pytest
from django.contrib.auth.models import User

from campaigns import review
from campaigns.models import Campaign, Message
from campaigns.review.sampling import approve_rest, compute_size, draw_sample, find_sample
from campaigns.states import MoveRefused


@pytest.mark.parametrize("one_in", [20, 50, 100])
@pytest.mark.parametrize("population", [1, 10, 100, 1000, 20_000, 100_000])
def test_so_many_are_looked_at_that_a_bad_share_would_have_shown_itself(population: int, one_in: int) -> None:
    size = compute_size(population, one_in)
    bad = max(1, -(-population // one_in))
    missed = comb(population - bad, size) / comb(population, size)
    assert missed <= 0.051
    assert size <= population


def test_the_same_ones_are_drawn_each_time(campaign: Campaign, messages: list[Message], alice: User) -> None:
    drawn = []
    for _ in range(2):
        draw_sample(campaign, alice, 20)
        drawn.append(campaign.review_sample["messages"])
    assert drawn[0] == drawn[1] == sorted([messages[0].pk, messages[2].pk])  # José's has a flag


def test_the_rest_is_approved_once_the_sample_is_good(
    campaign: Campaign, messages: list[Message], alice: User
) -> None:
    seen = review.compute_unflagged_digest(campaign)
    with pytest.raises(MoveRefused, match="Draw a sample"):
        approve_rest(campaign, alice, seen=seen)
    draw_sample(campaign, alice, 20)
    campaign.review_sample["messages"] = [messages[0].pk]
    campaign.save()
    with pytest.raises(MoveRefused, match="1 of 1 are left"):
        approve_rest(campaign, alice, seen=seen)
    review.approve(messages[0], alice)
    assert approve_rest(campaign, alice, seen=seen) == 1
    messages[2].refresh_from_db()
    assert messages[2].is_approved


def test_a_rejected_one_of_the_sample_keeps_the_rest_unapproved(
    campaign: Campaign, messages: list[Message], alice: User
) -> None:
    draw_sample(campaign, alice, 20)
    review.reject(messages[0], alice, "wrong text")
    sample = find_sample(campaign)
    assert sample is not None
    assert (sample.total, sample.rejected, sample.to_review) == (2, 1, 1)
    with pytest.raises(MoveRefused, match="rejected"):
        approve_rest(campaign, alice, seen=review.compute_unflagged_digest(campaign))


def test_nothing_is_drawn_where_everything_is_flagged(campaign: Campaign, alice: User) -> None:
    with pytest.raises(MoveRefused, match="no video without a flag"):
        draw_sample(campaign, alice, 20)
