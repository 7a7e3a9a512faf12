"""Spreadsheets come in and people are edited as a person does it, with the mouse and with the keyboard."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from campaigns.states import DeliveryState, RowVerdict
from tests import people
from tests.browser.conftest import PHONE
from tests.imports import do_jobs

pytestmark = [pytest.mark.browser, pytest.mark.slow]
GERMAN = (
    "Kundenliste;;\nStand: 1. März 2026;;\n;;\nVorname;Nachname;E-Mail-Adresse\n"
    "Jürgen;Groß;juergen@example.org\nUte;Weiß;ute@example.org\nLars;Åberg;lars at example\n"
)
CORRECTED = (
    "first_name,email,city\nAda,ada@example.org,Leeds\nJosé,jose@example.org,\nZoë,zoe@example.org,Rome\n"
)


@pytest.fixture
def empty(alice: User) -> Campaign:
    return Campaign.objects.create(name="Trade fair", created_by=alice)


def go(page: Page, campaign: Campaign, step: str) -> None:
    page.goto(f"/admin/campaigns/campaign/{campaign.pk}/{step}/")


def choose(page: Page, campaign: Campaign, file: Path) -> None:
    """Choose a file, and let a worker read it while the page follows."""
    page.get_by_label("Choose a file or drop it here").set_input_files(file)
    expect(page.locator("[data-file-name]")).to_have_text(file.name)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("You can leave this page")).to_be_visible()
    do_jobs(campaign)


def apply(page: Page, campaign: Campaign, button: str) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("progressbar", name="Applying the changes")).to_be_visible()
    do_jobs(campaign)
    expect(page.get_by_role("heading", name="People")).to_be_visible()


def test_a_german_export_with_title_lines_comes_in_and_a_cell_is_mended_by_keyboard(
    dashboard: Page, empty: Campaign, tmp_path: Path
) -> None:
    page = dashboard
    file = tmp_path / "Kunden.csv"
    file.write_text(GERMAN, encoding="cp1252")
    go(page, empty, "recipients")
    page.get_by_role("link", name="Upload a spreadsheet").click()
    choose(page, empty, file)
    expect(page.get_by_text("“E-Mail-Adresse” is the e-mail address")).to_be_visible()
    apply(page, empty, "Add 3 people")

    lars = page.get_by_role("row").filter(has_text="Lars")
    expect(lars).to_contain_text("is not an e-mail address")
    expect(page.get_by_role("row").filter(has_text="Ute")).to_have_count(0)  # first who needs attention
    cell = lars.locator("[data-column='E-Mail-Adresse']")
    cell.focus()
    page.keyboard.press("Enter")
    field = page.get_by_role("textbox", name="E-Mail-Adresse of Lars Åberg")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(cell).to_be_focused()
    expect(cell.locator("[data-text]")).to_have_text("lars at example")
    page.keyboard.press("Enter")
    field.fill("lars@example.org")
    page.keyboard.press("Enter")
    expect(lars.locator("[data-verdict]")).to_have_text("valid")
    expect(page.locator("[data-count=attention]")).to_have_text("0")
    assert empty.recipients.get(email="lars@example.org").verdict == RowVerdict.VALID
    page.get_by_role("button", name="Undo").click()
    expect(lars.locator("[data-verdict]")).to_have_text("needs attention")
    assert empty.recipients.get(name="Lars Åberg").values["E-Mail-Adresse"] == "lars at example"


def test_another_sheet_and_header_row_are_chosen(dashboard: Page, empty: Campaign, tmp_path: Path) -> None:
    page = dashboard
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    book.active.append(["One row per person, please."])
    for name, rows in {"Spring": ["Ada", "Bo"], "Autumn": ["Cy", "Di", "Ed"]}.items():
        sheet = book.create_sheet(name)
        for row in [["Guests"], ["name", "email"], *[[one, f"{one}@example.org"] for one in rows]]:
            sheet.append(row)
    data = io.BytesIO()
    book.save(data)
    file = tmp_path / "guests.xlsx"
    file.write_bytes(data.getvalue())
    go(page, empty, "import")
    choose(page, empty, file)
    page.wait_for_url("**/import_*/")
    page.get_by_role("navigation", name="Steps of the import").get_by_role("link", name="Sheet").click()
    page.get_by_role("radio", name="Autumn").check()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    do_jobs(empty)
    page.get_by_role("button", name="Add 3 people").wait_for()
    page.get_by_role("navigation", name="Steps of the import").get_by_role("link", name="Sheet").click()
    expect(page.get_by_role("radio", name="Row 2")).to_be_checked()
    page.go_back()
    expect(page.get_by_role("button", name="Add 3 people")).to_be_visible()


def test_a_corrected_sheet_after_sending_shows_what_it_does_and_keeps_who_was_sent_to(
    dashboard: Page, campaign: Campaign, tmp_path: Path
) -> None:
    page = dashboard
    for person in campaign.recipients.all():
        person.key = person.email
        person.save(update_fields=["key"])
    ada = people.ready_message(campaign.recipients.get(name="Ada"))
    ada.deliveries.create(
        campaign=campaign, address="ada@example.org", content_hash="a" * 64, state=DeliveryState.SENT
    )
    file = tmp_path / "corrected.csv"
    file.write_text(CORRECTED)
    go(page, campaign, "recipients")
    page.get_by_role("link", name="New spreadsheet").click()
    choose(page, campaign, file)
    row = page.get_by_role("row").filter(has_text="Ada")
    expect(row).to_contain_text("London Leeds")
    expect(row).to_contain_text("sent")
    expect(page.get_by_text("nobody is sent to twice")).to_be_visible()
    page.get_by_label("Keep them as they are").check()
    apply(page, campaign, "Apply")
    assert campaign.recipients.get(name="Ada").message.pk == ada.pk
    assert campaign.recipients.filter(removed_at=None).count() == 5


def test_a_file_that_cannot_be_read_is_kept_and_another_is_chosen(
    dashboard: Page, empty: Campaign, tmp_path: Path
) -> None:
    page = dashboard
    wrong = tmp_path / "people.pdf"
    wrong.write_bytes(b"%PDF-1.7 nothing of use")
    go(page, empty, "import")
    choose(page, empty, wrong)
    expect(page.get_by_role("alert").filter(has_text="people.pdf")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="people.pdf")).to_be_visible()
    right = tmp_path / "people.csv"
    right.write_text(CORRECTED)
    choose(page, empty, right)
    expect(page.get_by_role("button", name="Add 3 people")).to_be_visible()


def test_a_person_is_added_removed_and_taken_back(dashboard: Page, campaign: Campaign) -> None:
    page = dashboard
    go(page, campaign, "recipients")
    page.get_by_role("button", name="Add a person").click()
    page.get_by_label("first_name", exact=True).fill("Zoë")
    page.get_by_label("email", exact=True).fill("zoe@example.org")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Added Zoë.")).to_be_visible()
    page.get_by_label("Search name, address or any cell").fill("zoe@")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Remove Zoë").click()
    ask = page.get_by_role("dialog", name="Remove Zoë?")
    expect(ask).to_contain_text("You can take them back at any time.")
    ask.get_by_role("button", name="Leave it").click()
    assert campaign.recipients.get(name="Zoë").removed_at is None
    page.get_by_role("button", name="Remove Zoë").click()
    ask.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("Zoë is removed.")).to_be_visible()
    page.get_by_role("button", name="Take back Zoë").click()
    page.get_by_role("dialog").get_by_role("button", name="Take back").click()
    expect(page.get_by_text("Zoë is back.")).to_be_visible()
    assert campaign.recipients.get(name="Zoë").removed_at is None


def test_tab_saves_a_cell_and_goes_on_to_the_next(dashboard: Page, campaign: Campaign) -> None:
    page = dashboard
    page.goto(f"/admin/campaigns/campaign/{campaign.pk}/recipients/?show=all")
    row = page.get_by_role("row").filter(has_text="José")
    row.locator("[data-column=first_name]").click()
    page.keyboard.type("Josefa")
    page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="email of José")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("Vigo")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved “Vigo”.")).to_be_visible()
    person = campaign.recipients.get(email="jose@example.org")
    assert (person.values["first_name"], person.values["city"]) == ("Josefa", "Vigo")


@pytest.mark.parametrize("step", ["recipients", "import", "import_sheet", "import_columns", "import_changes"])
def test_the_pages_of_an_import_fit_a_phone(
    dashboard: Page, campaign: Campaign, tmp_path: Path, step: str
) -> None:
    page = dashboard
    file = tmp_path / "people.csv"
    file.write_text(CORRECTED)
    go(page, campaign, "import")
    choose(page, campaign, file)
    page.wait_for_url("**/import_*/")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(f"/admin/campaigns/campaign/{campaign.pk}/{step}/" + ("?file=1" if step == "import" else ""))
    expect(page.get_by_role("navigation", name="Steps of this campaign")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
