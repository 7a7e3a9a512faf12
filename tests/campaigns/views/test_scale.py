"""Every page is written for a hundred thousand people: with twice as many it asks the database no more."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection, models
from django.db.models.signals import post_init
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.admin.campaigns import PAGES
from campaigns.benchmark.web_data import BenchWorkspace, fill_workspace
from campaigns.benchmark.web_measure import QUERIES_FLOOR, list_pages, sign_in

pytestmark = pytest.mark.django_db

SMALL, LARGE = 600, 1200  # both above what a page does at once
ROWS_AT_MOST = 1000  # objects that one page may load
# Answer only to a press of a button, or with a sound.
ACTIONS = {
    "preview", "filmed", "sound", "sample", "words", "people", "left_out", "hard_rows", "draft", "again",
    "review_cards", "review_act", "mail", "poster",
}  # fmt: skip
# Steps of an import: they show what a job found, and lead elsewhere while there is none.
LEADING = {"import_sheet", "import_columns", "import_changes"}
# Opened by tests of their own with a few people.
SMALL_PAGES = {"import", "versions", "recordings", "review", "history", "export"}


class Loaded:
    """Counts the rows of our tables that become objects."""

    def __init__(self) -> None:
        self.rows = 0

    def count(self, sender: type[models.Model], **_: object) -> None:
        self.rows += sender._meta.app_label == "campaigns"

    def __enter__(self) -> Loaded:
        post_init.connect(self.count)
        return self

    def __exit__(self, *_: object) -> None:
        post_init.disconnect(self.count)


def open_page(client: Client, url: str) -> tuple[int, int]:
    """(queries, loaded rows) of a page that was opened before."""
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as queries, Loaded() as loaded:
        assert client.get(url).status_code == 200
    return len(queries), loaded.rows


def fill(people: int) -> BenchWorkspace:
    User.objects.filter(username="bench").update(username=f"bench-{people}")
    return fill_workspace(people, 0)


def name_pages() -> list[str]:
    return [
        "home", "campaign list", "recipients", "script", "names", "run", "progress", "check", "send",
        "all recipients", "all messages", "all deliveries", "all events", "all messages, search",
    ]  # fmt: skip


def test_no_page_is_forgotten() -> None:
    assert set(PAGES) - ACTIONS <= {*name_pages(), *LEADING, *SMALL_PAGES}


@pytest.mark.parametrize("name", name_pages())
def test_a_page_asks_as_much_for_twice_as_many_people(name: str) -> None:
    found = []
    for people in (SMALL, LARGE):
        place = fill(people)
        found.append(open_page(sign_in(place), list_pages(place.campaign)[name]))
    (queries, _), (queries_of_more, rows_of_more) = found
    assert queries_of_more <= queries + 1
    assert queries_of_more <= QUERIES_FLOOR
    assert rows_of_more <= ROWS_AT_MOST
