"""Many approved at once: exactly the contents that stood there."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns import review
from campaigns.history import Verb
from campaigns.jobs.queue import cancel
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, HistoryEntry, Job, Message
from campaigns.review import bulk
from campaigns.states import JobState, MoveRefused, ReviewState


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


def test_all_at_once_are_one_entry_of_the_history_with_their_number(
    campaign: Campaign, messages: list[Message], alice: User
) -> None:
    review.approve_unflagged(campaign, alice, seen=review.compute_unflagged_digest(campaign))
    entry = HistoryEntry.objects.get()
    assert (entry.verb, entry.about, entry.details["messages"]) == (Verb.APPROVED, bulk.ABOUT, 2)
    assert entry.details["query"] == "undecided without flags"


def test_the_number_of_queries_does_not_grow_with_the_messages(
    campaign: Campaign, messages: list[Message], alice: User
) -> None:
    Message.objects.filter(pk=messages[2].pk).update(flags=["one"])
    counted = []
    for _ in range(2):  # one without flags, then all three
        seen = review.compute_unflagged_digest(campaign)
        with CaptureQueriesContext(connection) as queries:
            review.approve_unflagged(campaign, alice, seen=seen)
        counted.append(len(queries))
        review.undo_last(campaign, alice)
        Message.objects.update(flags=[])
    assert counted[0] == counted[1]


@pytest.fixture
def job(campaign: Campaign, messages: list[Message], alice: User, monkeypatch: pytest.MonkeyPatch) -> Job:
    """Two to approve, one a batch, by a worker."""
    monkeypatch.setattr(bulk, "AT_ONCE_MAX", 1)
    monkeypatch.setattr(bulk, "_BATCH", 1)
    started = bulk.start_approval(campaign, alice, seen=review.compute_unflagged_digest(campaign))
    assert isinstance(started, Job)
    return started


def test_a_worker_approves_many_and_says_how_many(job: Job) -> None:
    assert work_on_job(job.pk) == JobState.DONE
    job.refresh_from_db()
    assert job.result == {"approved": 2}
    assert HistoryEntry.objects.get().details["messages"] == 2


def test_a_worker_approves_nothing_that_was_rendered_since(job: Job, messages: list[Message]) -> None:
    Message.objects.filter(pk=messages[0].pk).update(content_hash="d" * 64)
    assert work_on_job(job.pk) == JobState.FAILED
    job.refresh_from_db()
    assert job.failure == bulk.CHANGED


class _CancelledAtSecondLook:
    def __init__(self, job: Job) -> None:
        self.job, self.looks = job, 0

    def __call__(self, stage: str, done: int = 0, total: int = 0) -> None:
        self.looks += 1
        if self.looks == 2:
            cancel(self.job)
            raise bulk.Cancelled


def test_what_was_approved_before_the_cancelling_stays_and_can_be_undone(
    job: Job, campaign: Campaign, alice: User
) -> None:
    with pytest.raises(bulk.Cancelled):
        bulk.run_job(job, _CancelledAtSecondLook(job))  # type: ignore[arg-type]
    assert campaign.messages.filter(review_state=ReviewState.APPROVED).count() == 1
    review.undo_last(campaign, alice)
    assert not campaign.messages.filter(review_state=ReviewState.APPROVED).exists()


def test_a_worker_goes_on_where_an_earlier_one_died(job: Job, campaign: Campaign) -> None:
    with pytest.raises(bulk.Cancelled):
        bulk.run_job(job, _CancelledAtSecondLook(job))  # type: ignore[arg-type]
    assert bulk.run_job(job, lambda *_: None) == {"approved": 2}  # type: ignore[arg-type]
