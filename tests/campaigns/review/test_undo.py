"""Every decision can be taken back, also one on many."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from campaigns import review
from campaigns.history import Verb
from campaigns.models import Campaign, HistoryEntry, Message
from campaigns.review.undo import NOTHING
from campaigns.states import MoveRefused, ReviewState


def states(campaign: Campaign) -> list[str]:
    return list(campaign.messages.order_by("pk").values_list("review_state", flat=True))


def test_an_approval_is_undone_and_its_link_shows_nothing(
    campaign: Campaign, messages: list[Message], alice: User
) -> None:
    review.approve(messages[0], alice)
    undone = review.undo_last(campaign, alice)
    assert states(campaign)[0] == ReviewState.PENDING
    assert messages[0].revisions.get().withdrawn_at is not None
    assert (undone.verb, undone.about, undone.details["messages"]) == (Verb.DECISION_UNDONE, "Ada", 1)


def test_an_undone_rejection_gives_the_approval_before_it_back(
    campaign: Campaign, messages: list[Message], alice: User
) -> None:
    review.approve(messages[0], alice)
    review.reject(messages[0], alice, "wrong text")
    review.undo_last(campaign, alice)
    messages[0].refresh_from_db()
    assert messages[0].is_approved
    assert messages[0].revisions.get().withdrawn_at is None


def test_undo_goes_back_one_decision_after_the_other(
    campaign: Campaign, messages: list[Message], alice: User
) -> None:
    review.reject(messages[0], alice, "one")
    review.reject(messages[0], alice, "two")
    review.undo_last(campaign, alice)
    assert Message.objects.get(pk=messages[0].pk).reject_reason == "one"
    review.undo_last(campaign, alice)
    assert states(campaign)[0] == ReviewState.PENDING
    with pytest.raises(MoveRefused, match=NOTHING):
        review.undo_last(campaign, alice)


def test_a_decision_on_many_is_undone_as_a_whole(
    campaign: Campaign, messages: list[Message], alice: User
) -> None:
    review.approve_unflagged(campaign, alice, seen=review.compute_unflagged_digest(campaign))
    assert review.undo_last(campaign, alice).details["messages"] == 2
    assert set(states(campaign)) == {ReviewState.PENDING}


def test_what_somebody_decided_since_is_left(
    campaign: Campaign, messages: list[Message], alice: User, carol: User
) -> None:
    review.approve_unflagged(campaign, alice, seen=review.compute_unflagged_digest(campaign))
    review.reject(messages[0], carol, "wrong text")
    assert review.undo_last(campaign, alice).details["messages"] == 1
    assert states(campaign)[0] == ReviewState.REJECTED


def test_what_was_rendered_again_since_is_left(
    campaign: Campaign, messages: list[Message], alice: User
) -> None:
    review.approve(messages[0], alice)
    Message.objects.filter(pk=messages[0].pk).update(content_hash="d" * 64)
    assert review.undo_last(campaign, alice).details["messages"] == 0


def test_nobody_undoes_what_another_decided(
    campaign: Campaign, messages: list[Message], alice: User, carol: User
) -> None:
    review.approve(messages[0], carol)
    with pytest.raises(MoveRefused, match=NOTHING):
        review.undo_last(campaign, alice)
    assert HistoryEntry.objects.count() == 1
