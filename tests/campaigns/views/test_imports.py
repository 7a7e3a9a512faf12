"""A spreadsheet comes in by steps, and nobody changes before it is applied."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.jobs.queue import cancel
from campaigns.models import Campaign, Job
from campaigns.recipients.import_drafts import find_draft
from campaigns.states import CampaignState, JobState, RowVerdict
from tests.imports import answer, apply, choose, do_jobs, see, step

pytestmark = pytest.mark.django_db(transaction=True)  # the beats of a job come over a connection of their own
SHEET = "first_name;email;city\nZoë;zoe@example.org;Málaga\nLars;not an address;\n"
GERMAN = "Vorname;Nachname;E-Mail-Adresse\nJürgen;Groß;juergen@example.org\nUte;Weiß;ute@example.org\n"
CORRECTED = (
    "first_name,email,city\nAda,ada@example.org,Leeds\nJosé,jose@example.org,\nZoë,zoe@example.org,Málaga\n"
)
QUERIES_MAX = 20


@pytest.fixture
def dashboard(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def empty(campaign: Campaign) -> Campaign:
    """A campaign before its first spreadsheet."""
    campaign.recipients.all().delete()
    Campaign.objects.filter(pk=campaign.pk).update(columns=[], script="")
    campaign.refresh_from_db()
    return campaign


def workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_first_spreadsheet_is_summed_up_and_then_taken(dashboard: Client, empty: Campaign) -> None:
    page = choose(dashboard, empty, SHEET)
    assert "What is in the spreadsheet" in page
    assert "Add 2 people" in page
    assert empty.recipients.count() == 0
    page = apply(dashboard, empty)
    assert [row.name for row in empty.recipients.all()] == ["Zoë", "Lars"]
    assert "is not an e-mail address" in page
    assert "zoe@example.org" not in page  # whoever needs attention comes first
    assert empty.spreadsheet_name == "people.csv"
    assert find_draft(empty) is None


def test_the_address_is_found_in_a_german_export(dashboard: Client, empty: Campaign) -> None:
    page = choose(dashboard, empty, GERMAN)
    assert "“E-Mail-Adresse” is the e-mail address" in page
    apply(dashboard, empty)
    person = empty.recipients.get(email="ute@example.org")
    assert (person.name, person.verdict) == ("Ute Weiß", RowVerdict.VALID)


def test_a_sheet_without_addresses_is_said_loudly_and_goes_on_when_told(
    dashboard: Client, empty: Campaign
) -> None:
    page = choose(dashboard, empty, "first_name,city\nAda,London\nBo,Cork\n")
    assert "No column holds e-mail addresses" in page
    assert "no mail can be sent" in page
    page = answer(dashboard, empty, "import_columns", **{"role-0": "first_name", "role-1": ""})
    assert "Add 2 people" in page


def test_a_column_is_given_a_role_and_the_next_sheet_remembers_it(dashboard: Client, empty: Campaign) -> None:
    odd = "who,where to\nAda,ada@example.org\nBo,bo@example.org\n"
    choose(dashboard, empty, odd)
    page = answer(dashboard, empty, "import_columns", **{"role-0": "first_name", "role-1": "email"})
    assert "“who” is the first name" in page
    apply(dashboard, empty)
    assert empty.column_roles["first_name"] == "who"
    page = choose(dashboard, empty, odd + "Cy,cy@example.org\n")
    assert "“who” is the first name" in page


def test_two_columns_are_not_both_the_address(dashboard: Client, empty: Campaign) -> None:
    choose(dashboard, empty, SHEET)
    page = dashboard.post(step(empty, "import_columns"), {"role-0": "email", "role-1": "email"})
    assert page.status_code == 400
    assert "“first_name” and “email” are both called e-mail address" in page.content.decode()


def test_a_read_me_sheet_first_is_passed_over_and_another_can_be_chosen(
    dashboard: Client, empty: Campaign
) -> None:
    book = workbook(
        Readme=[["How to fill this in"], ["One row per person."]],
        People=[["name", "email"], ["Ada", "ada@example.org"], ["Bo", "bo@example.org"]],
        Old=[["name", "email"], ["Cy", "cy@example.org"], ["Di", "di@example.org"]],
    )
    page = choose(dashboard, empty, book, "people.xlsx")
    page = dashboard.get(step(empty, "import_sheet")).content.decode()
    assert "How to fill" not in page or "Readme" in page
    page = answer(dashboard, empty, "import_sheet", sheet="Old", header_row="")
    assert "Add 2 people" in page
    apply(dashboard, empty)
    assert {row.name for row in empty.recipients.all()} == {"Cy", "Di"}


def test_the_header_row_is_chosen_and_one_can_say_that_there_is_none(
    dashboard: Client, empty: Campaign
) -> None:
    choose(dashboard, empty, "Ada,ada@example.org\nBo,bo@example.org\n")
    page = dashboard.get(step(empty, "import_sheet")).content.decode()
    assert "Which row names the columns?" in page
    answer(dashboard, empty, "import_sheet", header_row="0")
    draft = find_draft(empty)
    assert draft is not None
    assert (draft.choice.header_row, draft.read["rows"]) == (0, 2)


def test_a_corrected_sheet_shows_who_changes_before_anything_does(
    dashboard: Client, campaign: Campaign
) -> None:
    keyed(campaign)
    page = choose(dashboard, campaign, CORRECTED)
    assert "What the spreadsheet changes" in page
    assert "<del>London</del> <ins>Leeds</ins>" in page
    assert campaign.recipients.get(name="Ada").values["city"] == "London"
    gone = dashboard.get(step(campaign, "import_changes") + "?kind=gone").content.decode()
    assert "O&#x27;Neil" in gone
    ada = campaign.recipients.get(name="Ada").pk
    apply(dashboard, campaign)
    assert campaign.recipients.get(name="Ada").pk == ada
    assert campaign.recipients.get(name="Ada").values["city"] == "Leeds"
    assert campaign.recipients.get(name="O'Neil").removed_at is not None


def test_who_is_not_in_the_sheet_is_kept_when_told(dashboard: Client, campaign: Campaign) -> None:
    keyed(campaign)
    choose(dashboard, campaign, CORRECTED)
    apply(dashboard, campaign, gone="keep")
    assert campaign.recipients.get(name="O'Neil").removed_at is None


def test_a_file_that_is_no_spreadsheet_changes_nothing_and_says_why(
    dashboard: Client, campaign: Campaign
) -> None:
    for content, name, why in (
        (b"%PDF-1.7 nothing", "people.pdf", "people.pdf"),
        (b"name,email\n", "people.csv", "no rows below"),
    ):
        page = choose(dashboard, campaign, content, name)
        assert why in page
        assert "Choose another spreadsheet" in page
    refused = dashboard.post(
        step(campaign, "import"),
        {"spreadsheet": SimpleUploadedFile("people.csv", b"")},
        headers={"accept": "application/json"},
    )
    assert (refused.status_code, "file is empty" in refused.json()["problem"]) == (400, True)
    assert campaign.recipients.count() == 4


def test_a_cancelled_reading_keeps_the_file_and_reads_it_again(dashboard: Client, empty: Campaign) -> None:
    dashboard.post(step(empty, "import"), {"spreadsheet": SimpleUploadedFile("p.csv", SHEET.encode())})
    cancel(Job.objects.get(campaign=empty))
    page = see(dashboard, empty)
    assert "Read it again" in page
    assert "Add 2 people" in answer(dashboard, empty, "import", action="again")


def test_an_answer_that_makes_the_file_unreadable_is_taken_back(dashboard: Client, empty: Campaign) -> None:
    choose(dashboard, empty, SHEET)
    page = answer(dashboard, empty, "import_sheet", header_row="9")
    assert "Forget my answers" in page
    assert "Add 2 people" in answer(dashboard, empty, "import", action="afresh")


def test_a_draft_is_thrown_away(dashboard: Client, campaign: Campaign) -> None:
    choose(dashboard, campaign, SHEET)
    assert "is being imported" in dashboard.get(step(campaign, "recipients")).content.decode()
    dashboard.post(step(campaign, "import"), {"action": "throw_away"})
    assert find_draft(campaign) is None
    assert campaign.recipients.count() == 4
    assert dashboard.get(step(campaign, "import_changes"))["Location"] == step(campaign, "import")


def test_nothing_is_applied_during_a_run(dashboard: Client, campaign: Campaign) -> None:
    choose(dashboard, campaign, SHEET)
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.RENDERING)
    apply(dashboard, campaign)
    page = dashboard.get(step(campaign, "import_changes")).content.decode()
    assert "A run is going on" in page
    assert campaign.recipients.count() == 4


def test_a_draft_is_applied_once_however_often_it_is_clicked(dashboard: Client, empty: Campaign) -> None:
    choose(dashboard, empty, SHEET)
    for _ in range(3):
        dashboard.post(step(empty, "import_changes"))
    assert Job.objects.filter(kind="apply_changes").count() == 1
    do_jobs(empty)
    assert Job.objects.get(kind="apply_changes").state == JobState.DONE
    assert empty.recipients.count() == 2


def test_a_viewer_sees_and_does_not_import(client: Client, bob: User, campaign: Campaign) -> None:
    bob.is_staff = True
    bob.save()
    bob.user_permissions.add(Permission.objects.get(codename="view_campaign"))
    campaign.workspace.members.add(bob)
    client.force_login(bob)
    assert client.get(step(campaign, "import")).status_code == 200
    sheet = {"spreadsheet": SimpleUploadedFile("people.csv", SHEET.encode())}
    assert client.post(step(campaign, "import"), sheet).status_code == 403
    assert not Job.objects.exists()


@pytest.mark.parametrize("slug", ["import_sheet", "import_columns", "import_changes"])
def test_a_step_takes_few_queries(dashboard: Client, campaign: Campaign, slug: str) -> None:
    choose(dashboard, campaign, CORRECTED)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert dashboard.get(step(campaign, slug)).status_code == 200
    assert len(queries) <= QUERIES_MAX


def keyed(campaign: Campaign) -> None:
    """People as a spreadsheet leaves them."""
    for person in campaign.recipients.all():
        person.key = person.email.casefold()
        person.save(update_fields=["key"])


def test_the_next_file_of_the_same_shape_is_read_like_the_last_one(
    dashboard: Client, empty: Campaign
) -> None:
    titled = "Spring list;;\nAda Byron;Leeds;ada@example.org\nLukač;Brno;lu@example.org\n"
    people = {"Alumni": [["nick", "to"], ["Al", "al@x.org"]], "Members": [["nick", "to"], ["Mo", "mo@x.org"]]}
    choose(dashboard, empty, titled.encode("cp1250"))
    answer(dashboard, empty, "import_sheet", header_row="0", encoding="Windows, Central Europe")
    page = answer(dashboard, empty, "import_columns", **{"role-0": "last_name", "role-2": "email"})
    assert "as in the last spreadsheet" not in page
    apply(dashboard, empty)
    page = choose(dashboard, empty, titled.replace("Ada", "Bo").encode("cp1250"))
    assert "<strong>no row with column names</strong>, as in the last spreadsheet" in page
    assert "<strong>letters as Windows, Central Europe</strong>, as in the last spreadsheet" in page
    apply(dashboard, empty)
    assert sorted(row.name for row in empty.recipients.living()) == ["Bo Byron", "Lukač", "Spring list"]
    assert empty.sheet_choice["separator"] == ";"
    page = choose(dashboard, empty, workbook(**people), "people.xlsx")
    assert "as in the last spreadsheet" not in page  # another shape
    assert "several sheets that may hold the people" in page
    answer(dashboard, empty, "import_sheet", sheet="Members")
    apply(dashboard, empty)
    page = choose(dashboard, empty, workbook(**people), "people.xlsx")
    assert "<strong>sheet “Members”</strong>, as in the last spreadsheet" in page
    page = answer(dashboard, empty, "import_sheet", sheet="Alumni", header_row="1")
    assert "Members" not in page.partition("<form")[0] and "sheet “Alumni”" in page


def test_the_separator_and_the_letters_are_shown_and_can_be_changed(
    dashboard: Client, empty: Campaign
) -> None:
    page = choose(dashboard, empty, "name,email;note\nAda,a@example.org;b\n")
    assert "cells separated by commas" in page and "letters as UTF-8" in page
    chosen = {"header_row": "1", "other_separator": ";"}
    page = answer(dashboard, empty, "import_sheet", **chosen, other_encoding="utf-8")
    assert "cells separated by semicolons" in page
    page = answer(dashboard, empty, "import_sheet", **chosen, other_encoding="cp1252")
    assert "letters as Windows, Western Europe" in page and "cells separated by semicolons" in page
