"""A decision belongs to the exact content that a person saw."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from campaigns import review
from campaigns.history import Verb
from campaigns.models import HistoryEntry, Message
from campaigns.states import MoveRefused, RenderState, ReviewState


def test_an_approval_holds_for_the_content_that_was_approved(messages: list[Message], alice: User) -> None:
    approved = review.approve(messages[0], alice, seen_hash="a" * 64)
    assert approved.is_approved
    assert approved.reviewed_by == alice


def test_an_approval_ends_when_the_content_changes(messages: list[Message], alice: User) -> None:
    approved = review.approve(messages[0], alice)
    approved.content_hash = "d" * 64
    assert not approved.is_approved


def test_changed_content_can_be_approved_anew(messages: list[Message], alice: User) -> None:
    review.approve(messages[0], alice)
    Message.objects.filter(pk=messages[0].pk).update(content_hash="d" * 64)
    assert review.approve(messages[0], alice, seen_hash="d" * 64).is_approved


def test_what_was_rendered_again_since_it_was_seen_is_not_approved(
    messages: list[Message], alice: User
) -> None:
    Message.objects.filter(pk=messages[0].pk).update(content_hash="d" * 64)
    with pytest.raises(MoveRefused, match="rendered again"):
        review.approve(messages[0], alice, seen_hash="a" * 64)
    messages[0].refresh_from_db()
    assert messages[0].review_state == ReviewState.PENDING


def test_what_is_not_ready_cannot_be_decided_on(messages: list[Message], alice: User) -> None:
    Message.objects.filter(pk=messages[0].pk).update(render_state=RenderState.RENDERING)
    with pytest.raises(MoveRefused, match="no finished video"):
        review.approve(messages[0], alice)


def test_a_rejection_needs_a_reason(messages: list[Message], alice: User) -> None:
    with pytest.raises(MoveRefused, match="Say why"):
        review.reject(messages[0], alice, "   ")


def test_a_rejection_takes_an_approval_back(messages: list[Message], alice: User) -> None:
    review.approve(messages[0], alice)
    rejected = review.reject(messages[0], alice, " the name is said wrong ")
    assert not rejected.is_approved
    assert (rejected.approved_hash, rejected.reject_reason) == ("", "the name is said wrong")


def test_approving_twice_changes_nothing(messages: list[Message], alice: User) -> None:
    review.approve(messages[0], alice)
    assert review.approve(messages[0], alice).is_approved


def test_each_decision_is_in_the_history(messages: list[Message], alice: User) -> None:
    review.approve(messages[0], alice)
    review.reject(messages[0], alice, "wrong text")
    told = HistoryEntry.objects.order_by("pk").values_list(
        "verb", "about", "details__content", "details__reason"
    )
    assert list(told) == [
        (Verb.APPROVED, "Ada", "a" * 64, None),
        (Verb.REJECTED, "Ada", "a" * 64, "wrong text"),
    ]


def test_a_decision_on_one_decides_all_with_the_same_video(messages: list[Message], alice: User) -> None:
    Message.objects.filter(pk=messages[2].pk).update(content_hash="a" * 64)
    entry = review.approve_alike(messages[0], alice, seen_hash="a" * 64)
    assert entry.about == "Ada and 1 with the same video"
    approved = [message.pk for message in Message.objects.all() if message.is_approved]
    assert sorted(approved) == [messages[0].pk, messages[2].pk]


def test_the_link_shows_what_was_approved_and_nothing_once_it_is_rejected(
    messages: list[Message], alice: User
) -> None:
    review.approve(messages[0], alice)
    assert messages[0].revisions.get().withdrawn_at is None
    review.reject(messages[0], alice, "wrong text")
    assert messages[0].revisions.get().withdrawn_at is not None


def test_a_rejection_of_newer_content_leaves_the_link_of_the_older(
    messages: list[Message], alice: User
) -> None:
    review.approve(messages[0], alice)
    Message.objects.filter(pk=messages[0].pk).update(content_hash="d" * 64)
    review.reject(messages[0], alice, "wrong text")
    assert messages[0].revisions.get().withdrawn_at is None
