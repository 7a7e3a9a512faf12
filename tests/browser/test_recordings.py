"""A line recorded in a browser, whose microphone hears a file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from campaigns import engine
from campaigns.models import Campaign
from renderer.voices.text_to_speech import speak
from tests import people
from tests.browser.conftest import HOW_TO_GET_IT, NAMES, SWITCHES
from tests.renderer.speech.test_recorded_lines import save

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LINE = "We are glad that you came to see us today."


@pytest.fixture
def speaking_page(
    quiet_server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Page]:
    """A window with a microphone that says the line over and over, with pauses between."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(HOW_TO_GET_IT)
    said = speak(LINE, engine.VoiceConfig(engine="piper")).samples
    heard = save(tmp_path / "heard.wav", np.concatenate([said, np.zeros(30 * 48_000, np.float32)]))
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps an event loop in this thread
    fake = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={heard}%noloop",
    ]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=[*SWITCHES, *fake])
        context = browser.new_context(base_url=quiet_server.url)
        yield context.new_page()
        browser.close()


def test_a_line_is_recorded_checked_heard_and_deleted(
    speaking_page: Page, campaign: Campaign, alice: User
) -> None:
    page = speaking_page
    Campaign.objects.update(script=LINE)
    page.goto("/admin/")
    page.get_by_label("Username").fill(alice.username)
    page.get_by_label("Password").fill(people.PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url("**/admin/")
    page.goto(f"/admin/campaigns/campaign/{campaign.pk}/script/")
    page.get_by_role("link", name="Record lines yourself").click()
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_text("Recording. Say the line, then stop.")).to_be_visible()
    page.wait_for_function(
        "began => performance.now() - began > 6000", arg=page.evaluate("performance.now()")
    )
    page.get_by_role("button", name="Stop").click()
    player = page.get_by_label(f"Recording of: {LINE}")
    expect(player).to_be_visible(timeout=60_000)
    made = campaign.recordings.get()
    assert (made.text, str(made.file.name)[-5:]) == (LINE, ".webm")
    assert made.seconds > 1.5
    page.get_by_role("button", name="Delete").click()
    expect(player).to_have_count(0)
    assert not campaign.recordings.exists()
