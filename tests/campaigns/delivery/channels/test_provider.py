"""A mail through a provider's interface: what it is told, and what each of its answers comes to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives, get_connection

from campaigns.delivery.attempt import deliver
from campaigns.delivery.channels import email, provider
from campaigns.delivery.channels.provider_events import _VIEWS
from campaigns.delivery.schedule import decide, send_approved
from campaigns.models import Campaign, Delivery, Suppression
from campaigns.states import DeliveryState
from tests.campaigns.mail import approve_all, free_port
from tests.campaigns.mail_provider import Provider, mail_provider, use_provider

pytestmark = pytest.mark.django_db
REFUSED = {
    "ErrorCode": 406,
    "Message": "You tried to send to a recipient that has been marked as inactive.\n"
    "Found inactive addresses: ada@example.org.\n"
    "Inactive recipients are ones that have generated a hard bounce or a spam complaint.",
}


@pytest.fixture
def taker(settings: Any) -> Iterator[Provider]:
    with mail_provider(settings) as running:
        yield running


@pytest.fixture
def delivery(campaign: Campaign, alice: User) -> Delivery:
    approve_all(campaign, alice)
    send_approved(campaign, alice)
    return Delivery.objects.get(address="ada@example.org")


def settled(delivery: Delivery) -> Delivery:
    deliver(delivery.pk, "worker")
    delivery.refresh_from_db()
    return delivery


def test_a_mail_is_handed_over_once_and_its_id_is_kept(delivery: Delivery, taker: Provider) -> None:
    assert settled(delivery).state == DeliveryState.SENT
    assert (delivery.provider_id, deliver(delivery.pk, "another")) == ("pm-1", DeliveryState.SENT)
    (mail,) = taker.mails
    assert mail["To"] == "ada@example.org" and "Hello Ada" in mail["TextBody"]
    assert mail["Metadata"] == {"byname_delivery": str(delivery.link_id)}
    assert [part["ContentID"] for part in mail["Attachments"]] == ["cid:poster"]
    assert "List-Unsubscribe" in {header["Name"] for header in mail["Headers"]}


@pytest.mark.parametrize("name", list(_VIEWS))
def test_every_provider_takes_all_that_is_in_a_mail(name: str, delivery: Delivery, settings: Any) -> None:
    use_provider(settings, name)
    mail = email.prepare(delivery)
    provider._adapt(mail)
    backend: Any = get_connection()
    backend.open()
    told = backend.build_message_payload(mail, {}).get_request_params("https://provider.example/")
    backend.close()
    assert "ada@example.org" in repr(told) and "List-Unsubscribe" in repr(told)
    assert (str(delivery.link_id) in repr(told).replace(page(delivery), "")) or name == "mailersend"


def page(delivery: Delivery) -> str:
    return f"/v/{delivery.link_id}"


@pytest.mark.parametrize(
    ("status", "answer", "state", "suppressed"),
    [
        (422, REFUSED, DeliveryState.FAILED, True),  # the recipient: nobody writes there again
        (422, {"ErrorCode": 400, "Message": "The sender is not confirmed."}, DeliveryState.FAILED, False),
        (401, {"ErrorCode": 10, "Message": "Bad token"}, DeliveryState.SCHEDULED, False),
        (429, {"Message": "Slow down"}, DeliveryState.SCHEDULED, False),
        (503, b"<html>busy", DeliveryState.SCHEDULED, False),
        (500, {"Message": "Oops"}, DeliveryState.UNKNOWN, False),
        (504, b"", DeliveryState.UNKNOWN, False),
        (409, {"Message": "Another one with this key is under way"}, DeliveryState.UNKNOWN, False),
        (200, b"not JSON", DeliveryState.UNKNOWN, False),
        (200, {"something": "else"}, DeliveryState.UNKNOWN, False),
        (200, b"[]", DeliveryState.UNKNOWN, False),
        (200, b'{"ErrorCode": 0, "Message": "OK", "MessageID": "1", "To": ""}', DeliveryState.UNKNOWN, False),
    ],
)
def test_each_answer_comes_to_what_it_means(
    delivery: Delivery, taker: Provider, status: int, answer: Any, state: str, suppressed: bool
) -> None:
    taker.status, taker.answer = status, answer
    assert settled(delivery).state == state, delivery.reason
    assert delivery.reason and Suppression.objects.filter(email="ada@example.org").exists() is suppressed


def test_a_line_that_breaks_after_the_mail_is_unknown_and_never_tried_again_by_itself(
    delivery: Delivery, taker: Provider, alice: User
) -> None:
    taker.breaks_off = True
    assert settled(delivery).state == DeliveryState.UNKNOWN
    assert "Look whether it arrived" in delivery.reason
    assert (deliver(delivery.pk, "another"), len(taker.mails)) == (DeliveryState.UNKNOWN, 1)
    taker.breaks_off = False
    decide(delivery, was_sent=False, user=alice)
    assert (settled(delivery).state, len(taker.mails)) == (DeliveryState.SENT, 2)


def test_a_provider_that_is_not_there_is_tried_again(delivery: Delivery, settings: Any) -> None:
    for place in (f"http://127.0.0.1:{free_port()}/", "http://nowhere.invalid/"):
        use_provider(settings, "postmark", POSTMARK_API_URL=place)
        Delivery.objects.filter(pk=delivery.pk).update(due_at=None)
        assert settled(delivery).state == DeliveryState.SCHEDULED, delivery.reason
        assert "could not be reached" in delivery.reason


def test_three_refusals_of_the_key_in_a_row_pause_the_campaign(delivery: Delivery, taker: Provider) -> None:
    taker.status, taker.answer = 401, {"ErrorCode": 10, "Message": "Bad token"}
    for pk in Delivery.objects.values_list("pk", flat=True):
        deliver(pk, "worker")
    assert delivery.campaign is not None
    delivery.campaign.refresh_from_db()
    assert "refused the sender" in delivery.campaign.sending_paused
    assert not Suppression.objects.exists()


def test_where_a_provider_knows_keys_a_second_request_has_the_same(
    delivery: Delivery, taker: Provider, settings: Any
) -> None:
    settings.MAIL_PROVIDER = "resend"  # asked through the same interface here; the header is what counts
    for _ in range(2):
        provider.transmit(email.prepare(delivery))
    other = email.prepare(delivery)
    other.subject = "Other words"
    provider.transmit(other)
    first, second, third = (headers["Idempotency-Key"] for headers in taker.headers)
    assert first == second != third


def test_a_mail_server_gets_no_word_of_it(delivery: Delivery) -> None:
    mail: EmailMultiAlternatives = email.prepare(delivery)
    assert "byname_delivery" not in mail.message().as_string()
