"""What happens is told once, signed, and again until it is answered; nothing personal goes along unasked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook

from campaigns import tasks
from campaigns.delivery.attempt import deliver
from campaigns.delivery.schedule import send_approved
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import enqueue
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Delivery, Event, Message, WebhookCall, WebhookEndpoint, Workspace
from campaigns.review import approve, reject
from campaigns.states import CallState, RenderState, move
from campaigns.states import EventKind as Watched
from campaigns.webhooks.calls import DISABLED_AFTER_DAYS, WAITS_S, call_due, has_due, sweep_stalled_calls
from campaigns.webhooks.endpoints import call_again, renew_secret, save_endpoint
from campaigns.webhooks.kinds import EventKind
from tests import people
from tests.campaigns.mail import mail_server
from tests.campaigns.webhooks.receiver import Receiver, receiver


@pytest.fixture
def told(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOKS_PRIVATE = True
    with receiver() as made:
        yield made


@pytest.fixture
def endpoint(told: Receiver, alice: User, campaign: Campaign) -> WebhookEndpoint:
    return save_endpoint(campaign.workspace, alice, told.url, list(EventKind))


def make_message(campaign: Campaign, name: str = "Ada") -> Message:
    return people.ready_message(campaign.recipients.get(name=name))


def test_each_kind_of_event_is_told_by_whatever_makes_it(
    endpoint: WebhookEndpoint, told: Receiver, alice: User, campaign: Campaign, settings: Settings
) -> None:
    ada, jose, oneil = (make_message(campaign, name) for name in ("Ada", "José", "O'Neil"))
    rows = Message.objects.filter(pk=oneil.pk)
    move(rows, RenderState.QUEUED)
    move(rows, RenderState.RENDERING)
    move(rows, RenderState.READY)
    move(rows, RenderState.QUEUED)
    move(rows, RenderState.FAILED)
    approve(ada, alice)
    reject(jose, alice, "no")
    with mail_server(settings) as postbox:
        send_approved(campaign, alice)
        deliver(Delivery.objects.get().pk, "worker")
        assert len(postbox.mails) == 1
    for kind in (Watched.PLAYED, Watched.ENDED, Watched.OPTED_OUT, Watched.PAGE_VIEWED):
        Event.objects.create(message=ada, kind=kind)
    work_on_job(enqueue(JobKind.ESTIMATE, campaign=campaign, user=alice).pk)
    work_on_job(enqueue(JobKind.COPY, user=alice, workspace_id=campaign.workspace_id).pk)
    while has_due():
        call_due()
    kinds = sorted(json.loads(body)["type"] for _, body in told.calls)
    assert kinds == sorted(
        ["message.ready", "message.failed", "message.approved", "message.rejected", "message.sent",
         "video.played", "video.finished", "opt_out", "job.finished", "job.failed"]
    )  # fmt: skip
    everything = b"".join(body for _, body in told.calls)
    for personal in (b"ada@", b"Ada", b"London", str(ada.public_id).encode()):
        assert personal not in everything


def test_a_call_is_signed_and_has_one_id_also_when_it_is_sent_again(
    endpoint: WebhookEndpoint, told: Receiver, alice: User, campaign: Campaign
) -> None:
    approve(make_message(campaign), alice)
    old = endpoint.secrets[0]
    new = renew_secret(endpoint, alice)
    told.status = 500
    call_due()
    told.status = 204
    call_again_now()
    ids = {headers["webhook-id"] for headers, _ in told.calls}
    assert len(told.calls) == 2 and len(ids) == 1
    for secret in (old, new):
        headers, body = told.calls[1]
        assert Webhook(secret).verify(body, headers)["data"]["campaign"] == campaign.pk
    call = WebhookCall.objects.get()
    assert call.state == CallState.ANSWERED
    call_again(call)
    call_due()
    assert len(told.calls) == 3 and told.calls[2][0]["webhook-id"] in ids


def test_names_and_cells_go_along_only_where_the_endpoint_asks(
    told: Receiver, alice: User, campaign: Campaign
) -> None:
    save_endpoint(campaign.workspace, alice, told.url, ["message.approved"], personal_data=True)
    approve(make_message(campaign), alice)
    call_due()
    person = json.loads(told.calls[0][1])["data"]["person"]
    assert (person["row"], person["email"], person["values"]["city"]) == (2, "ada@example.org", "London")


def test_waits_grow_and_an_endpoint_that_never_answers_is_left_alone_with_a_sentence(
    endpoint: WebhookEndpoint, told: Receiver, alice: User, campaign: Campaign
) -> None:
    approve(make_message(campaign), alice)
    told.status = 503
    waits = []
    for _ in range(len(WAITS_S) + 1):
        call_again_now()
        call = WebhookCall.objects.get()
        waits.append(call.due_at - timezone.now())
    assert call.state == CallState.FAILED and call.failure == "The answer was 503."
    assert waits[0] < timedelta(seconds=6) and timedelta(hours=23) < waits[len(WAITS_S) - 1]
    endpoint.refresh_from_db()
    assert endpoint.enabled and endpoint.failing_since is not None
    WebhookEndpoint.objects.update(failing_since=F("failing_since") - timedelta(days=DISABLED_AFTER_DAYS))
    call_again(call)
    call_due()
    endpoint.refresh_from_db()
    assert not endpoint.enabled and "503" in endpoint.disabled_reason and "save" in endpoint.disabled_reason
    many = len(told.calls)
    reject(Message.objects.get(), alice, "no")
    call_again_now()
    assert len(told.calls) == many  # neither what waited nor what is new
    told.status = 200
    save_endpoint(campaign.workspace, alice, endpoint.url, endpoint.kinds, endpoint=endpoint)
    call_again_now()
    endpoint.refresh_from_db()
    assert len(told.calls) == many + 1 and endpoint.failing_since is None


def test_a_receiver_that_says_gone_is_not_called_again(
    endpoint: WebhookEndpoint, told: Receiver, alice: User, campaign: Campaign
) -> None:
    approve(make_message(campaign), alice)
    told.status = 410
    call_due()
    endpoint.refresh_from_db()
    assert not endpoint.enabled and "410" in endpoint.disabled_reason


def test_another_workspace_and_other_kinds_are_not_told(
    told: Receiver, alice: User, campaign: Campaign
) -> None:
    save_endpoint(Workspace.objects.create(name="Elsewhere"), alice, told.url, list(EventKind))
    save_endpoint(campaign.workspace, alice, told.url, ["opt_out"])
    approve(make_message(campaign), alice)
    assert not WebhookCall.objects.exists()


def test_what_is_rolled_back_is_not_told(endpoint: WebhookEndpoint, alice: User, campaign: Campaign) -> None:
    message = make_message(campaign)
    with pytest.raises(RuntimeError), transaction.atomic():
        approve(message, alice)
        assert WebhookCall.objects.count() == 1
        raise RuntimeError
    assert not WebhookCall.objects.exists()


def test_a_call_of_a_dead_worker_is_made_by_another(
    endpoint: WebhookEndpoint, told: Receiver, alice: User, campaign: Campaign
) -> None:
    approve(make_message(campaign), alice)
    move(WebhookCall.objects.all(), CallState.CALLING, claimed_by="dead", heartbeat_at=timezone.now())
    assert sweep_stalled_calls() == 0 and call_due() == 0
    WebhookCall.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=5))
    assert sweep_stalled_calls() == 1
    assert tasks.call_webhooks() == 1 and len(told.calls) == 1


def call_again_now() -> None:
    """What waits for its next attempt is due now."""
    WebhookCall.objects.filter(state=CallState.WAITING).update(due_at=timezone.now())
    call_due()
