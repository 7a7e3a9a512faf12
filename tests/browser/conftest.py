"""A real browser: headless Chromium, driven as a person would use it."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import people

NAMES = ("chromium", "chromium-browser", "google-chrome")
HOW_TO_GET_IT = "no Chromium here: install Debian's package chromium, or set CHROMIUM to the path of one"
SWITCHES = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--mute-audio",
]
DESK = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module; then its event loop leaves this thread, where others run their own."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(HOW_TO_GET_IT)
    # Playwright keeps an event loop in this thread, where Django would refuse the tests' own queries.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=SWITCHES)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
    else:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before


class Answering:
    """Counts the requests that the server is answering now."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    def began(self, **_: Any) -> None:
        self._add(1)

    def note_end(self, **_: Any) -> None:
        self._add(-1)

    def wait_until_none(self, at_most_s: float = 10.0) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._count <= 0, at_most_s)

    def _add(self, step: int) -> None:
        with self._changed:
            self._count += step
            self._changed.notify_all()


@pytest.fixture
def quiet_server(live_server: LiveServer) -> Iterator[LiveServer]:
    """The server; the test ends after its last answer, for emptying the tables would wait for its locks."""
    answering = Answering()
    request_started.connect(answering.began)
    request_finished.connect(answering.note_end)
    yield live_server
    answering.wait_until_none()
    request_started.disconnect(answering.began)
    request_finished.disconnect(answering.note_end)


@pytest.fixture
def page(chromium: Browser, quiet_server: LiveServer) -> Iterator[Page]:
    """A window of its own; a script error, a missing file, something that the page's
    policy forbids, or a request to anywhere else fails the test."""
    context = chromium.new_context(viewport=DESK, base_url=quiet_server.url)  # type: ignore[arg-type]
    window = context.new_page()
    wrong: list[str] = []
    here = urlsplit(quiet_server.url).netloc
    window.on("pageerror", lambda error: wrong.append(f"script error: {error.stack}"))
    window.on(
        "console",
        lambda told: wrong.append(told.text) if "Content Security Policy" in told.text else None,
    )
    window.on(
        "request",
        lambda request: (
            wrong.append(f"asks {request.url}") if urlsplit(request.url).netloc not in ("", here) else None
        ),
    )
    window.on(
        "response",
        lambda answer: wrong.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None,
    )
    yield window
    context.set_offline(True)  # what a page reports while it closes would come after the test
    context.close()
    assert wrong == []


@pytest.fixture
def dashboard(page: Page, alice: User) -> Page:
    """Alice, at the dashboard's first page."""
    page.goto("/admin/")
    page.get_by_label("Username").fill(alice.username)
    page.get_by_label("Password").fill(people.PASSWORD)
    with page.expect_navigation():  # its address, .../login/?next=/admin/, ends as the next one does
        page.get_by_label("Password").press("Enter")
    return page
