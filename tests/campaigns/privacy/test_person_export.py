"""Everything that is held about a person, in one archive."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from campaigns.access.roles import Role
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Job, MemberRole, Workspace
from campaigns.privacy import person_export
from campaigns.privacy.erasure import count_holding
from campaigns.privacy.person import HeldPerson, PersonQuery
from tests.campaigns.privacy import held
from tests.campaigns.privacy.held import ADDRESS, NAME, VIDEO

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_archive_holds_every_row_and_file(
    campaign: Campaign, alice: User, tmp_path: Path, settings: Settings
) -> None:
    settings.VAR_DIR = tmp_path / "var"
    held.hold(campaign, alice)
    path = tmp_path / "zoe.zip"
    call_command("export_person", ADDRESS, out=path)
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as archive:
        told = json.loads(archive.read("person.json"))
        [video] = [name for name in archive.namelist() if name.endswith("zoe.mp4")]
        assert archive.read(video) == VIDEO
        assert sum(name.startswith("mails/") for name in archive.namelist()) == 2
    assert told["recipients"][0]["name"] == NAME and len(told["deliveries"]) == 2
    assert told["events"] and told["approved contents"] and told["suppressions"] and told["history"]
    assert "Ada" not in json.dumps(told["recipients"])
    with pytest.raises(CommandError, match="Nothing is held"):
        call_command("export_person", "nobody@example.org", out=tmp_path / "nobody.zip")


def test_the_page_is_for_administrators_and_its_archive_for_who_asked(
    campaign: Campaign, alice: User, bob: User, client: Client
) -> None:
    where = reverse("admin:campaigns_workspace_person", args=[campaign.workspace_id])
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    role = MemberRole.objects.create(workspace=campaign.workspace, user=bob, role=Role.AUTHOR)
    campaign.workspace.members.add(bob)
    client.force_login(bob)
    assert client.get(where).status_code == 403
    MemberRole.objects.filter(pk=role.pk).update(role=Role.ADMINISTRATOR)
    page = client.get(where, {"address": "ada@example.org"}).content.decode()
    assert "Ada in Spring, row 2" in page and "Erase for good" in page
    client.post(where, {"address": "ada@example.org", "action": "erase"})  # not ticked
    assert not Job.objects.exists()
    client.post(where, {"address": "ada@example.org", "action": "export"})
    job = Job.objects.get(kind=JobKind.EXPORT_PERSON)
    work_on_job(job.pk)
    archive = reverse("admin:campaigns_workspace_person_file", args=[campaign.workspace_id, job.public_id])
    assert client.get(archive)["Content-Type"] == "application/zip"
    other = Client()
    other.force_login(alice)
    assert other.get(archive).status_code == 404
    assert person_export.KEPT_DAYS == 7


def test_a_workspace_learns_nothing_of_what_may_be_another_ones(
    campaign: Campaign, alice: User, tmp_path: Path, settings: Settings
) -> None:
    settings.VAR_DIR = tmp_path / "var"
    held.hold(campaign, alice)
    elsewhere = Workspace.objects.create(name="Elsewhere")
    there = HeldPerson(PersonQuery.build(ADDRESS, "", [elsewhere.pk]))
    # Of a campaign that was deleted there is a delivery, and a mail to the address.
    assert count_holding(there).is_empty
    here = count_holding(HeldPerson(PersonQuery.build(ADDRESS, "", [campaign.workspace_id])))
    assert (here.deliveries, here.caught_mails) == (1, 1)
