"""The recipient's page and the mail that leads to it, in a real browser with a real, small video."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from playwright.sync_api import Browser, Page, expect

from campaigns.delivery.channels import email
from campaigns.delivery.mailbox import mailbox_folder, store_mail
from campaigns.models import Campaign, Delivery, Event, Message, Suppression
from campaigns.tracking import ViewingStats, read_viewing
from renderer.config import VideoConfig
from renderer.timeline import SOUND_RATE_HZ
from renderer.video.encode import encode_segment
from renderer.video.mux import join_segments
from renderer.video.sound import encode_sound
from tests.browser.conftest import PHONE
from tests.campaigns.mail import approve_all
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FPS, SECONDS = 15, 6
SIZE = (320, 180)
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:06.000\nHello Ada, this is for you.\n"


@pytest.fixture
def message(campaign: Campaign, alice: User) -> Message:
    """Ada's, approved, six seconds long."""
    message = approve_all(campaign, alice)[0]
    message.video.save("video.mp4", ContentFile(moving_video()), save=False)
    message.captions.save("captions.vtt", ContentFile(CAPTIONS.encode()), save=False)
    message.video_seconds = float(SECONDS)
    message.save()
    return message


def moving_video() -> bytes:
    """A bar that walks over a blue ground, joined from three segments and three tones, as messages are."""
    config = VideoConfig()
    tone = 0.1 * np.sin(np.arange(SOUND_RATE_HZ) * 440 * 2 * np.pi / SOUND_RATE_HZ).astype(np.float32)
    sound = [(block, encode_sound(tone, config.audio_bit_rate)) for block in (10, 110, 210)]
    with tempfile.TemporaryDirectory() as folder:
        parts = [Path(folder) / f"{first}.mp4" for first in range(0, SECONDS * FPS, 2 * FPS)]
        for part in parts:
            first = int(part.stem)
            encode_segment((bar(first + k) for k in range(2 * FPS)), Fraction(FPS), config, part)
        join_segments(parts, sound, Path(folder) / "joined.mp4", Fraction(FPS), config)
        return (Path(folder) / "joined.mp4").read_bytes()


def bar(number: int) -> npt.NDArray[np.uint8]:
    picture = np.full((SIZE[1], SIZE[0], 3), (30, 60, 110), np.uint8)
    picture[:, number * 3 : number * 3 + 20] = (240, 200, 90)
    return picture


def address(message: Message) -> str:
    return f"/v/{message.public_id}/"


def play(page: Page) -> None:
    page.get_by_role("button", name="For Ada").click()
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.3")
    assert page.locator("video[controls]").count() == 1


def until(page: Page, true: Callable[[], object]) -> None:
    """Look again and again, for as long as a slow machine may take to count."""
    wait_until(true, 10, "the page's report", pause=lambda s: page.wait_for_timeout(1000 * s))


def read_stats(message: Message) -> ViewingStats:
    return read_viewing([message.pk]).get(message.pk, ViewingStats())


def test_a_person_watches_seeks_and_is_counted(page: Page, message: Message) -> None:
    page.goto(address(message))
    expect(page.get_by_role("heading")).to_have_text("A video for Ada")
    until(page, lambda: read_stats(message).views == 1)
    assert read_stats(message).plays == 0

    play(page)
    page.wait_for_function("() => document.querySelector('video').currentTime > 1")
    page.evaluate("document.querySelector('video').currentTime = 5")
    page.wait_for_function("() => document.querySelector('video').ended")

    until(page, lambda: read_stats(message).finished)
    until(page, lambda: read_stats(message).seconds > 1.5)
    watched = read_stats(message)
    assert (watched.views, watched.plays) == (1, 1)
    assert 1.5 < watched.seconds < 4.5  # four seconds were skipped
    assert page.context.cookies() == []


def test_joined_segments_play_to_the_end_without_an_error_or_a_gap(page: Page, message: Message) -> None:
    page.goto(address(message))
    page.evaluate(
        """() => {
            const video = document.querySelector('video')
            window.seen = []
            for (const name of ['error', 'stalled', 'emptied']) {
                video.addEventListener(name, () => window.seen.push(name))
            }
            const times = window.times = []
            const note = (now, frame) => {
                times.push(frame.mediaTime)
                video.requestVideoFrameCallback(note)
            }
            video.requestVideoFrameCallback(note)
        }"""
    )
    play(page)
    page.wait_for_function("() => document.querySelector('video').ended", timeout=60_000)
    assert page.evaluate("document.querySelector('video').error") is None
    assert page.evaluate("window.seen") == []
    assert page.evaluate("document.querySelector('video').currentTime") == pytest.approx(SECONDS, abs=0.05)
    times = page.evaluate("window.times")
    assert times == sorted(times)
    assert max(times) == pytest.approx(SECONDS - 1 / FPS, abs=1.5 / FPS)


