"""The dashboard, used as a person uses it."""

from __future__ import annotations

import io
import re
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from campaigns.models import Campaign, Message, Presenter
from campaigns.review import compute_risk
from campaigns.states import CampaignState, RenderState, RowVerdict
from tests import people
from tests.browser.conftest import PHONE
from tests.imports import do_jobs

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STEPS = ("recipients", "script", "run", "review", "send")
SHEET = (
    "first_name;email;company\nZoë;zoe@example.org;Acme\nJohn;john@example.org;\nLars;lars at example;Fjord\n"
)
FPS = 10


def small_video(seconds: int = 6) -> bytes:
    """A grey clip that gets brighter, as H.264."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as file:
        stream = file.add_stream("libx264", rate=Fraction(FPS), options={"g": "5"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(seconds * FPS):
            shade = np.full((48, 64, 3), 40 + number * 2, np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(shade, format="rgb24")))
        file.mux(stream.encode(None))
    return out.getvalue()


def small_poster() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "grey").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def to_review(campaign: Campaign) -> list[Message]:
    """Three videos that play: José's has a flag, so it comes first."""
    made = []
    for row, letter in zip(campaign.recipients.filter(verdict=RowVerdict.VALID), "abc", strict=True):
        message = people.ready_message(row, content_hash=letter * 64)
        message.video.save("video.mp4", ContentFile(small_video()), save=False)
        message.poster.save("poster.jpg", ContentFile(small_poster()), save=False)
        message.video_seconds = 6.0
        message.flags = ["The mouth is blurred at 2.1 s."] if row.name == "José" else []
        message.risk = compute_risk({}, message.flags)
        message.lines = [
            {"id": "0.0", "text": "Thanks for coming."},
            {"id": "1.0", "text": f"Bye, {row.name}."},
        ]
        message.segments = [
            {
                "line": line["id"],
                "text": line["text"],
                "start_s": 4.0 * at,
                "end_s": 4.0 * at + 2,
                "cached": False,
            }
            for at, line in enumerate(message.lines)
        ]
        message.save()
        made.append(message)
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.RENDERED)
    return made


def go(page: Page, campaign: Campaign, step: str) -> None:
    page.goto(f"/admin/campaigns/campaign/{campaign.pk}/{step}/")


def follow(page: Page, link: Locator) -> None:
    """Click, and go on once the next page's scripts listen."""
    with page.expect_navigation():
        link.click()


def test_a_campaign_from_its_name_to_the_start_of_the_run(
    dashboard: Page, presenter: Presenter, tmp_path: Path
) -> None:
    page = dashboard
    follow(page, page.get_by_role("link", name="New campaign"))
    page.get_by_label("Name").fill("Trade fair")
    follow(page, page.get_by_role("button", name="Save", exact=True))

    sheet = tmp_path / "people.csv"
    sheet.write_text(SHEET, encoding="utf-8-sig")
    follow(page, page.get_by_role("link", name="Upload a spreadsheet"))
    page.get_by_label("Choose a file or drop it here").set_input_files(sheet)
    expect(page.locator("[data-file-name]")).to_have_text("people.csv")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("You can leave this page")).to_be_visible()
    campaign = Campaign.objects.get(name="Trade fair")
    do_jobs(campaign)
    page.get_by_role("button", name="Add 3 people").click()
    expect(page.get_by_role("progressbar", name="Applying the changes")).to_be_visible()
    do_jobs(campaign)
    expect(page.get_by_role("row").filter(has_text="Lars")).to_contain_text("is not an e-mail address")
    follow(page, page.get_by_role("link", name="Go on to the script"))

    editor = page.get_by_label("Script", exact=True)
    lines = page.locator("[data-lines] li")
    editor.fill("Hello ")
    page.get_by_role("button", name="first_name", exact=True).click()
    editor.press_sequentially(". Thanks for coming.")
    expect(lines).to_have_text(["Hello Zoë.", "Thanks for coming."])
    expect(page.locator("[data-lines] mark")).to_have_text(["Zoë"])
    expect(page.locator("[data-length]")).to_have_text(re.compile(r"about \d+ s"))
    page.get_by_role("button", name="Next recipient").click()
    expect(lines.first).to_have_text("Hello John.")

    editor.fill("Hello *|FNAME|*.")
    page.locator("[data-correct]").click()
    expect(editor).to_have_text("Hello {{ first_name }}.")
    expect(lines).to_have_text(["Hello John."])
    expect(page.locator("[data-correct]")).to_be_hidden()
    editor.fill("Hello {{ first_name }}.\nGreetings to {{ company }}.")
    fault = page.locator("[data-error]")
    expect(fault).to_contain_text("Line 2, column")
    expect(fault).to_contain_text("company")
    editor.fill('Hello {{ first_name }}.\nGreetings to {{ company | default("your team") }}.')
    expect(fault).to_be_hidden()
    expect(lines.nth(1)).to_have_text("Greetings to your team.")

    page.get_by_label("Presenter").select_option("Nora")
    follow(page, page.get_by_role("button", name="Save and go on"))
    expect(page.get_by_text("2 valid recipients.")).to_be_visible()
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_role("progressbar", name="Videos made")).to_be_visible()


