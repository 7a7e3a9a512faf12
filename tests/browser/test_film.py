"""A take is filmed in a browser with an invented camera, and one is sent over a line that breaks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, Route, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from campaigns.models import Campaign, Presenter, Upload
from tests import people
from tests.browser.conftest import HOW_TO_GET_IT, NAMES, SWITCHES

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TAKE = Path(__file__).resolve().parents[2] / "campaigns" / "demo" / "presenter-take.mp4"


@pytest.fixture
def filming_page(quiet_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A window with a camera and a microphone that the browser invents."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(HOW_TO_GET_IT)
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps an event loop in this thread
    fake = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=[*SWITCHES, *fake])
        context = browser.new_context(base_url=quiet_server.url)
        yield context.new_page()
        browser.close()


def sign_in(page: Page) -> None:
    page.goto("/admin/")
    page.get_by_label("Username").fill("alice")
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url("**/admin/")


def test_a_person_films_a_take_with_a_teleprompter_and_it_becomes_a_presenter(
    filming_page: Page, campaign: Campaign, alice: User
) -> None:
    page = filming_page
    sign_in(page)
    page.goto("/admin/campaigns/presenter/add/")
    page.get_by_role("link", name="Film it here").click()
    page.get_by_label("Text of").select_option(label="Spring")
    expect(page.get_by_label("Teleprompter")).to_contain_text("Hello Ada.")
    page.get_by_role("button", name="Turn the camera on").click()
    expect(page.get_by_text("No face is seen.")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Recording. Speak.")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Use this take").click()
    expect(page.get_by_text("is on the server. Give the presenter a name")).to_be_visible(timeout=20_000)
    page.locator("#id_name").fill("Nora on camera")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Used by")).to_be_visible()
    made = Presenter.objects.get(name="Nora on camera")
    assert Path(str(made.take.name)).suffix in (".webm", ".mp4") and made.take.size > 10_000


def test_an_upload_survives_a_line_that_breaks(filming_page: Page, alice: User) -> None:
    page = filming_page
    broken: list[str] = []

    def break_first(route: Route) -> None:
        if route.request.method == "PUT" and len(broken) < 2:
            broken.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    sign_in(page)
    page.goto("/admin/campaigns/presenter/add/")
    page.route("**/uploads/**", break_first)
    page.locator("#id_take").set_input_files(TAKE)
    expect(page.get_by_text("The line broke. Trying again …")).to_be_visible()
    expect(page.get_by_text("is on the server. Save to begin the preparation.")).to_be_visible(timeout=30_000)
    assert len(broken) == 2 and Upload.objects.get().is_complete
    page.locator("#id_name").fill("Nora by parts")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Used by")).to_be_visible()
    assert Presenter.objects.get(name="Nora by parts").take.read() == TAKE.read_bytes()