def test_on_a_slow_line_the_page_is_there_within_a_second(page: Page, message: Message) -> None:
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    slow = {"latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}  # “slow 3G”: 400 kbit/s
    line.send("Network.emulateNetworkConditions", {"offline": False} | slow)
    page.goto(address(message), wait_until="commit")
    shown = page.wait_for_function(
        "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    )
    assert shown.json_value() < 1000
    expect(page.get_by_role("heading")).to_have_text("A video for Ada")


def test_playing_the_same_second_twice_counts_it_once(page: Page, message: Message) -> None:
    page.goto(address(message))
    play(page)
    for _ in range(2):
        page.evaluate("document.querySelector('video').currentTime = 4.5")
        page.wait_for_function("() => document.querySelector('video').ended")
        page.evaluate("document.querySelector('video').play()")
    page.evaluate("document.querySelector('video').pause()")
    until(page, lambda: read_stats(message).finished)
    assert read_stats(message).plays == 1
    assert read_stats(message).seconds < 4.6


def test_every_page_load_is_a_viewing_of_its_own(page: Page, message: Message) -> None:
    for _ in range(2):
        page.goto(address(message))
        play(page)
        page.evaluate("document.querySelector('video').pause()")
    until(page, lambda: read_stats(message).plays == 2)
    until(page, lambda: Event.objects.filter(kind="progress").count() == 2)


def test_captions_show_from_the_start(page: Page, message: Message) -> None:
    page.goto(address(message))
    play(page)
    cue = page.wait_for_function("() => document.querySelector('video').textTracks[0].activeCues?.[0]?.text")
    assert cue.json_value() == "Hello Ada, this is for you."
    assert page.evaluate("document.querySelector('video').textTracks[0].mode") == "showing"


def test_the_player_seeks_by_byte_ranges(page: Page, message: Message) -> None:
    statuses: list[int] = []
    page.on("response", lambda it: statuses.append(it.status) if "video.mp4" in it.url else None)
    page.goto(address(message))
    page.wait_for_function("() => document.querySelector('video').readyState >= 1")
    assert page.evaluate("document.querySelector('video').seekable.end(0)") == pytest.approx(SECONDS, abs=0.1)
    assert statuses and set(statuses) == {206}


def test_works_where_counting_is_blocked(page: Page, message: Message) -> None:
    page.route("**/events", lambda route: route.abort())
    page.goto(address(message))
    play(page)
    assert not Event.objects.exists()


def test_works_without_scripts(chromium: Browser, live_server: Any, message: Message) -> None:
    context = chromium.new_context(java_script_enabled=False, base_url=live_server.url)
    try:
        page = context.new_page()
        page.goto(address(message))
        expect(page.locator("video[controls]")).to_be_visible()
        expect(page.locator("button.start")).to_be_hidden()
        expect(page.get_by_text("Synthetic video.")).to_be_visible()
    finally:
        context.close()


@pytest.mark.parametrize("name", ["Ada", "Wolfeschlegelsteinhausenbergerdorff-Hubert"])
def test_fits_a_phone(page: Page, message: Message, name: str) -> None:
    message.recipient.name = name
    message.recipient.save()
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(address(message))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    expect(page.get_by_role("button", name=f"For {name}")).to_be_in_viewport()
    expect(page.get_by_text("Synthetic video.")).to_be_in_viewport()


def test_a_person_asks_for_no_more_mails(page: Page, message: Message) -> None:
    page.goto(address(message))
    page.get_by_role("link", name="No more mails like this").click()
    assert not Suppression.objects.exists()
    page.get_by_role("button", name="No more mails, please").click()
    expect(page.get_by_role("heading")).to_have_text("Done")
    assert Suppression.objects.get().email == "ada@example.org"


def test_staff_read_a_caught_mail_and_follow_its_link(
    dashboard: Page, message: Message, live_server: Any, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR, settings.PUBLIC_URL = tmp_path, live_server.url
    delivery = Delivery(message=message, channel="email", address="ada@example.org")
    store_mail(mailbox_folder(), email.prepare(delivery).message().as_bytes())
    dashboard.goto("/mailbox/")
    mail = dashboard.frame_locator("iframe")
    expect(mail.get_by_text("Hello Ada,")).to_be_visible()
    expect(mail.get_by_role("img")).to_have_js_property("complete", True)
    with dashboard.context.expect_page() as opened:
        mail.get_by_role("link", name="Watch your video").click()
    expect(opened.value.get_by_role("heading")).to_have_text("A video for Ada")
