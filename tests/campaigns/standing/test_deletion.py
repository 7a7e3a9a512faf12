"""A campaign and a presenter deleted: what goes is told, it all goes, and what was sent is still known."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from campaigns.claims import Claim
from campaigns.engine import Cancelled, Step
from campaigns.history import Verb
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import JobProgress
from campaigns.jobs.queue import enqueue
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Delivery, Event, HistoryEntry, Job, Message, Presenter, Recipient
from campaigns.review import approve
from campaigns.standing.archive import find_deletion, restore
from campaigns.standing.deletion import (
    DELETED_AT_ONCE,
    Losses,
    count_losses,
    run_job,
    start_deletion,
)
from campaigns.standing.row_tree import ROWS_AT_ONCE
from campaigns.states import CampaignState, DeliveryState, EventKind, JobState, MoveRefused
from tests import people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(campaign: Campaign, alice: User) -> Campaign:
    """Ada's video was approved, sent and played; an export lies there, and a draft of the script."""
    message = people.ready_message(campaign.recipients.get(name="Ada"))
    approve(message, alice, seen_hash=message.content_hash)
    Delivery.objects.create(
        message=message, campaign=campaign, recipient_name="Ada", address="ada@example.org",
        content_hash="a" * 64, state=DeliveryState.SENT, sent_at=timezone.now(),
    )  # fmt: skip
    Event.objects.create(message=message, recipient_name="Ada", kind=EventKind.PLAYED)
    enqueue(JobKind.EXPORT, campaign=campaign, user=alice)
    campaign.script_drafts.create(user=alice, script="Hello.")
    return campaign


def add_people(campaign: Campaign, count: int) -> None:
    rows = [Recipient(campaign=campaign, row_number=number, name="Zoe") for number in range(10, 10 + count)]
    Recipient.objects.bulk_create(rows)


def test_what_goes_is_counted_before(sent: Campaign, presenter: Presenter) -> None:
    assert count_losses(sent) == Losses(people=4, videos=1, links=1)
    assert count_losses(presenter) == Losses(links=1, used_by=("Spring",))


def test_a_small_campaign_goes_at_once_with_its_files_and_leaves_what_was_sent(
    sent: Campaign, alice: User
) -> None:
    folder = f"campaigns/{sent.public_id}"
    assert default_storage.exists(folder)
    assert start_deletion(sent, alice) is None
    assert not Campaign.objects.exists() and not Message.objects.exists() and not Job.objects.exists()
    assert not default_storage.exists(folder)
    assert Delivery.objects.get().recipient_name == Event.objects.get().recipient_name == "Ada"
    told = HistoryEntry.objects.get(verb=Verb.CAMPAIGN_DELETED)
    assert told.about == "Spring" and told.details == {"people": 4, "videos": 1, "links": 1}
    connection.check_constraints()


def test_many_people_go_behind_the_page_in_the_archive(sent: Campaign, alice: User) -> None:
    add_people(sent, DELETED_AT_ONCE)
    job = start_deletion(sent, alice)
    assert job is not None and find_deletion(sent) == job
    sent.refresh_from_db()
    assert sent.archived_at is not None
    with pytest.raises(MoveRefused, match="being deleted already"):
        start_deletion(sent, alice)
    with pytest.raises(MoveRefused, match="Cancel that first"):
        restore(sent, alice)
    sent.refresh_from_db()
    assert sent.archived_at is not None
    assert work_on_job(job.pk) == JobState.DONE
    assert not Campaign.objects.exists() and not Recipient.objects.exists()
    assert Job.objects.get().result["next"] == reverse("admin:campaigns_campaign_changelist")


def test_cancelled_it_keeps_what_is_not_deleted_yet_and_says_how_much_went(
    sent: Campaign, alice: User
) -> None:
    add_people(sent, 2 * ROWS_AT_ONCE)
    job = start_deletion(sent, alice)
    assert job is not None

    class CancelledLater(JobProgress):
        def __call__(self, stage: str, done: int = 0, total: int = 0) -> None:
            if Step(stage, done, total).done >= ROWS_AT_ONCE:
                raise Cancelled

    with pytest.raises(Cancelled):
        run_job(job, CancelledLater(Claim(Job.objects.none())))
    assert sent.recipients.count() == 4 + ROWS_AT_ONCE
    stopped = HistoryEntry.objects.get(verb=Verb.DELETION_STOPPED)
    assert stopped.details == {"people_deleted": ROWS_AT_ONCE}


def test_a_campaign_at_work_is_not_deleted(sent: Campaign, alice: User) -> None:
    Campaign.objects.filter(pk=sent.pk).update(state=CampaignState.RENDERING)
    with pytest.raises(MoveRefused, match="Cancel it first"):
        start_deletion(sent, alice)
    assert Campaign.objects.exists()


def test_a_presenter_goes_when_no_campaign_uses_it(sent: Campaign, presenter: Presenter, alice: User) -> None:
    with pytest.raises(MoveRefused, match="One campaign uses Nora"):
        start_deletion(presenter, alice)
    other = Presenter.objects.create(name="Other")
    Campaign.objects.filter(pk=sent.pk).update(presenter=other)
    start_deletion(presenter, alice)
    assert list(Presenter.objects.all()) == [other]
    assert not default_storage.exists(f"presenters/{presenter.public_id}")
    told = HistoryEntry.objects.get(verb=Verb.PRESENTER_DELETED)
    assert (told.about, told.details) == ("Nora", {"links": 1})
