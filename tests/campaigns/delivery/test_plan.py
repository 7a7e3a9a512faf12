"""What a person confirms is what leaves: to whom, from where, with which words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from campaigns.delivery import attempt, plan
from campaigns.delivery.attempt import deliver
from campaigns.delivery.channels.registry import find_channel
from campaigns.delivery.plan import SendPlan, make_plan
from campaigns.delivery.schedule import CHANGED, SendCounts, retry, run_job, send_approved
from campaigns.delivery.suppression import suppress
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import enqueue
from campaigns.models import Campaign, Delivery, Message, Recipient, get_first_workspace
from campaigns.review import approve, reject
from campaigns.states import MoveRefused
from tests import people
from tests.campaigns.mail import Postbox, approve_all, mail_server, press_send

pytestmark = pytest.mark.django_db


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with mail_server(settings) as running:
        yield running


@pytest.fixture
def approved(campaign: Campaign, alice: User) -> Campaign:
    """Three approved videos, and a mail that speaks of the row."""
    approve_all(campaign, alice)
    campaign.email_subject = "For {{ first_name }} in {{ city | default('your town') }}"
    campaign.save()
    return campaign


def look(campaign: Campaign) -> SendPlan:
    campaign.refresh_from_db()
    return make_plan(campaign, find_channel())


def send(campaign: Campaign, user: User) -> SendCounts:
    return send_approved(campaign, user, confirmed=look(campaign).digest)


def deliver_all() -> list[str]:
    return [deliver(pk, "test") for pk in Delivery.objects.order_by("pk").values_list("pk", flat=True)]


def edit(**cells: str) -> None:
    """Other cells in Ada's row; no word of her video changes."""
    ada = Recipient.objects.get(name="Ada")
    ada.values |= cells
    ada.save()


def test_the_numbers_say_who_gets_what_from_whom(approved: Campaign, alice: User, settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Byname <hello@example.org>"
    suppress("jose@example.org", "Asked for no further mails.", get_first_workspace())
    Recipient.objects.filter(name="O'Neil").update(email="")
    seen = look(approved)
    assert (seen.people, seen.suppressed, seen.without_address, seen.already) == (1, 1, 1, 0)
    assert (seen.sender, seen.subject) == ("Byname <hello@example.org>", "For Ada in London")
    assert seen.first is not None and seen.first.address == "ada@example.org"
    assert send_approved(approved, alice, confirmed=seen.digest) == SendCounts(1, 0, 1, 1)


CHANGES: dict[str, Callable[[Campaign, User], object]] = {
    "the text": lambda campaign, user: Campaign.objects.update(email_body="Something else."),
    "the button": lambda campaign, user: Campaign.objects.update(call_to_action_label="Buy"),
    "the sender": lambda campaign, user: Campaign.objects.update(sender_name="Somebody else"),
    "a cell": lambda campaign, user: edit(city="Paris"),
    "an address": lambda campaign, user: Recipient.objects.filter(name="Ada").update(email="a@example.org"),
    "one fewer": lambda campaign, user: reject(Message.objects.order_by("pk")[0], user, "No"),
    "one more": lambda campaign, user: approve(
        people.ready_message(Recipient.objects.get(email="not an address")), user
    ),
    "another video": lambda campaign, user: Message.objects.filter(recipient__name="Ada").update(
        content_hash="f" * 64, approved_hash="f" * 64
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_nothing_is_scheduled_where_something_changed_since_the_look(
    approved: Campaign, alice: User, what: str
) -> None:
    seen = look(approved)
    CHANGES[what](approved, alice)
    with pytest.raises(MoveRefused) as refused:
        send_approved(approved, alice, confirmed=seen.digest)
    assert str(refused.value) == CHANGED
    assert not Delivery.objects.exists()
    assert send(approved, alice).scheduled >= 2


@pytest.mark.parametrize("what", ["the text", "the button", "the sender"])
def test_words_that_change_after_it_was_scheduled_wait_for_another_look(
    approved: Campaign, alice: User, postbox: Postbox, what: str
) -> None:
    send(approved, alice)
    CHANGES[what](approved, alice)
    assert set(deliver_all()) == {"scheduled"} and postbox.mails == []
    approved.refresh_from_db()
    assert "changed after it was confirmed" in approved.sending_paused
    send(approved, alice)
    assert deliver_all() == ["sent"] * 3


@pytest.mark.parametrize("what", ["a cell", "an address"])
def test_only_the_person_whose_mail_changed_waits_for_another_look(
    approved: Campaign, alice: User, postbox: Postbox, what: str
) -> None:
    send(approved, alice)
    CHANGES[what](approved, alice)
    assert sorted(deliver_all()) == ["failed", "sent", "sent"]
    held = Delivery.objects.get(state="failed")
    assert held.reason in (attempt.OTHER_WORDS, attempt.OTHER_ADDRESS) and held.recipient_name == "Ada"
    retry(held, alice)
    assert deliver(held.pk, "test") == "sent"
    subject = "For Ada in Paris" if what == "a cell" else "For Ada in London"
    assert str(postbox.mails[-1]["Subject"]) == subject
    assert str(postbox.mails[-1]["To"]) == ("ada@example.org" if what == "a cell" else "a@example.org")


def test_a_column_that_the_mail_does_not_use_holds_nothing_back(
    approved: Campaign, alice: User, postbox: Postbox
) -> None:
    send(approved, alice)
    edit(note="Nobody reads this")
    assert deliver_all() == ["sent"] * 3


def test_a_job_that_stopped_half_way_finds_its_own_plan_again(
    approved: Campaign, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "PLANNED_AT_ONCE", 1)
    seen = look(approved)

    def stop(_stage: str, done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        send_approved(approved, alice, progress=stop, confirmed=seen.digest)
    assert Delivery.objects.count() == 2
    Delivery.objects.filter(recipient_name="Ada").update(state="sent")  # by a worker that woke meanwhile
    options = {"channel": "email", "confirmed": seen.digest}
    job = enqueue(JobKind.SEND, campaign=approved, user=alice, options=options)
    assert run_job(job, lambda *_: None)["scheduled"] == 2  # type: ignore[arg-type]
    assert Delivery.objects.count() == 3


def test_the_page_sends_only_what_it_showed(approved: Campaign, alice: User, client: Client) -> None:
    client.force_login(alice)
    address = reverse("admin:campaigns_campaign_send", args=[approved.pk])
    asked = client.post(address, {"action": "send", "channel": "email"}).content.decode()
    assert "3 mails will leave" in asked and "For Ada in London" in asked and not Delivery.objects.exists()
    stale = {"action": "send", "channel": "email", "confirmed": "0" * 64}
    assert CHANGED in client.post(address, stale, follow=True).content.decode()
    assert not Delivery.objects.exists()
    assert "3 mails on the way." in press_send(client, address)
    words = {"email_subject": "Another", "email_body": "Hello", "action": "save", "mail_names": "on"}
    assert "waits until somebody confirms" in client.post(address, words, follow=True).content.decode()
    assert "Sending stopped" in client.get(address).content.decode()
