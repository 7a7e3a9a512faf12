"""Two different people approve where the campaign asks for it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from campaigns import review
from campaigns.history import Verb
from campaigns.models import Campaign, HistoryEntry, Message
from campaigns.review.approvers import set_second_approver
from campaigns.review.order import Show, count_shown
from campaigns.states import MoveRefused, ReviewState


@pytest.fixture
def strict(campaign: Campaign, messages: list[Message], alice: User) -> Campaign:
    set_second_approver(campaign, alice, True)
    return campaign


def test_the_first_approval_waits_for_another_person(
    strict: Campaign, messages: list[Message], alice: User
) -> None:
    review.approve(messages[0], alice)
    assert not messages[0].is_approved
    assert not messages[0].revisions.exists()
    counts = count_shown(strict)
    assert (counts[Show.SECOND], counts[Show.PENDING], counts[Show.APPROVED]) == (1, 2, 0)
    assert HistoryEntry.objects.filter(verb=Verb.FIRST_APPROVED).count() == 1


def test_the_same_person_cannot_approve_twice(strict: Campaign, messages: list[Message], alice: User) -> None:
    review.approve(messages[0], alice)
    with pytest.raises(MoveRefused, match="Another person"):
        review.approve(messages[0], alice)


def test_a_second_person_approves(
    strict: Campaign, messages: list[Message], alice: User, carol: User
) -> None:
    review.approve(messages[0], alice)
    assert review.approve(messages[0], carol).is_approved


def test_a_first_approval_of_other_content_counts_for_nothing(
    strict: Campaign, messages: list[Message], alice: User, carol: User
) -> None:
    review.approve(messages[0], alice)
    Message.objects.filter(pk=messages[0].pk).update(content_hash="d" * 64)
    assert not review.approve(messages[0], carol).is_approved


def test_a_rejection_ends_a_first_approval(
    strict: Campaign, messages: list[Message], alice: User, carol: User
) -> None:
    review.approve(messages[0], alice)
    review.reject(messages[0], carol, "wrong text")
    assert not review.approve(messages[0], carol).is_approved


def test_all_at_once_are_first_approvals_and_a_second_person_approves_them(
    strict: Campaign, messages: list[Message], alice: User, carol: User
) -> None:
    for person, approved in ((alice, 0), (carol, 2)):
        review.approve_unflagged(strict, person, seen=review.compute_unflagged_digest(strict))
        assert strict.messages.filter(review_state=ReviewState.APPROVED).count() == approved
    review.undo_last(strict, carol)
    assert count_shown(strict)[Show.SECOND] == 2
    review.undo_last(strict, alice)
    assert count_shown(strict)[Show.PENDING] == 3


def test_the_change_is_in_the_history_and_what_is_approved_stays(
    campaign: Campaign, messages: list[Message], alice: User
) -> None:
    review.approve(messages[0], alice)
    assert set_second_approver(campaign, alice, True)
    assert not set_second_approver(campaign, alice, True)
    messages[0].refresh_from_db()
    assert messages[0].is_approved
    assert HistoryEntry.objects.filter(verb=Verb.APPROVERS_CHANGED).count() == 1
