"""A person's way from an empty workspace to a video that was sent and watched, and what comes after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from campaigns import tasks
from campaigns.models import Campaign, Delivery, Message, Presenter
from campaigns.states import BakeState, RenderState, ReviewState
from tests import presenters
from tests.campaigns.mail import Postbox, mail_server
from tests.imports import do_jobs
from tests.presenters import Baked

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# As a CRM exports it: a title, semicolons, German headers, old letters, an empty row, one address twice.
EXPORT = (
    "Kontakte;;;\n;;;\nVorname;Nachname;E-Mail-Adresse;Ort\n"
    "Anna;Müller;anna@example.org;Köln\n;;;\n;Fischer;fischer@example,org;Ulm\n"
    "Anna;Müller;Anna@example.org;Köln\n"
)
CORRECTED = (
    "Vorname;Nachname;E-Mail-Adresse;Ort\nAnna;Müller;anna@example.org;Aachen\n"
    "Paula;Fischer;fischer@example.org;Ulm\n"
)


@pytest.fixture
def postbox(settings: Any, quiet_server: LiveServer) -> Iterator[Postbox]:
    settings.PUBLIC_URL = quiet_server.url
    with mail_server(settings) as box:
        yield box


def follow(page: Page, link: Locator) -> None:
    with page.expect_navigation():
        link.click()


def render_all() -> None:
    """What the render workers do, until nothing waits."""
    while Message.objects.filter(render_state=RenderState.QUEUED).exists():
        tasks.render_one()


def test_a_person_goes_from_an_empty_workspace_to_a_watched_video_and_corrects_it_afterwards(
    dashboard: Page, alice: User, baked: Baked, postbox: Postbox, tmp_path: Path
) -> None:
    page = dashboard
    upload_take(page, baked)
    campaign = begin_campaign(page)
    upload_people(page, campaign, tmp_path)
    write_script(page)
    review_sample(page, campaign)
    send(page, campaign, postbox)
    link = watch(page, campaign, postbox)
    correct_people(page, campaign, tmp_path, link)
    make_one_again(page, campaign)
    export(page, campaign, link)


def upload_take(page: Page, baked: Baked) -> None:
    follow(page, page.get_by_role("link", name="Upload a take"))
    page.locator("#id_name[autofocus]").fill("Nora")
    page.locator("[name=take]").set_input_files(baked.take)
    expect(page.get_by_text("is on the server. Save to begin")).to_be_visible()
    page.locator("[name=agreed]").press("Space")
    page.get_by_label("Person who consented", exact=True).fill("Nora Voss")
    follow(page, page.get_by_role("button", name="Save", exact=True))
    expect(page.get_by_text("Consent of Nora Voss")).to_be_visible()
    presenter = Presenter.objects.get()
    assert presenter.bake_state == BakeState.WAITING
    presenters.give_bake(presenter, baked)


def begin_campaign(page: Page) -> Campaign:
    follow(page, page.get_by_role("link", name="New campaign with Nora"))
    page.locator("#id_name[autofocus]").fill("Trade fair")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return Campaign.objects.get(name="Trade fair")


def choose_sheet(page: Page, campaign: Campaign, file: Path, link: str) -> None:
    follow(page, page.get_by_role("link", name=link))
    page.get_by_label("Choose a file or drop it here").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("You can leave this page")).to_be_visible()
    do_jobs(campaign)


def apply(page: Page, campaign: Campaign, button: str) -> None:
    page.get_by_role("button", name=button).click()
    expect(page.get_by_role("progressbar", name="Applying the changes")).to_be_visible()
    do_jobs(campaign)


def upload_people(page: Page, campaign: Campaign, folder: Path) -> None:
    file = folder / "crm-export.csv"
    file.write_text(EXPORT, encoding="cp1252")
    choose_sheet(page, campaign, file, "Upload a spreadsheet")
    expect(page.get_by_text("“E-Mail-Adresse” is the e-mail address")).to_be_visible()
    expect(page.get_by_text("2 rows need attention")).to_be_visible()
    apply(page, campaign, "Add 3 people")
    wrong = page.get_by_role("gridcell", name=re.compile("is not an e-mail address"))
    expect(wrong).to_be_in_viewport()
    wrong.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("fischer@example.org\n")
    expect(page.get_by_text("Saved “fischer@example.org”.")).to_be_visible()
    page.get_by_role("row").filter(has_text="stands in row").get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.locator("[data-valid-hint]")).to_have_text("2 valid")
    follow(page, page.get_by_role("link", name="Go on to the script"))


def write_script(page: Page) -> None:
    expect(page.get_by_label("Presenter")).to_have_value(str(Presenter.objects.get().pk))
    page.get_by_label("Script", exact=True).click()
    page.keyboard.type("Hi ")
    page.get_by_role("button", name="Vorname", exact=True).click()
    page.keyboard.type(". Bye.")
    expect(page.get_by_text("1 of 2 rows would get no video.")).to_be_visible()
    page.get_by_label("Where Vorname is empty, say").fill("there")
    page.get_by_role("button", name="Write it into the script").click()
    expect(page.get_by_text("would get no video")).to_be_hidden()
    page.get_by_role("button", name="Use pyttsx3 / eSpeak NG", exact=False).first.click()
    follow(page, page.get_by_role("button", name="Save and go on"))
    expect(page.get_by_text("Nora Voss consented.")).to_be_visible()


def review_sample(page: Page, campaign: Campaign) -> None:
    follow(page, page.get_by_role("button", name="Make a sample"))
    render_all()
    page.reload()
    follow(page, page.get_by_role("link", name="Look at the sample"))
    for _ in range(2):
        name = page.locator(".bn-stage [data-name]").inner_text()
        page.keyboard.press("a")
        expect(page.locator("[data-undo-about]")).to_have_text(name)
    page.keyboard.press("u")
    expect(page.get_by_text("Undone:")).to_be_visible()
    assert campaign.messages.filter(review_state=ReviewState.APPROVED).count() == 1
    page.keyboard.press("a")
    expect(page.get_by_text("Approved 2")).to_be_visible()


def send(page: Page, campaign: Campaign, postbox: Postbox) -> None:
    follow(page, page.get_by_role("link", name="Send & watch"))
    page.get_by_label("Subject").fill('A video for {{ vorname | default("you") }}')
    follow(page, page.get_by_role("button", name="Save the mail"))
    follow(page, page.get_by_role("button", name="Send 2 mails"))
    follow(page, page.get_by_role("button", name="Yes, send 2 mails"))
    tasks.deliver_due()
    subjects = sorted(str(mail["Subject"]) for mail in postbox.mails)
    assert subjects == ["A video for Anna", "A video for you"]


def watch(page: Page, campaign: Campaign, postbox: Postbox) -> str:
    anna = next(mail for mail in postbox.mails if mail["To"] == "anna@example.org")
    text = anna.get_body(("plain",))
    assert text is not None
    found = re.search(r"Watch your video: (\S+)", str(text.get_content()))
    assert found is not None
    browser = page.context.browser
    assert browser is not None
    viewer = browser.new_page()  # Anna's own: whoever is signed in is not counted
    viewer.goto(found[1])
    viewer.get_by_role("button", name="For Anna Müller").click()
    viewer.wait_for_function("() => document.querySelector('video').ended")
    viewer.close()
    page.reload()
    expect(page.get_by_role("row").filter(has_text="anna@example.org")).to_contain_text("100 %")
    return found[1]


def correct_people(page: Page, campaign: Campaign, folder: Path, link: str) -> None:
    """Another spreadsheet after sending: who was sent to keeps the link, which goes on working."""
    file = folder / "corrected.csv"
    file.write_text(CORRECTED, encoding="utf-8")
    follow(page, page.get_by_role("link", name="Recipients"))
    choose_sheet(page, campaign, file, "New spreadsheet")
    expect(page.get_by_role("row").filter(has_text="Anna Müller")).to_contain_text("Köln Aachen")
    expect(page.get_by_text("Their links go on working; nobody is sent to twice.")).to_be_visible()
    apply(page, campaign, "Apply")
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    assert page.request.get(link).ok
    assert Delivery.objects.filter(campaign=campaign).count() == 2


def make_one_again(page: Page, campaign: Campaign) -> None:
    """A name is edited, its one video made again and approved again, behind the link that was sent."""
    paula = campaign.messages.get(recipient__email="fischer@example.org")
    before, link = paula.video.name, paula.public_id
    follow(page, page.get_by_role("link", name=re.compile("all$")))
    page.get_by_role("gridcell", name="Paula", exact=True).click()
    page.keyboard.press("Control+a")
    page.keyboard.type("Paola\n")
    expect(page.get_by_text("Saved “Paola”.")).to_be_visible()
    follow(page, page.get_by_role("link", name="Run"))
    follow(page, page.get_by_role("button", name=re.compile("Run again|Start the run")))
    render_all()
    paula.refresh_from_db()
    assert paula.video.name != before and paula.public_id == link
    assert "Paola" in paula.lines[0]["text"] and paula.review_state == ReviewState.PENDING


def export(page: Page, campaign: Campaign, link: str) -> None:
    page.goto(f"/admin/campaigns/campaign/{campaign.pk}/export/")
    follow(page, page.get_by_role("button", name="Write the export"))
    do_jobs(campaign)
    page.reload()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(r"\.csv$")).click()
    table = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert table.startswith("Vorname;") and link in table and table.count(";sent;") == 2