def test_a_run_without_consent_is_refused_with_a_sentence(
    dashboard: Page, campaign: Campaign, presenter: Presenter
) -> None:
    Presenter.objects.update(consent_revoked_at=timezone.now())
    go(dashboard, campaign, "run")
    expect(dashboard.get_by_text("No consent is recorded for Nora.")).to_be_visible()
    dashboard.get_by_role("button", name="Start the run").click()
    expect(dashboard.get_by_text("has withdrawn the consent")).to_be_visible()


def test_progress_comes_without_a_reload_and_failures_with_their_reason(
    dashboard: Page, campaign: Campaign
) -> None:
    page = dashboard
    go(page, campaign, "run")
    page.get_by_role("button", name="Start the run").click()
    expect(page.locator("[data-queued]")).to_have_text("3")
    page.evaluate("window.sameDocument = true")
    ada, jose, _ = campaign.messages.all()
    Message.objects.filter(pk=ada.pk).update(render_state=RenderState.READY)
    Message.objects.filter(pk=jose.pk).update(
        render_state=RenderState.FAILED, failure="The disk is full. Free some space, then try again."
    )
    expect(page.locator("[data-ready]")).to_have_text("1")
    expect(page.get_by_role("row").filter(has_text="José")).to_contain_text("The disk is full.")
    expect(page.get_by_role("link", name="Review what is ready")).to_be_visible()
    assert page.evaluate("window.sameDocument")
    page.get_by_role("button", name="Cancel the run").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the run").click()
    expect(page.get_by_text("Finished videos are kept")).to_be_visible()


def test_a_take_is_uploaded_with_its_consent(dashboard: Page, tmp_path: Path) -> None:
    page = dashboard
    take = tmp_path / "me.mp4"
    take.write_bytes(small_video())
    page.get_by_role("link", name="Upload a take").click()
    page.get_by_label("Name").fill("Sam")
    page.locator("[name=take]").set_input_files(take)
    page.locator("[name=agreed]").press("Space")  # the bar with the buttons may lie over it
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Write the name of the person who agreed.")).to_be_visible()
    page.locator("[name=take]").set_input_files(take)
    page.locator("[name=consent_by]").fill("Sam Reed")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("progressbar", name="Preparation")).to_be_visible()
    expect(page.get_by_text("Consent of Sam Reed")).to_be_visible()
    page.get_by_role("link", name="Revoke it").click()
    expect(page.get_by_text("no link that was sent stops working")).to_be_visible()
    page.get_by_role("button", name="Revoke it now").click()
    expect(page.get_by_text("1 file of the take")).to_be_visible()  # a purge is offered, its numbers first
    page.get_by_role("link", name="Keep it").click()
    expect(page.get_by_text(re.compile("Consent was revoked on"))).to_be_visible()


@pytest.mark.parametrize("step", STEPS)
def test_a_step_fits_a_phone(
    dashboard: Page, campaign: Campaign, to_review: list[Message], step: str
) -> None:
    dashboard.set_viewport_size(PHONE)  # type: ignore[arg-type]
    go(dashboard, campaign, step)
    expect(dashboard.get_by_role("navigation", name="Steps of this campaign")).to_be_visible()
    assert dashboard.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("step", STEPS)
def test_every_field_and_button_of_a_step_has_a_name(
    dashboard: Page, campaign: Campaign, to_review: list[Message], step: str
) -> None:
    go(dashboard, campaign, step)
    fields = dashboard.locator("#content :is(input:not([type=hidden]), select, textarea, button, a)").all()
    nameless = [
        field.evaluate("node => node.outerHTML")
        for field in fields
        if not field.evaluate(
            "node => (node.ariaLabel || node.innerText || node.title || [...(node.labels || [])]"
            ".map(label => label.textContent).join('')).trim()"
        )
        and field.is_visible()
    ]
    assert nameless == []
