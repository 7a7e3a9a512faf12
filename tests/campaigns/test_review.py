"""A decision belongs to the exact content that a person saw."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from campaigns import review
from campaigns.models import Campaign, Message
from campaigns.states import MoveRefused, RenderState, ReviewState, RowVerdict
from tests import people


@pytest.fixture
def messages(campaign: Campaign) -> list[Message]:
    """Three that are ready: Ada's without flags, José's with one, O'Neil's without."""
    rows = campaign.recipients.filter(verdict=RowVerdict.VALID).order_by("row_number")
    flags: list[list[str]] = [[], ["The mouth is blurred at 2.1 s."], []]
    made = zip(rows, "abc", flags, strict=True)
    return [people.ready_message(row, content_hash=letter * 64, flags=flag) for row, letter, flag in made]


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


def test_all_without_flags_are_approved_and_the_flagged_one_waits(
    campaign: Campaign, messages: list[Message], alice: User
) -> None:
    assert review.approve_unflagged(campaign, alice, seen=review.compute_unflagged_digest(campaign)) == 2
    for message in messages:
        message.refresh_from_db()
    assert [message.is_approved for message in messages] == [True, False, True]


def test_a_rejected_one_stays_rejected_when_the_rest_is_approved(
    campaign: Campaign, messages: list[Message], alice: User
) -> None:
    review.reject(messages[0], alice, "wrong text")
    review.approve_unflagged(campaign, alice, seen=review.compute_unflagged_digest(campaign))
    messages[0].refresh_from_db()
    assert messages[0].review_state == ReviewState.REJECTED


def test_all_without_flags_are_refused_when_one_changed_since_the_page_was_opened(
    campaign: Campaign, messages: list[Message], alice: User
) -> None:
    seen = review.compute_unflagged_digest(campaign)
    Message.objects.filter(pk=messages[2].pk).update(content_hash="d" * 64)
    with pytest.raises(MoveRefused, match="Reload"):
        review.approve_unflagged(campaign, alice, seen=seen)
    assert not Message.objects.filter(review_state=ReviewState.APPROVED).exists()


def test_flagged_messages_come_first(campaign: Campaign, messages: list[Message]) -> None:
    assert [str(message.recipient) for message in review.sort_for_review(campaign)] == [
        "José",
        "Ada",
        "O'Neil",
    ]


def test_among_equally_flagged_messages_the_worst_scores_come_first(
    campaign: Campaign, messages: list[Message]
) -> None:
    good = {"aperture_r": 0.98, "closure": 1.0, "sharpness": 1.0, "seam": 1.02}
    for message, scores in zip(messages, (good, good | {"closure": 0.5}, good | {"seam": 1.4}), strict=True):
        Message.objects.filter(pk=message.pk).update(scores=scores, flags=[])
    ordered = review.sort_for_review(campaign)
    assert ordered == [messages[1], messages[2], messages[0]]
    assert review.compute_doubt(ordered[0]) > 1 > review.compute_doubt(ordered[1])


def test_a_line_is_personal_when_it_differs_or_not_everybody_hears_it(messages: list[Message]) -> None:
    same = {"id": "1.0", "text": "Thanks for coming."}
    for message in messages:
        message.lines = [*message.lines, same]
    messages[0].lines = [*messages[0].lines, {"id": "2.0", "text": "You won."}]
    assert review.find_personal_line_ids(messages) == {"0.0", "2.0"}


def test_each_decision_is_in_the_history(messages: list[Message], alice: User) -> None:
    review.approve(messages[0], alice)
    review.reject(messages[0], alice, "wrong text")
    told = [entry.change_message for entry in LogEntry.objects.order_by("pk")]
    assert told == ["approved content aaaaaaaaaaaa", "rejected content aaaaaaaaaaaa: wrong text"]
