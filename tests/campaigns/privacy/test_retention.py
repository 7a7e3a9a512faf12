"""What is older than it is kept goes, and what a promise rests on stays."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import Schedule
from pytest_django import Settings

from campaigns.delivery.mailbox import mailbox_folder, store_mail
from campaigns.exports.jobs import Format, start_export
from campaigns.history import Verb, record
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Delivery, Event, HistoryEntry, Job, Message, Viewing
from campaigns.privacy.orphans import find_orphans, sweep_orphans
from campaigns.privacy.retention import OF_WORKSPACE, Expired, Kept, expire
from campaigns.review import approve
from campaigns.states import DeliveryState, EventKind
from tests import people

pytestmark = pytest.mark.django_db(transaction=True)
OLD = timedelta(days=400)


@pytest.fixture
def aged(campaign: Campaign, alice: User, tmp_path: Path, settings: Settings) -> Message:
    """A video that was sent and watched, an export and a mail, all of them more than a year ago."""
    settings.VAR_DIR = tmp_path / "var"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.RETENTION_DAYS = dict.fromkeys(map(str, Kept), 0) | {"mails": 365, "deliveries": 365}
    then = timezone.now() - OLD
    message = people.ready_message(campaign.recipients.get(name="Ada"))
    approve(message, alice, seen_hash=message.content_hash)
    work_on_job(start_export(campaign, alice, Format.CSV).pk)
    Job.objects.update(created_at=then)
    Campaign.objects.update(finished_at=then)
    # Of this video, of a row that was replaced since, and of a campaign that was deleted.
    for one, where in ((message, campaign), (None, campaign), (None, None)):
        Delivery.objects.create(
            message=one, campaign=where, address="ada@example.org", content_hash="a" * 64,
            state=DeliveryState.SENT,
        )  # fmt: skip
    Delivery.objects.update(created_at=then)
    Event.objects.create(message=message, recipient_name="Ada", kind=EventKind.PLAYED)
    Event.objects.update(at=then)
    store_mail(mailbox_folder(), b"To: ada@example.org\n\nHello")
    [mail] = mailbox_folder().glob("*.eml")
    os.utime(mail, (then.timestamp(), then.timestamp()))
    return message


def test_a_dry_run_says_what_would_go_and_keeps_it(aged: Message, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = aged.campaign.workspace
    workspace.retention = {str(kept): 365 for kept in OF_WORKSPACE}
    workspace.save()
    counts = {one.kept: one.count for one in expire(dry_run=True)}
    assert counts == {Kept.EVENTS: 1, Kept.DELIVERIES: 1, Kept.EXPORTS: 1, Kept.VIDEOS: 1, Kept.MAILS: 1}
    call_command("expire", dry_run=True)
    assert "Nothing was deleted." in capsys.readouterr().out
    assert Event.objects.count() == 1 and default_storage.exists(str(aged.video.name))


def test_what_is_older_goes_and_nobody_is_sent_to_twice(aged: Message) -> None:
    workspace = aged.campaign.workspace
    workspace.retention = {str(kept): 365 for kept in OF_WORKSPACE}
    workspace.save()
    assert len(expire()) == 5 and expire() == []
    assert not Event.objects.exists() and not list(mailbox_folder().glob("*.eml"))
    assert Viewing.objects.get().plays == 1  # the number stays
    kept = list(Delivery.objects.order_by("pk").values_list("message", "campaign"))
    assert kept == [(aged.pk, aged.campaign_id), (None, aged.campaign_id)]
    assert not default_storage.exists(str(aged.video.name)) and not Job.objects.exclude(file="").exists()


def test_a_workspace_has_periods_of_its_own_and_settings_hold_otherwise(
    aged: Message, settings: Settings
) -> None:
    settings.RETENTION_DAYS = dict.fromkeys(map(str, Kept), 0) | {"events": 365}
    name = aged.campaign.workspace.name
    assert expire(dry_run=True) == [Expired(name, Kept.EVENTS, 365, 1)]
    aged.campaign.workspace.retention = {"events": 0}
    aged.campaign.workspace.save()
    assert expire(dry_run=True) == []


def test_the_history_expires_through_its_function_and_not_before_a_month(campaign: Campaign) -> None:
    record(None, Verb.RUN_STARTED, campaign=campaign)
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("ALTER TABLE campaigns_historyentry DISABLE TRIGGER campaigns_history_append_only")
        cursor.execute("UPDATE campaigns_historyentry SET at = now() - interval '40 days'")
        cursor.execute("ALTER TABLE campaigns_historyentry ENABLE TRIGGER campaigns_history_append_only")
    record(None, Verb.RUN_CANCELLED, campaign=campaign)
    campaign.workspace.retention = {"history": 35}
    campaign.workspace.save()
    assert [one.count for one in expire()] == [1]
    assert HistoryEntry.objects.get().verb == Verb.RUN_CANCELLED
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute("SELECT campaigns_expire_history(%s, now())", [campaign.workspace_id])


def test_administrators_change_the_periods_and_the_history_tells_it(
    campaign: Campaign, alice: User, client: Client
) -> None:
    client.force_login(alice)
    where = reverse("admin:campaigns_workspace_retention", args=[campaign.workspace_id])
    assert "How long Workspace keeps data" in client.get(where).content.decode()
    asked = dict.fromkeys(map(str, OF_WORKSPACE), "0")
    client.post(where, asked | {"events": "730"})
    campaign.workspace.refresh_from_db()
    assert campaign.workspace.retention["events"] == 730
    assert "events 730" in HistoryEntry.objects.get(verb=Verb.RETENTION_CHANGED).about
    for wrong in ("-1", "x", "²", "99999", "9" * 5000):
        client.post(where, asked | {"events": wrong})
    client.post(where, asked | {"history": "7"})
    campaign.workspace.refresh_from_db()
    assert campaign.workspace.retention["events"] == 730


def test_files_that_belong_to_nothing_are_swept_a_day_later(aged: Message, alice: User) -> None:
    lost = default_storage.save("campaigns/gone/messages/1/video.mp4", ContentFile(b"lost"))
    young = default_storage.save("presenters/gone/take.mp4", ContentFile(b"on its way"))
    then = (timezone.now() - OLD).timestamp()
    for path in Path(default_storage.path("")).rglob("*"):
        if path.is_file() and path != Path(default_storage.path(young)):
            os.utime(path, (then, then))
    assert find_orphans() == [lost] and sweep_orphans() == 1
    assert default_storage.exists(young) and default_storage.exists(str(aged.video.name))
    assert default_storage.exists(str(Job.objects.exclude(file="").get().file.name))


def test_the_clock_does_it_once_a_day() -> None:
    call_command("migrate", verbosity=0)
    assert Schedule.objects.get(name="expire").schedule_type == Schedule.DAILY
