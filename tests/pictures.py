"""Photographs the dashboard of a served demo: each page at a desk, in the dark and on a phone.

``python -m tests.pictures --url http://127.0.0.1:8000 --password … --out FOLDER`` writes ``PAGE-desk.jpg``,
the whole page, and ``PAGE-dark.jpg`` and ``PAGE-phone.jpg``, what a window shows of it. The pictures in
``docs/pictures`` are made by it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

# Here and not from the tests, which need a database.
NAMES = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
LOOKS = {
    "desk": {"viewport": {"width": 1280, "height": 900}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
}
CAMPAIGN = (
    "home", "recipients", "script", "names", "recordings", "run", "check", "review", "send", "history",
)  # fmt: skip
OTHERS = {
    "first": "/admin/",
    "campaigns": "/admin/campaigns/campaign/",
    "presenters": "/admin/campaigns/presenter/",
    "presenter": "/admin/campaigns/presenter/1/change/",
    "film": "/admin/campaigns/presenter/film/",
}
QUALITY = 60  # of the JPEGs: text stays legible at a fifth of the size of a PNG


def main() -> None:
    options = _parse_options()
    options.out.mkdir(parents=True, exist_ok=True)
    pages = OTHERS | {
        f"dashboard-{slug}": f"/admin/campaigns/campaign/{options.campaign}/{slug}/" for slug in CAMPAIGN
    }
    with open_browser() as browser:
        for look, settings in LOOKS.items():
            page = browser.new_context(base_url=options.url, **settings).new_page()  # type: ignore[arg-type]
            sign_in(page, options.account, options.password)
            for name, address in pages.items():
                photograph(page, address, options.out / f"{name}-{look}.jpg", whole=look == "desk")


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Chromium, as the tests use it. SystemExit where there is none."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise SystemExit("no Chromium here: install it, or set CHROMIUM to its path")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=SWITCHES)
        yield browser
        browser.close()


def sign_in(page: Page, account: str, password: str) -> None:
    page.goto("/admin/")
    page.get_by_label("Username").fill(account)
    page.get_by_label("Password").fill(password)
    with page.expect_navigation():
        page.get_by_label("Password").press("Enter")


def photograph(page: Page, address: str, out: Path, *, whole: bool) -> None:
    """A page as a whole, or its window; a page that does not answer is told and left out."""
    answer = page.goto(address)
    if answer is None or not answer.ok:
        sys.stdout.write(f"{address}: {answer.status if answer else 'no answer'}\n")
        return
    page.wait_for_load_state("networkidle")
    page.screenshot(path=out, full_page=whole, type="jpeg", quality=QUALITY)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    sys.stdout.write(f"{out}" + (f": {wide} px wider than the window" if wide > 0 else "") + "\n")


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--account", default="demo")
    parser.add_argument("--password", required=True)
    parser.add_argument("--campaign", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
