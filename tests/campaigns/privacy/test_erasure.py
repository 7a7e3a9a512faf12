"""A person erased: their name, address, video and sound are in no table and no file afterwards."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from campaigns.delivery.mailbox import mailbox_folder
from campaigns.delivery.suppression import find_suppressed, is_suppressed
from campaigns.jobs.kinds import JobKind
from campaigns.jobs.queue import enqueue
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, HistoryEntry, Message, Recipient, get_workspace_key
from campaigns.privacy.erasure import count_holding, erase, start_erasure
from campaigns.privacy.person import HeldPerson, PersonQuery
from campaigns.privacy.traces import search_files, search_tables
from campaigns.states import JobState
from tests.campaigns.privacy import held
from tests.campaigns.privacy.held import ADDRESS, NAME, PHONE, SOUND, VIDEO, Held

TERMS = (NAME, NAME.split()[1], ADDRESS, PHONE)


@pytest.fixture(autouse=True)
def _own_var_folder(tmp_path: Path, settings: Settings) -> Iterator[None]:
    for name, folder in (("VAR_DIR", ""), ("MEDIA_ROOT", "media"), ("RENDER_CACHE_DIR", "cache")):
        setattr(settings, name, tmp_path / folder)
    yield


@pytest.fixture
def person(campaign: Campaign, alice: User) -> Held:
    return held.hold(campaign, alice)


def find_traces() -> set[str]:
    """Every column and every kind of file that still names the person."""
    tables = {one.where for one in search_tables(TERMS)}
    return tables | {one.where for one in search_files([settings.VAR_DIR], TERMS)} | find_bytes()


def find_bytes() -> set[str]:
    """Files with the person's video or sound, whatever they are called."""
    wanted = {hashlib.sha256(one).digest() for one in (VIDEO, SOUND)}
    files = [path for path in settings.VAR_DIR.rglob("*") if path.is_file()]
    return {str(path) for path in files if hashlib.sha256(path.read_bytes()).digest() in wanted}


@pytest.mark.django_db(transaction=True)
def test_nothing_that_names_the_person_is_left_anywhere(
    person: Held, campaign: Campaign, alice: User
) -> None:
    before = find_traces()
    tables = {where.split(".")[0] for where in before if where.startswith(("campaigns_", "django_"))}
    assert tables >= {
        "campaigns_recipient", "campaigns_delivery", "campaigns_event", "campaigns_suppression",
        "campaigns_historyentry", "campaigns_job", "campaigns_comment", "campaigns_personalword",
        "campaigns_pronunciationentry", "campaigns_idempotentanswer", "django_admin_log", "django_session",
        "django_q_task",
    }  # fmt: skip
    assert len(find_bytes()) == 3 and len(list(mailbox_folder().glob("*.eml"))) == 2
    query = PersonQuery.build(ADDRESS.upper(), "", [campaign.workspace_id])
    told = count_holding(HeldPerson(query))
    assert (told.rows, told.deliveries, told.caught_mails, told.imports_and_exports) == (1, 2, 2, 2)
    entries = HistoryEntry.objects.count()
    job = start_erasure(query, alice)
    assert work_on_job(job.pk) == JobState.DONE
    assert find_traces() == set()
    job.refresh_from_db()
    assert job.result["rows"] == 1 and job.options == {}
    assert HistoryEntry.objects.count() == entries + 1  # who did what stays, and the erasure is told


@pytest.mark.django_db(transaction=True)
def test_what_is_about_others_stays(person: Held, campaign: Campaign) -> None:
    erase(PersonQuery.build(ADDRESS, "", [campaign.workspace_id]), None)
    other = Recipient.objects.get(pk=person.other.pk)
    assert other.name == "Ada" and other.message.video.read() == b"video of Ada"
    assert other.message.comments.get().text == "Sounds better than (erased)"
    assert person.shared_part.exists()
    assert Session.objects.get().get_decoded() == {"kept": "workspace"}
    assert campaign.recipients.count() == 4


@pytest.mark.django_db(transaction=True)
def test_an_erased_person_is_never_written_to_again_unless_they_ask(person: Held, campaign: Campaign) -> None:
    key = get_workspace_key(campaign)
    erase(PersonQuery.build(ADDRESS, "", [key]), None)
    assert is_suppressed(ADDRESS.upper(), key) and not is_suppressed("ada@example.org", key)
    assert find_suppressed([ADDRESS, "ada@example.org"], key) == {ADDRESS}
    call_command("erase_person", ADDRESS, allow_again=True)
    assert not is_suppressed(ADDRESS, key)


@pytest.mark.django_db(transaction=True)
def test_a_person_without_an_address_is_found_by_name_and_namesakes_with_one_stay(
    person: Held, campaign: Campaign
) -> None:
    nameless = Recipient.objects.create(
        campaign=campaign, row_number=30, name=NAME.lower(), values={"x": "y"}
    )
    query = PersonQuery.build("", NAME, [campaign.workspace_id])
    assert [one.pk for one in HeldPerson(query).recipients] == [nameless.pk]
    erase(query, None)
    assert Recipient.objects.filter(pk=person.person.pk).exists()
    assert not Recipient.objects.filter(pk=nameless.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_the_command_asks_before_it_erases_and_waits_for_an_import(
    person: Held, campaign: Campaign, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("erase_person", ADDRESS)
    assert "Add --yes" in capsys.readouterr().out and Message.objects.count() == 2
    busy = enqueue(JobKind.APPLY_CHANGES, campaign=campaign)
    with pytest.raises(CommandError, match="Wait until it is over"):
        call_command("erase_person", ADDRESS, yes=True)
    busy.delete()
    call_command("erase_person", ADDRESS, yes=True)
    call_command("erase_person", ADDRESS, search=True)
    assert "Erased." in (told := capsys.readouterr().out) and "0 places." in told


@pytest.mark.django_db(transaction=True)
def test_a_table_that_nobody_thought_of_is_cleaned_where_all_workspaces_are_meant(
    person: Held, campaign: Campaign
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE campaigns_later (told jsonb)")
        try:
            cursor.execute("INSERT INTO campaigns_later VALUES (%s)", [json.dumps({"to": ADDRESS})])
            erase(PersonQuery.build(ADDRESS, "", [campaign.workspace_id]), None)
            cursor.execute("SELECT told->>'to' FROM campaigns_later")
            assert cursor.fetchone() == ("(erased)",)
        finally:
            cursor.execute("DROP TABLE campaigns_later")
