"""Sending: every approved message leaves once, and nothing else ever leaves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ

from campaigns.delivery import attempt, plan
from campaigns.delivery import schedule as schedule_module
from campaigns.delivery.channels.registry import find_channel
from campaigns.delivery.schedule import (
    SendCounts,
    count_unsent,
    decide,
    deliver,
    retry,
    run_job,
    send_approved,
    sweep_stalled,
)
from campaigns.delivery.suppression import suppress
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.progress import RefusedJob
from campaigns.jobs.queue import enqueue
from campaigns.models import Campaign, Delivery, Message, Suppression, get_first_workspace
from campaigns.review import approve, reject
from campaigns.states import DeliveryState, MoveRefused
from campaigns.tasks import deliver_due
from tests.campaigns.mail import Postbox, approve_all, free_port, mail_server

STALL_S = 300  # SEND_STALLED_AFTER_S
CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with mail_server(settings) as running:
        yield running


def schedule(campaign: Campaign, user: User) -> list[Delivery]:
    approve_all(campaign, user)
    send_approved(campaign, user)
    return list(Delivery.objects.order_by("pk"))


def deliver_all() -> list[str]:
    return [deliver(pk, "test") for pk in Delivery.objects.order_by("pk").values_list("pk", flat=True)]


class TestWhatIsScheduled:
    def test_every_approved_message_once_however_often_send_is_pressed(
        self, campaign: Campaign, alice: User, django_capture_on_commit_callbacks: Any
    ) -> None:
        approve_all(campaign, alice)
        with django_capture_on_commit_callbacks(execute=True):
            first = send_approved(campaign, alice)
        send_approved(campaign, alice)
        assert first == SendCounts(scheduled=3, already=0, suppressed=0, without_address=0)
        assert Delivery.objects.count() == 3
        assert OrmQ.objects.count() == 3

    def test_nothing_that_is_pending_or_rejected(self, campaign: Campaign, alice: User) -> None:
        messages = approve_all(campaign, alice)
        reject(messages[0], alice, "The name is wrong")
        assert send_approved(campaign, alice).scheduled == 2
        assert not Delivery.objects.filter(message=messages[0]).exists()

    def test_nothing_whose_video_changed_after_the_approval(self, campaign: Campaign, alice: User) -> None:
        message = approve_all(campaign, alice)[0]
        message.content_hash = "b" * 64
        message.save()
        assert send_approved(campaign, alice).scheduled == 2

    def test_rows_without_an_address_are_counted_not_sent(self, campaign: Campaign, alice: User) -> None:
        message = approve_all(campaign, alice)[0]
        message.recipient.email = ""
        message.recipient.save()
        assert send_approved(campaign, alice) == SendCounts(2, 0, 0, 1)

    def test_suppressed_addresses_are_kept_with_their_reason(self, campaign: Campaign, alice: User) -> None:
        approve_all(campaign, alice)
        suppress(" ADA@example.org", "Asked for no further mails.", get_first_workspace())
        assert send_approved(campaign, alice) == SendCounts(2, 0, 1, 0)
        assert "asked not to be written to" in Delivery.objects.get(state=DeliveryState.SUPPRESSED).reason

    def test_a_failed_delivery_to_an_address_suppressed_since_is_withheld(
        self, campaign: Campaign, alice: User
    ) -> None:
        failed = schedule(campaign, alice)[0]
        Delivery.objects.filter(pk=failed.pk).update(state="failed", reason="Gave up.")
        suppress(failed.address, "Asked for no further mails.", get_first_workspace())
        assert send_approved(campaign, alice).suppressed == 1
        failed.refresh_from_db()
        assert failed.state == "suppressed" and "asked not to be written to" in failed.reason

    def test_nothing_once_the_presenter_took_the_consent_back(self, campaign: Campaign, alice: User) -> None:
        approve_all(campaign, alice)
        campaign.presenter.consent_revoked_at = timezone.now()
        campaign.presenter.save()
        with pytest.raises(MoveRefused, match="consent was revoked"):
            send_approved(campaign, alice)

    def test_the_campaigns_history_says_who_sent(self, campaign: Campaign, alice: User) -> None:
        schedule(campaign, alice)
        assert "Sent 3 approved messages." in str(LogEntry.objects.latest("pk").get_change_message())


class TestManyAtOnce:
    @pytest.fixture
    def large(self, campaign: Campaign, alice: User, monkeypatch: pytest.MonkeyPatch) -> Campaign:
        """Three messages, each one chunk and too many for tasks of their own."""
        monkeypatch.setattr(plan, "PLANNED_AT_ONCE", 1)
        monkeypatch.setattr(schedule_module, "ENQUEUED_EACH", 2)
        monkeypatch.setattr(schedule_module, "DELIVERED_AT_ONCE", 2)
        approve_all(campaign, alice)
        return campaign

    def test_they_share_a_few_tasks_that_send_each_once(
        self, large: Campaign, alice: User, postbox: Postbox, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            assert send_approved(large, alice) == SendCounts(3, 0, 0, 0)
        tasks = [queued.task["func"] for queued in OrmQ.objects.all()]
        assert set(tasks) == {"campaigns.tasks.deliver_due"}
        assert len(tasks) == schedule_module.WAKE_UPS
        for task in tasks:
            import_string(task)()
        assert sorted(postbox.addresses()) == ["ada@example.org", "jose@example.org", "oneil@example.org"]
        assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.SENT}

    def test_a_full_task_wakes_the_next_one(self, large: Campaign, alice: User, postbox: Postbox) -> None:
        send_approved(large, alice)
        assert deliver_due() == 2
        assert OrmQ.objects.count() == 1
        assert deliver_due() == 1
        assert OrmQ.objects.count() == 1
        assert deliver_due() == 0
        assert len(postbox.mails) == 3

    def test_one_that_stopped_half_way_goes_on(
        self, large: Campaign, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stop(_stage: str, done: int, _total: int) -> None:
            if done == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            send_approved(large, alice, progress=stop)
        assert Delivery.objects.count() == 2
        Delivery.objects.update(state=DeliveryState.SENT)
        assert send_approved(large, alice) == SendCounts(
            scheduled=1, already=2, suppressed=0, without_address=0
        )

    def test_a_lost_task_of_many_is_made_again(self, large: Campaign, alice: User) -> None:
        send_approved(large, alice)
        sweep_stalled(timezone.now() + timedelta(hours=1))
        assert {queued.task["func"] for queued in OrmQ.objects.all()} == {"campaigns.tasks.deliver_due"}

    def test_a_job_schedules_them(self, large: Campaign, alice: User) -> None:
        job = enqueue(JobKind.SEND, campaign=large, user=alice, options={"channel": "email"})
        counts = run_job(job, lambda *_: None)  # type: ignore[arg-type]
        assert counts["scheduled"] == 3 == Delivery.objects.count()

    def test_a_job_for_a_channel_that_is_gone_says_so(self, large: Campaign, alice: User) -> None:
        job = enqueue(JobKind.SEND, campaign=large, user=alice, options={"channel": "pigeon"})
        with pytest.raises(RefusedJob, match="pigeon"):
            run_job(job, lambda *_: None)  # type: ignore[arg-type]


class TestOneDelivery:
    def test_is_what_a_queued_task_carries_out(
        self, campaign: Campaign, alice: User, postbox: Postbox, django_capture_on_commit_callbacks: Any
    ) -> None:
        approve_all(campaign, alice)
        with django_capture_on_commit_callbacks(execute=True):
            send_approved(campaign, alice)
        for queued in OrmQ.objects.all():
            assert import_string(queued.task["func"])(*queued.task["args"]) == "sent"
        assert len(postbox.mails) == 3

    def test_arrives_at_a_real_mail_server(self, campaign: Campaign, alice: User, postbox: Postbox) -> None:
        schedule(campaign, alice)
        assert deliver_all() == ["sent"] * 3
        assert sorted(postbox.addresses()) == ["ada@example.org", "jose@example.org", "oneil@example.org"]
        assert Delivery.objects.exclude(sent_at=None).count() == 3

    def test_is_not_sent_again_when_its_task_comes_twice(
        self, campaign: Campaign, alice: User, postbox: Postbox
    ) -> None:
        schedule(campaign, alice)
        deliver_all()
        assert deliver_all() == ["sent"] * 3
        assert send_approved(campaign, alice).already == 3
        assert len(postbox.mails) == 3

    def test_is_refused_when_the_approval_ended_in_between(
        self, campaign: Campaign, alice: User, postbox: Postbox
    ) -> None:
        delivery = schedule(campaign, alice)[0]
        reject(delivery.message, alice, "Looked again")
        assert deliver(delivery.pk, "test") == "failed"
        delivery.refresh_from_db()
        assert "not approved" in delivery.reason
        assert postbox.mails == []

    def test_is_refused_when_other_content_was_approved_in_between(
        self, campaign: Campaign, alice: User, postbox: Postbox
    ) -> None:
        delivery = schedule(campaign, alice)[0]
        delivery.message.content_hash = "c" * 64
        delivery.message.save()
        approve(delivery.message, alice)
        assert deliver(delivery.pk, "test") == "failed"
        assert postbox.mails == []
        send_approved(campaign, alice)
        assert deliver(delivery.pk, "test") == "sent"

    def test_is_withheld_when_the_person_opted_out_in_between(
        self, campaign: Campaign, alice: User, postbox: Postbox
    ) -> None:
        delivery = schedule(campaign, alice)[0]
        Suppression.objects.create(email=delivery.address, reason="asked")
        assert deliver(delivery.pk, "test") == "suppressed"
        assert postbox.mails == []

    def test_of_erased_data_fails_with_a_sentence(
        self, campaign: Campaign, alice: User, postbox: Postbox
    ) -> None:
        delivery = schedule(campaign, alice)[0]
        delivery.message.recipient.delete()
        assert deliver(delivery.pk, "test") == "failed"
        delivery.refresh_from_db()
        assert "erased" in delivery.reason

    def test_reaches_nobody_twice_after_the_same_people_were_uploaded_again(
        self, campaign: Campaign, alice: User, postbox: Postbox
    ) -> None:
        first = schedule(campaign, alice)[0]
        deliver(first.pk, "test")
        rows = list(campaign.recipients.all())
        campaign.recipients.all().delete()
        for row in rows:
            row.pk = None
            row.email = row.email.upper()
            row.save()
        approve_all(campaign, alice)
        assert count_unsent(campaign, find_channel()) == 2
        counts = send_approved(campaign, alice)
        assert counts == SendCounts(scheduled=2, already=1, suppressed=0, without_address=0)
        deliver_all()
        assert len(postbox.mails) == 3


class TestMailServersThatMisbehave:
    def test_unreachable_waits_longer_each_time_and_then_fails(
        self, campaign: Campaign, alice: User, settings: Any, postbox: Postbox
    ) -> None:
        settings.EMAIL_PORT = free_port()
        delivery = schedule(campaign, alice)[0]
        waits = []
        for _ in range(len(attempt.RETRY_AFTER_S)):
            Delivery.objects.filter(pk=delivery.pk).update(due_at=None)
            assert deliver(delivery.pk, "test") == "scheduled"
            delivery.refresh_from_db()
            waits.append(round((delivery.due_at - timezone.now()).total_seconds(), -1))
        assert waits == sorted(waits) and len(set(waits)) == len(waits)
        assert "could not be reached" in delivery.reason
        Delivery.objects.filter(pk=delivery.pk).update(due_at=None)
        assert deliver(delivery.pk, "test") == "failed"

    def test_nothing_leaves_before_it_is_due(self, campaign: Campaign, alice: User, postbox: Postbox) -> None:
        delivery = schedule(campaign, alice)[0]
        Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now() + timedelta(minutes=1))
        assert deliver(delivery.pk, "test") == "scheduled"
        assert postbox.mails == []

    @pytest.mark.parametrize(
        ("answer", "state", "suppressed"),
        [
            ("550 5.1.1 No such user", "failed", True),
            ("550 5.1.8 Sender address rejected: domain not found", "failed", False),
            ("550 No such user", "failed", False),
            ("550 5.7.1 Policy", "failed", False),
            ("451 4.2.1 Busy, come back", "scheduled", False),
        ],
    )
    def test_a_refused_address(
        self, campaign: Campaign, alice: User, postbox: Postbox, answer: str, state: str, suppressed: bool
    ) -> None:
        postbox.rcpt_answer = answer
        delivery = schedule(campaign, alice)[0]
        assert deliver(delivery.pk, "test") == state
        delivery.refresh_from_db()
        assert answer in delivery.reason
        assert Suppression.objects.exists() == suppressed

    @pytest.mark.parametrize(
        ("answer", "state"), [("554 5.7.1 Spam", "failed"), ("451 4.3.0 Full", "scheduled")]
    )
    def test_a_refused_mail(
        self, campaign: Campaign, alice: User, postbox: Postbox, answer: str, state: str
    ) -> None:
        postbox.data_answer = answer
        delivery = schedule(campaign, alice)[0]
        assert deliver(delivery.pk, "test") == state

    def test_a_connection_cut_before_the_mail_left_is_tried_again(
        self, campaign: Campaign, alice: User, postbox: Postbox
    ) -> None:
        postbox.break_at = "rcpt"
        delivery = schedule(campaign, alice)[0]
        assert deliver(delivery.pk, "test") == "scheduled"

    def test_a_connection_cut_after_the_mail_left_waits_for_a_person(
        self, campaign: Campaign, alice: User, postbox: Postbox
    ) -> None:
        postbox.break_at = "data"
        delivery = schedule(campaign, alice)[0]
        assert deliver(delivery.pk, "test") == "unknown"
        postbox.break_at = ""
        send_approved(campaign, alice)
        sweep_stalled()
        assert deliver(delivery.pk, "test") == "unknown"
        assert len(postbox.mails) == 1

    def test_many_failures_in_a_row_pause_the_campaign_until_send_is_pressed(
        self, campaign: Campaign, alice: User, postbox: Postbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(attempt, "PAUSE_AFTER_FAILURES", 2)
        postbox.data_answer = "451 4.3.0 Full"
        schedule(campaign, alice)
        deliver_all()
        campaign.refresh_from_db()
        assert "2 mails in a row" in campaign.sending_paused and "4.3.0 Full" in campaign.sending_paused
        assert Delivery.objects.get(attempts=0).state == "scheduled"
        postbox.data_answer = "250 OK"
        send_approved(campaign, alice)
        assert deliver_all() == ["sent"] * 3
        assert campaign.sending_paused == ""

    def test_a_series_of_refusals_of_the_sender_pauses_and_suppresses_nobody(
        self, campaign: Campaign, alice: User, postbox: Postbox
    ) -> None:
        postbox.rcpt_answer = "550 5.1.8 Sender address rejected: domain not found"
        schedule(campaign, alice)
        assert deliver_all() == ["failed"] * 3
        campaign.refresh_from_db()
        assert "refused the sender 3 times in a row" in campaign.sending_paused
        assert "5.1.8" in campaign.sending_paused
        assert not Suppression.objects.exists()
        postbox.rcpt_answer = "250 OK"
        assert send_approved(campaign, alice).scheduled == 3
        assert deliver_all() == ["sent"] * 3


class TestAPersonsDecision:
    @pytest.fixture
    def unknown(self, campaign: Campaign, alice: User) -> Delivery:
        delivery = schedule(campaign, alice)[0]
        Delivery.objects.filter(pk=delivery.pk).update(state="unknown", claimed_by="gone")
        delivery.refresh_from_db()
        return delivery

    def test_it_arrived(self, unknown: Delivery, alice: User, postbox: Postbox) -> None:
        assert decide(unknown, was_sent=True, user=alice).state == "sent"
        assert deliver(unknown.pk, "test") == "sent"
        assert postbox.mails == []

    def test_it_did_not_arrive(self, unknown: Delivery, alice: User, postbox: Postbox) -> None:
        decide(unknown, was_sent=False, user=alice)
        assert deliver(unknown.pk, "test") == "sent"
        assert len(postbox.mails) == 1

    def test_is_taken_once(self, unknown: Delivery, alice: User) -> None:
        decide(unknown, was_sent=True, user=alice)
        with pytest.raises(MoveRefused, match="sent by now"):
            decide(unknown, was_sent=False, user=alice)

    def test_what_was_refused_and_then_approved_is_tried_again(
        self, campaign: Campaign, alice: User, postbox: Postbox
    ) -> None:
        delivery = schedule(campaign, alice)[0]
        Message.objects.filter(pk=delivery.message_id).update(content_hash="f" * 64)
        assert deliver(delivery.pk, "test") == "failed"
        approve(Message.objects.get(pk=delivery.message_id), alice)
        retry(delivery, alice)
        assert deliver(delivery.pk, "test") == "sent"

    def test_a_failed_delivery_is_tried_again(
        self, campaign: Campaign, alice: User, postbox: Postbox
    ) -> None:
        postbox.rcpt_answer = "550 5.7.1 Policy"
        delivery = schedule(campaign, alice)[0]
        deliver(delivery.pk, "test")
        delivery.refresh_from_db()
        postbox.rcpt_answer = "250 OK"
        retry(delivery, alice)
        assert deliver(delivery.pk, "test") == "sent"


class TestTheSweep:
    def test_a_dead_workers_delivery_becomes_unknown_and_a_living_ones_stays(
        self, campaign: Campaign, alice: User
    ) -> None:
        dead, living, _ = schedule(campaign, alice)
        now = timezone.now()
        Delivery.objects.filter(pk=dead.pk).update(
            state="sending", heartbeat_at=now - timedelta(seconds=STALL_S + 1)
        )
        Delivery.objects.filter(pk=living.pk).update(state="sending", heartbeat_at=now)
        assert sweep_stalled() == 1
        assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == [
            "unknown",
            "sending",
            "scheduled",
        ]

    def test_what_is_due_again_gets_a_task_and_what_waits_gets_none(
        self, campaign: Campaign, alice: User
    ) -> None:
        due, later, _ = schedule(campaign, alice)
        now = timezone.now()
        Delivery.objects.filter(pk=due.pk).update(due_at=now - timedelta(seconds=1))
        Delivery.objects.filter(pk=later.pk).update(due_at=now + timedelta(hours=1))
        sweep_stalled()
        assert [task.task["args"] for task in OrmQ.objects.all()] == [(due.pk,)]

    def test_a_lost_task_is_made_again(self, campaign: Campaign, alice: User) -> None:
        schedule(campaign, alice)
        sweep_stalled(timezone.now() + timedelta(hours=1))
        assert OrmQ.objects.count() == 3


@pytest.mark.django_db(transaction=True)
class TestManyWorkers:
    def test_two_at_once_send_once(self, campaign: Campaign, alice: User, postbox: Postbox) -> None:
        deliveries = schedule(campaign, alice)
        for delivery in deliveries:
            in_threads(8, lambda pk=delivery.pk: deliver(pk, "test"))
        assert len(postbox.mails) == len(deliveries)

    def test_two_people_press_send_at_once(self, campaign: Campaign, alice: User, postbox: Postbox) -> None:
        approve_all(campaign, alice)
        in_threads(4, lambda: send_approved(Campaign.objects.get(pk=campaign.pk)))
        in_threads(4, deliver_all)
        assert Delivery.objects.filter(state="sent").count() == 3
        assert len(postbox.mails) == 3

    def test_killed_between_claim_and_confirmation_never_sends_twice(
        self, campaign: Campaign, alice: User, postbox: Postbox
    ) -> None:
        delivery = schedule(campaign, alice)[0]
        postbox.hold_data = True
        worker = worker_process(delivery.pk)
        try:
            assert postbox.data_arrived.wait(60), worker.communicate(timeout=1)
        finally:
            worker.kill()
            worker.wait()
        delivery.refresh_from_db()
        assert delivery.state == "sending"

        postbox.hold_data = False
        assert deliver(delivery.pk, "another") == "sending"
        sweep_stalled(timezone.now() + timedelta(seconds=STALL_S + 1))
        assert deliver(delivery.pk, "another") == "unknown"
        assert send_approved(campaign, alice).already == 1
        assert len(postbox.mails) == 1


def in_threads(count: int, act: Callable[[], object]) -> None:
    """Run ``act`` in threads that start together, each with its own connection to the database."""
    gate = threading.Barrier(count)

    def run() -> None:
        gate.wait()
        try:
            act()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


WORKER = """
import json, sys
import django
from django.conf import settings
given = json.loads(sys.argv[1])
django.setup()
from django.db import connection
connection.settings_dict.update(given["database"])
for name, value in given["settings"].items():
    setattr(settings, name, value)
from campaigns.delivery.schedule import deliver
deliver(given["delivery"], "child")
"""


def worker_process(delivery_id: int) -> subprocess.Popen[bytes]:
    """A process of its own that sends one delivery out of the test's database."""
    from django.conf import settings

    names = ("EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "MEDIA_ROOT", "SENT_JOURNAL_DIR")
    fields = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT")
    given = {
        "database": {field: str(connection.settings_dict[field]) for field in fields},
        "settings": {name: getattr(settings, name) for name in names} | {"EMAIL_TIMEOUT": 60},
        "delivery": delivery_id,
    }
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": os.pathsep.join([str(CHECKOUT), str(CHECKOUT / "platform")]),
        "DATABASE_URL": "postgres://nobody@127.0.0.1/unused",
    }
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, json.dumps(given, default=str)], env=environment, cwd=CHECKOUT
    )
