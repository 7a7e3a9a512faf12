"""Exports as people get them: written by a job, taken away by who may."""

from __future__ import annotations

import csv
import io
import zipfile

import openpyxl
import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.exports.jobs import Format, start_export
from campaigns.exports.videos import name_file
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Delivery, Event, Job
from campaigns.review import approve
from campaigns.states import DeliveryState, EventKind, JobState, Outcome, move
from tests import people


@pytest.fixture
def sent(campaign: Campaign, alice: User) -> Campaign:
    """Ada's video was approved, sent and half watched; José's is to review."""
    ada = people.ready_message(campaign.recipients.get(name="Ada"))
    approve(ada, alice, seen_hash=ada.content_hash)
    people.ready_message(campaign.recipients.get(name="José"))
    Delivery.objects.create(
        message=ada, campaign=campaign, address="ada@example.org", content_hash=ada.content_hash,
        state=DeliveryState.SENT, sent_at=timezone.now(),
    )  # fmt: skip
    Event.objects.create(message=ada, kind=EventKind.PAGE_VIEWED)
    Event.objects.create(message=ada, kind=EventKind.PROGRESS, seconds=2.0)
    return campaign


def export(campaign: Campaign, user: User, format_: Format, delimiter: str = ",") -> Job:
    job = start_export(campaign, user, format_, delimiter)
    work_on_job(job.pk)
    job.refresh_from_db()
    return job


def read(job: Job) -> bytes:
    with job.file.open("rb") as file:
        return bytes(file.read())


def read_rows(job: Job, delimiter: str = ",") -> list[dict[str, str]]:
    text = read(job).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:]), delimiter=delimiter))


def test_the_table_has_the_peoples_columns_and_what_came_of_each(sent: Campaign, alice: User) -> None:
    job = export(sent, alice, Format.CSV, ";")
    assert job.state == JobState.DONE and job.result["count"] == 4
    rows = read_rows(job, ";")
    assert list(rows[0])[:3] == ["first_name", "email", "city"]
    ada, jose, oneil, nobody = rows
    message = sent.messages.get(recipient__name="Ada")
    assert ada["picture"].endswith(f"/v/{message.public_id}/picture.jpg") and ada["preview"] == ""
    assert ada["link"].endswith(f"/v/{message.public_id}/") and ada["link"].startswith("http")
    assert (ada["status"], ada["approved"], ada["opened"], ada["watched %"]) == ("sent", "yes", "yes", "50")
    assert (jose["status"], jose["approved"], jose["link"]) == ("to review", "no", "")
    assert (oneil["status"], nobody["status"]) == ("no video yet", "needs attention")


def test_the_status_says_what_the_provider_told(sent: Campaign, alice: User) -> None:
    move(sent.deliveries.all(), Outcome.BOUNCED)
    ada = read_rows(export(sent, alice, Format.CSV))[0]
    assert (ada["status"], ada["sent at"] != "") == ("came back", True)


def test_formulas_of_the_sheet_are_only_text(sent: Campaign, alice: User) -> None:
    row = sent.recipients.get(name="Ada")
    row.values = {**row.values, "city": "=1+1"}
    row.save()
    assert read_rows(export(sent, alice, Format.CSV))[0]["city"] == "'=1+1"


def test_columns_that_are_called_like_bynames_stay_apart(sent: Campaign, alice: User) -> None:
    Campaign.objects.filter(pk=sent.pk).update(columns=["status", "first_name"])
    header = list(read_rows(export(Campaign.objects.get(pk=sent.pk), alice, Format.CSV))[0])
    assert header[:2] == ["status", "first_name"] and "status (Byname)" in header


def test_a_workbook_holds_the_same_rows_as_text(sent: Campaign, alice: User) -> None:
    book = openpyxl.load_workbook(io.BytesIO(read(export(sent, alice, Format.XLSX))))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][:3] == ("first_name", "email", "city") and rows[1][0] == "Ada" and len(rows) == 5


def test_videos_come_with_a_manifest_and_only_when_approved(sent: Campaign, alice: User) -> None:
    archive = zipfile.ZipFile(io.BytesIO(read(export(sent, alice, Format.ZIP))))
    video, manifest = archive.namelist()
    assert video.startswith("00002 Ada ") and manifest == "manifest.csv"
    assert archive.read(video) == b"video of Ada"
    assert video in archive.read("manifest.csv").decode()


def test_an_export_without_an_approved_video_says_so(campaign: Campaign, alice: User) -> None:
    job = export(campaign, alice, Format.ZIP)
    assert job.state == JobState.FAILED and "No video is approved yet" in job.failure


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "a/b\\c", "..", "CON", "nul.txt", "", "x" * 300, "Zoë Ångström", "\x00a", "<b>"],
)
def test_a_name_in_the_zip_is_no_path_and_no_device(name: str) -> None:
    made = name_file(7, name, 12)
    assert made.endswith(" 12.mp4") and made.startswith("00007 ") and len(made) < 90
    assert not set('/\\:*?"<>|\x00') & set(made) and ".." not in made


def test_only_who_may_export_asks_for_files_and_takes_them(client: Client, sent: Campaign) -> None:
    user = User.objects.create_user("rita", "rita@example.org", people.PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="Reviewer"))
    client.force_login(user)
    page = reverse("admin:campaigns_campaign_export", args=[sent.pk])
    assert client.get(page).status_code == 403
    assert client.post(page, {"format": "csv"}).status_code == 403 and not Job.objects.exists()
    user.groups.set(Group.objects.filter(name="Sender"))
    client.post(page, {"format": "csv"})
    job = Job.objects.get()
    file = reverse("admin:campaigns_campaign_export_file", args=[sent.pk, job.public_id])
    assert client.get(file).status_code == 404  # not written yet
    work_on_job(job.pk)
    answer = client.get(file)
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    assert b"Ada" in b"".join(answer.streaming_content)
    assert "rows" in client.get(page).content.decode()
    user.groups.clear()
    assert client.get(file).status_code == 403
