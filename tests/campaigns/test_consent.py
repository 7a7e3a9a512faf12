"""Whoever is seen and heard in a content is asked for consent, wherever it could be shown or sent."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import engine
from campaigns.delivery.attempt import REVOKED, deliver
from campaigns.delivery.schedule import send_approved
from campaigns.delivery.trial import run_job, start_test
from campaigns.engine import RenderError
from campaigns.exports.tables import read_people
from campaigns.exports.videos import write_videos
from campaigns.jobs.progress import RefusedJob
from campaigns.models import Campaign, Delivery, Message, Presenter
from campaigns.states import MoveRefused
from tests import people
from tests.campaigns.mail import Postbox, approve_all, mail_server

LINKS = ("page", "video", "poster", "captions", "picture")


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    with mail_server(settings) as running:
        yield running


@pytest.fixture
def nora(presenter: Presenter) -> Presenter:
    """Agreed to her picture and to a voice like hers."""
    presenter.voice_consent_at = timezone.now()
    presenter.save()
    return presenter


@pytest.fixture
def switched(campaign: Campaign, nora: Presenter, alice: User) -> Campaign:
    """Three approved videos that show Nora and speak with her voice; the campaign has Sam since."""
    approve_all(campaign, alice)
    voice = [engine.get_fitted_engine(), f"presenters/{nora.public_id}/voice-1.safetensors", ""]
    made_with = {"presenter": nora.pk, "voice": voice}
    Message.objects.update(made_with=made_with)
    for message in Message.objects.all():
        message.revisions.update(made_with=made_with)
    sam = people.presenter()
    sam.name = sam.consent_by = "Sam"
    sam.save()
    Campaign.objects.filter(pk=campaign.pk).update(presenter=sam)
    campaign.refresh_from_db()
    return campaign


def revoke(presenter: Presenter, what: str) -> None:
    column = {"picture": "consent_revoked_at", "voice": "voice_consent_revoked_at"}[what]
    Presenter.objects.filter(pk=presenter.pk).update(**{column: timezone.now()})


def statuses(client: Client, message: Message) -> set[int]:
    return {client.get(reverse(f"message-{name}", args=[message.public_id])).status_code for name in LINKS}


@pytest.mark.parametrize("what", ["picture", "voice"])
def test_whoever_is_seen_or_heard_takes_everything_down(
    switched: Campaign, nora: Presenter, alice: User, client: Client, tmp_path: Path, what: str
) -> None:
    """Revoked after it was scheduled: pages, files, mails, tests and exports; nothing new is scheduled."""
    message = Message.objects.order_by("pk")[0]
    assert statuses(client, message) <= {200, 404} and 200 in statuses(client, message)
    send_approved(switched, alice)
    revoke(nora, what)
    assert statuses(client, message) == {404}
    assert {deliver(one.pk, "test") for one in Delivery.objects.all()} == {"failed"}
    assert set(Delivery.objects.values_list("reason", flat=True)) == {REVOKED}
    with pytest.raises(MoveRefused, match="revoked"):
        send_approved(switched, alice)
    job = start_test(message.recipient, alice)
    with pytest.raises(RefusedJob, match="revoked"):
        run_job(job, lambda *_: None)  # type: ignore[arg-type]
    assert all(person.cells[0] == "" for person in read_people(switched))
    with pytest.raises(RenderError, match="No video"):
        write_videos(switched, tmp_path / "videos.zip", lambda *_: None)
    with zipfile.ZipFile(tmp_path / "videos.zip") as archive:
        rows = list(csv.reader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))
        assert archive.namelist() == ["manifest.csv"]
    assert {(row[0], row[4]) for row in rows[1:]} == {("the consent was revoked", "")}


def test_the_campaigns_presenter_of_today_neither_hides_nor_signs_what_shows_another(
    switched: Campaign, alice: User, client: Client, postbox: Postbox
) -> None:
    assert switched.presenter is not None
    revoke(switched.presenter, "picture")
    message = Message.objects.order_by("pk")[0]
    page = client.get(reverse("message-page", args=[message.public_id])).content.decode()
    assert "consent of Nora" in page
    send_approved(switched, alice)
    assert {deliver(one.pk, "test") for one in Delivery.objects.all()} == {"sent"}
    bodies = [mail.get_body(("html",)).get_content() for mail in postbox.mails]
    assert len(bodies) == 3 and all("Nora" in body and "Sam" not in body for body in bodies)
    client.force_login(alice)
    address = reverse("admin:campaigns_campaign_mail", args=[switched.pk])
    fields = {"email_subject": "Hi", "email_body": "Hello", "recipient": str(message.recipient_id)}
    shown = client.post(address, fields).json()["html"]
    assert "Nora" in shown and "Sam" not in shown


def test_only_those_who_still_consent_are_sent(switched: Campaign, nora: Presenter, alice: User) -> None:
    sam = switched.presenter
    assert sam is not None
    other = Message.objects.order_by("pk")[0]
    Message.objects.filter(pk=other.pk).update(made_with={"presenter": sam.pk})
    revoke(nora, "picture")
    assert send_approved(switched, alice).scheduled == 1
    assert Delivery.objects.get().message_id == other.pk
