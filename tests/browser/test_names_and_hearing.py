"""Lines and names are heard and corrected in the dashboard, with the mouse and with the keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from campaigns.models import Campaign, PronunciationEntry, Recipient
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PLAYING = re.compile("bn-playing")


@pytest.fixture
def spoken(campaign: Campaign) -> Campaign:
    """A campaign with a small, fast voice, and a name that it cannot read."""
    campaign.recipients.filter(name="José").update(name="王小明", values={"first_name": "王小明", "city": ""})
    Campaign.objects.filter(pk=campaign.pk).update(
        voice_engine="pyttsx3", script="Hello {{ first_name }}. Bye."
    )
    return campaign


def go(page: Page, campaign: Campaign, step: str) -> None:
    page.goto(f"/admin/campaigns/campaign/{campaign.pk}/{step}/")


def test_a_script_that_is_not_saved_is_heard_line_by_line(dashboard: Page, spoken: Campaign) -> None:
    page = dashboard
    go(page, spoken, "script")
    page.get_by_label("Script", exact=True).fill("Hi {{ first_name }}. A line that is not saved.")
    expect(page.locator("[data-lines] li").last).to_have_text("A line that is not saved.")
    with page.expect_response(re.compile("/sound/")) as heard:
        page.get_by_role("button", name="Play line 2").click()
    assert heard.value.headers["content-type"] == "audio/wav"
    button = page.get_by_role("button", name="Play line 2")
    expect(button).to_have_class(PLAYING)
    expect(button).not_to_have_class(PLAYING)
    page.get_by_role("button", name="Play all").click()
    expect(page.get_by_role("button", name="Play line 1")).to_have_class(PLAYING)
    expect(page.get_by_role("button", name="Play line 2")).to_have_class(PLAYING)
    expect(page.get_by_role("button", name="Play all")).to_be_visible()


def test_what_the_voice_cannot_say_stands_beside_its_line(dashboard: Page, spoken: Campaign) -> None:
    page = dashboard
    go(page, spoken, "script")
    page.get_by_label("Script", exact=True).fill("Hi 王小明. Bye.")
    expect(page.locator("[data-lines] li").first).to_contain_text("Hi 王小明.")
    page.get_by_role("button", name="Play line 1").click()
    expect(page.locator("[data-lines] li").first.get_by_role("alert")).to_contain_text("cannot say “王小明”")
    expect(page.locator("[data-lines] li").last.get_by_role("alert")).to_have_count(0)


def test_a_name_is_heard_tried_and_corrected_with_the_keyboard(dashboard: Page, spoken: Campaign) -> None:
    page = dashboard
    go(page, spoken, "names")
    item = page.locator("[data-word]").filter(has_text="Ada")
    item.get_by_role("button", name="Play Ada").press("Enter")
    expect(item.get_by_role("button", name="Play Ada")).to_have_class(PLAYING)
    field = item.get_by_role("textbox", name="Ada is said")
    field.fill("/AH/")
    item.get_by_role("button", name="Hear Ada as typed").press("Space")
    expect(item.get_by_role("alert")).to_contain_text("no sign of the phonetic alphabet")
    field.fill("AH-dah")
    with page.expect_navigation():
        field.press("Enter")
    expect(page.get_by_text("“Ada” is said AH-dah from now on")).to_be_visible()
    expect(page.locator("[data-word]").filter(has_text="Ada")).to_contain_text("corrected")
    assert PronunciationEntry.objects.get().said == "AH-dah"


def test_a_voice_is_heard_and_chosen(dashboard: Page, spoken: Campaign) -> None:
    page = dashboard
    go(page, spoken, "script")
    sample = page.get_by_role("button", name=re.compile("Play a sample of pyttsx3"))
    sample.click()
    expect(sample).to_have_class(PLAYING)
    page.get_by_role("button", name=re.compile("Use Hibari .*, low")).click()
    expect(page.locator("[data-voice][aria-current]")).to_contain_text("Hibari")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    spoken.refresh_from_db()
    assert (spoken.voice_engine, spoken.voice) == ("hibari", "heart-low")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("step", ["script", "names", "check"])
def test_the_pages_fit_a_phone(dashboard: Page, spoken: Campaign, step: str, dark: bool) -> None:
    page = dashboard
    Recipient.objects.filter(campaign=spoken, name="Ada").update(
        values={"first_name": "Wolfeschlegelsteinhausenbergerdorff" * 2, "city": "x"}
    )
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    go(page, spoken, step)
    expect(page.get_by_role("navigation", name="Steps of this campaign")).to_be_visible()
    if step == "script":
        expect(page.locator("[data-lines] mark")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
