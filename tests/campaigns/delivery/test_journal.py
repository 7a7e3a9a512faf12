"""The journal: what it knows of is never sent again, whatever a restored database says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from campaigns.claims import clock
from campaigns.delivery import attempt, journal
from campaigns.delivery.attempt import deliver
from campaigns.delivery.channels.registry import find_channel
from campaigns.delivery.journal import Step
from campaigns.delivery.plan import make_plan
from campaigns.delivery.schedule import decide, send_approved, sweep_stalled
from campaigns.models import Campaign, Delivery, Message, Recipient
from campaigns.review import approve
from tests import people
from tests.campaigns.mail import Postbox, approve_all, mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def postbox(settings: Any, tmp_path: Path) -> Iterator[Postbox]:
    settings.SENT_JOURNAL_DIR = tmp_path / "sent"
    with mail_server(settings) as running:
        yield running


@pytest.fixture
def scheduled(campaign: Campaign, alice: User, postbox: Postbox) -> list[Delivery]:
    approve_all(campaign, alice)
    send_approved(campaign, alice)
    return list(Delivery.objects.order_by("pk"))


def deliver_all() -> list[str]:
    return [deliver(pk, "test") for pk in Delivery.objects.order_by("pk").values_list("pk", flat=True)]


def test_it_holds_no_name_and_no_address(scheduled: list[Delivery], tmp_path: Path) -> None:
    deliver_all()
    lines = "".join(path.read_text() for path in (tmp_path / "sent").iterdir())
    assert lines.count("S ") == lines.count("B ") == 3
    assert not any(word in lines.casefold() for word in ("neil", "example", "@", str(scheduled[0].link_id)))


def test_a_database_from_before_sending_sends_nothing_again(
    scheduled: list[Delivery], postbox: Postbox
) -> None:
    deliver_all()
    Delivery.objects.update(state="scheduled", sent_at=None)  # as the copy has them
    journal.note(scheduled[0], Step.NOT)  # nothing unsends
    plan = make_plan(Campaign.objects.get(), find_channel())
    assert (plan.people, plan.known, plan.first) == (0, 3, None)
    assert deliver_all() == ["sent"] * 3
    assert len(postbox.mails) == 3
    first = Delivery.objects.order_by("pk")[0]
    assert first.reason == attempt.KNOWN_SENT and first.sent_at is not None


def test_nor_does_one_from_before_the_people_were_there(
    scheduled: list[Delivery], campaign: Campaign, alice: User, postbox: Postbox
) -> None:
    """Imported, rendered and approved once more: other rows and links, the same addresses."""
    deliver_all()
    Delivery.objects.all().delete()
    Message.objects.all().delete()
    approve_all(campaign, alice)
    send_approved(campaign, alice)
    assert deliver_all() == ["sent"] * 3
    assert len(postbox.mails) == 3


def test_what_had_begun_waits_for_a_person_whose_word_counts(
    scheduled: list[Delivery], alice: User, postbox: Postbox
) -> None:
    delivery = scheduled[0]
    journal.note(delivery, Step.BEGUN)
    assert deliver(delivery.pk, "test") == "unknown"
    delivery.refresh_from_db()
    assert attempt.KNOWN_BEGUN in delivery.reason
    decide(delivery, was_sent=False, user=alice)
    assert deliver(delivery.pk, "test") == "sent"
    assert len(postbox.mails) == 1


def test_what_the_server_did_not_take_may_leave_later(scheduled: list[Delivery], postbox: Postbox) -> None:
    postbox.data_answer = "451 4.3.0 Full"
    assert deliver(scheduled[0].pk, "test") == "scheduled"
    postbox.data_answer = "250 OK"
    Delivery.objects.update(due_at=None)
    assert deliver(scheduled[0].pk, "test") == "sent"


def test_a_worker_that_died_after_the_journal_knew_is_no_question(
    scheduled: list[Delivery], postbox: Postbox
) -> None:
    """The embedded database may lose its last moments; the journal does not."""
    sent, begun, _ = scheduled
    deliver(sent.pk, "test")
    journal.note(begun, Step.BEGUN)
    silent = clock.now() - timedelta(hours=1)
    Delivery.objects.filter(pk__in=[sent.pk, begun.pk]).update(state="sending", heartbeat_at=silent)
    assert sweep_stalled() == 2
    states = list(Delivery.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["sent", "unknown", "scheduled"]


def test_two_people_with_one_address_get_a_mail_each(
    campaign: Campaign, alice: User, postbox: Postbox
) -> None:
    Recipient.objects.filter(name="José").update(email="Ada@example.org")
    approve_all(campaign, alice)
    send_approved(campaign, alice)
    assert deliver_all() == ["sent"] * 3
    assert sorted(postbox.addresses()) == ["Ada@example.org", "ada@example.org", "oneil@example.org"]


def test_half_a_line_says_nothing_and_spoils_no_other(scheduled: list[Delivery], tmp_path: Path) -> None:
    first, second, _ = scheduled
    journal.note(first, Step.SENT)
    file = next((tmp_path / "sent").iterdir())
    file.write_bytes(file.read_bytes() + b"S 0123")
    journal.note(second, Step.BEGUN)
    known = [journal.find(one) for one in scheduled]
    assert [entry and entry.step for entry in known] == [Step.SENT, Step.BEGUN, None]


def test_nothing_leaves_while_it_cannot_be_written(
    scheduled: list[Delivery], postbox: Postbox, settings: Any, tmp_path: Path
) -> None:
    settings.SENT_JOURNAL_DIR = tmp_path / "a file" / "sent"
    (tmp_path / "a file").touch()
    assert deliver(scheduled[0].pk, "test") == "scheduled" and postbox.mails == []
    scheduled[0].refresh_from_db()
    assert "cannot be written" in scheduled[0].reason and scheduled[0].due_at is not None


def test_a_new_person_with_an_address_from_before_is_told_apart(
    scheduled: list[Delivery], campaign: Campaign, alice: User, postbox: Postbox
) -> None:
    deliver_all()
    late = Recipient.objects.get(email="not an address")
    Recipient.objects.filter(pk=late.pk).update(email="new@example.org")
    approve(people.ready_message(Recipient.objects.get(pk=late.pk)), alice)
    send_approved(campaign, alice)
    assert deliver_all() == ["sent"] * 4 and len(postbox.mails) == 4
