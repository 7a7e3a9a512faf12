"""The address where a provider tells what became of mails, with each provider's own words."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from campaigns.delivery.channels.provider_events import _VIEWS
from campaigns.delivery.schedule import send_approved
from campaigns.models import Campaign, Delivery, Suppression
from campaigns.states import DeliveryState, Outcome, move
from tests.campaigns.mail import approve_all
from tests.campaigns.mail_provider import SECRET, use_provider

pytestmark = pytest.mark.django_db
HARD = "550 5.1.1 <ada@example.org> No such user"


@pytest.fixture
def delivery(campaign: Campaign, alice: User) -> Delivery:
    approve_all(campaign, alice)
    send_approved(campaign, alice)
    rows = Delivery.objects.filter(address="ada@example.org")
    move(rows, DeliveryState.SENDING)
    move(rows, DeliveryState.SENT)
    return rows.get()


def tell(client: Client, body: Any, secret: str = SECRET) -> HttpResponse:
    told = body if isinstance(body, bytes) else json.dumps(body).encode()
    asked: Any = client.post(
        "/mail-events",
        told,
        content_type="application/json",
        headers={"Authorization": f"Basic {b64encode(secret.encode()).decode()}"},
    )
    return asked


def postmark(delivery: Delivery, **more: Any) -> dict[str, Any]:
    named = {"byname_delivery": str(delivery.link_id)}
    return {"MessageID": "pm-1", "Metadata": named, "Email": "ada@example.org", "ID": 42, **more}


def sendgrid(delivery: Delivery, **more: Any) -> list[dict[str, Any]]:
    told = {
        "email": "ada@example.org",
        "timestamp": 1_790_000_000,
        "sg_event_id": "one",
        "anymail_id": "sg-1",
    }
    return [told | {"byname_delivery": str(delivery.link_id)} | more]


def mailgun(delivery: Delivery, event: str, **more: Any) -> dict[str, Any]:
    signed = hmac.new(b"quiet", b"1790000000once", hashlib.sha256).hexdigest()
    return {
        "signature": {"token": "once", "timestamp": "1790000000", "signature": signed},
        "event-data": {
            "event": event,
            "timestamp": 1_790_000_000.5,
            "recipient": "ada@example.org",
            "user-variables": {"byname_delivery": str(delivery.link_id)},
            "message": {"headers": {"message-id": "mg-1@example.org"}},
            **more,
        },
    }


def hard_mailgun(delivery: Delivery) -> dict[str, Any]:
    status = {"code": 550, "message": "5.1.1 No such user"}
    return mailgun(delivery, "failed", severity="permanent", **{"delivery-status": status})


BOUNCE = {"RecordType": "Bounce", "Type": "HardBounce"}
TOLD: list[tuple[str, Any, Outcome, bool]] = [
    ("postmark", lambda one: postmark(one, RecordType="Delivery"), Outcome.DELIVERED, False),
    ("postmark", lambda one: postmark(one, **BOUNCE, Details=f"smtp;{HARD}"), Outcome.BOUNCED, True),
    ("postmark", lambda one: postmark(one, **BOUNCE, Details="550 5.7.1 Spam"), Outcome.BOUNCED, False),
    ("postmark", lambda one: postmark(one, **BOUNCE), Outcome.BOUNCED, False),
    (
        "postmark",
        lambda one: postmark(one, RecordType="Bounce", Type="SoftBounce", Details="smtp;452 4.2.2 Full"),
        Outcome.DEFERRED,
        False,
    ),
    (
        "postmark",
        lambda one: postmark(one, RecordType="SpamComplaint", Type="SpamComplaint"),
        Outcome.COMPLAINED,
        True,
    ),
    (
        "postmark",
        lambda one: postmark(one, RecordType="SubscriptionChange", SuppressionReason="ManualSuppression"),
        Outcome.UNSUBSCRIBED,
        True,
    ),
    ("postmark", lambda one: postmark(one, RecordType="Open"), Outcome.UNHEARD, False),
    ("sendgrid", lambda one: sendgrid(one, event="delivered", response="250 OK"), Outcome.DELIVERED, False),
    ("sendgrid", lambda one: sendgrid(one, event="bounce", reason=HARD), Outcome.BOUNCED, True),
    ("sendgrid", lambda one: sendgrid(one, event="dropped", reason="Bounced Address"), Outcome.REFUSED, True),
    ("sendgrid", lambda one: sendgrid(one, event="dropped", reason="Content"), Outcome.REFUSED, False),
    ("sendgrid", lambda one: sendgrid(one, event="spamreport"), Outcome.COMPLAINED, True),
    ("sendgrid", lambda one: sendgrid(one, event="click", url="https://x.example"), Outcome.UNHEARD, False),
    ("mailgun", lambda one: mailgun(one, "delivered"), Outcome.DELIVERED, False),
    ("mailgun", hard_mailgun, Outcome.BOUNCED, True),
    ("mailgun", lambda one: mailgun(one, "failed", severity="temporary"), Outcome.DEFERRED, False),
    ("mailgun", lambda one: mailgun(one, "complained"), Outcome.COMPLAINED, True),
    ("mailgun", lambda one: mailgun(one, "unsubscribed"), Outcome.UNSUBSCRIBED, True),
]


@pytest.mark.parametrize(("name", "told", "outcome", "ends"), TOLD)
def test_each_providers_words_come_to_one_outcome_twice_as_once(
    name: str, told: Any, outcome: Outcome, ends: bool, delivery: Delivery, client: Client, settings: Any
) -> None:
    use_provider(settings, name)
    for _ in range(2):
        assert tell(client, told(delivery)).status_code == 204
    delivery.refresh_from_db()
    assert (delivery.state, delivery.outcome) == (DeliveryState.SENT, outcome)
    assert list(Suppression.objects.values_list("email", flat=True)) == ["ada@example.org"] * ends


def test_nobody_else_is_suppressed_whatever_address_an_event_names(
    delivery: Delivery, client: Client, settings: Any
) -> None:
    use_provider(settings, "postmark")
    tell(client, postmark(delivery, RecordType="SpamComplaint", Email="victim@example.org"))
    assert list(Suppression.objects.values_list("email", flat=True)) == ["ada@example.org"]


@pytest.mark.parametrize("secret", ["", "byname:", "byname:wrong", "bÿname:\x00", SECRET + "x"])
def test_without_the_secret_nothing_is_taken(
    secret: str, delivery: Delivery, client: Client, settings: Any
) -> None:
    for name, body in (
        ("postmark", postmark(delivery, RecordType="SpamComplaint")),
        ("sendgrid", sendgrid(delivery, event="spamreport")),
        ("mailgun", mailgun(delivery, "complained")),  # well signed
    ):
        use_provider(settings, name)
        assert tell(client, body, secret).status_code == 401
    assert client.post("/mail-events", b"{}", content_type="application/json").status_code == 401
    assert not Suppression.objects.exists()


def test_a_forged_signature_is_refused_beside_the_right_password(
    delivery: Delivery, client: Client, settings: Any
) -> None:
    use_provider(settings, "mailgun", MAILGUN_WEBHOOK_SIGNING_KEY="another")
    assert tell(client, mailgun(delivery, "complained")).status_code == 401
    assert not Suppression.objects.exists()


def test_without_a_provider_or_a_secret_there_is_no_such_page(client: Client, settings: Any) -> None:
    assert client.post("/mail-events").status_code == 404
    use_provider(settings, "postmark")
    assert (client.head("/mail-events").status_code, client.get("/mail-events").status_code) == (200, 405)
    settings.MAIL_WEBHOOK_SECRET = ""
    assert client.post("/mail-events").status_code == 404


HOSTILE: list[Any] = [
    b"", b"\xff\xfe", b"[" * 100_000, b"null", b"1", b'"a"', b"[]", b"[[]]", b"{}", b"[null]",
    b'[{"event": []}]', {"RecordType": []}, {"RecordType": {"a": 1}}, {"RecordType": "Inbound"},
    {"Metadata": 7, "RecordType": "Bounce"},
    {"RecordType": "Bounce", "Type": "HardBounce", "Metadata": {"byname_delivery": "\ud800"}},
    {"RecordType": "SpamComplaint", "MessageID": "\0", "Metadata": {"byname_delivery": ["x"]}},
    {"RecordType": "SpamComplaint", "MessageID": "\ud800" * 9},
    {"RecordType": "Bounce", "MessageID": {"a": []}},
    {"RecordType": "Delivery", "DeliveredAt": "2026-99-99T99:99:99Z", "MessageID": "x" * 100_000},
    {"RecordType": "Bounce", "Details": {"a": "b"}, "MessageID": 10**300},
    [{"event": "bounce", "timestamp": 10**30}], [{"event": "dropped", "reason": 5}],
    {"signature": [], "event-data": {}}, {"signature": {"token": 1, "timestamp": [], "signature": None}},
]  # fmt: skip


@pytest.mark.parametrize("name", sorted({*_VIEWS} - {"mailersend"}))
def test_no_words_of_whoever_knows_the_secret_break_anything(
    name: str, delivery: Delivery, client: Client, settings: Any
) -> None:
    use_provider(settings, name)
    answers = {tell(client, body).status_code for body in HOSTILE}
    assert answers <= {204, 400, 401}
    delivery.refresh_from_db()
    assert (delivery.outcome, Suppression.objects.count()) == (Outcome.UNHEARD, 0)
    if name == "postmark":  # the right id, and an answer that no column takes as it is
        hostile = postmark(delivery, **BOUNCE, Details="5.2.2 \0\ud800" + "x" * 9999)
        assert tell(client, hostile).status_code == 204
