"""The people of a campaign are listed, found, edited, added, removed and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, HistoryEntry, Recipient
from campaigns.states import RowVerdict
from campaigns.views.people import CHANGED_MEANWHILE
from tests.imports import step

pytestmark = pytest.mark.django_db
QUERIES_MAX = 20


@pytest.fixture
def dashboard(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def act(dashboard: Client, campaign: Campaign, person: Recipient, action: str, **fields: str) -> Any:
    return dashboard.post(step(campaign, "people"), {"person": person.pk, "action": action, **fields})


def read(dashboard: Client, campaign: Campaign, query: str = "") -> str:
    return dashboard.get(step(campaign, "recipients") + query).content.decode()


def test_whoever_needs_attention_comes_first_with_the_reason(dashboard: Client, campaign: Campaign) -> None:
    page = read(dashboard, campaign)
    assert "is not an address" in page
    assert "ada@example.org" not in page
    assert "ada@example.org" in read(dashboard, campaign, "?show=all")


@pytest.mark.parametrize("words", ["José", "jose@EXAMPLE", "cork"])
def test_people_are_found_by_name_address_and_any_cell(
    dashboard: Client, campaign: Campaign, words: str
) -> None:
    page = read(dashboard, campaign, f"?q={words}")
    assert page.count('data-person="') == 1


@pytest.mark.parametrize("words", ["city", "%", "first_name", "_"])
def test_neither_names_of_columns_nor_signs_of_the_database_find_everybody(
    dashboard: Client, campaign: Campaign, words: str
) -> None:
    assert 'data-person="' not in read(dashboard, campaign, f"?q={words.replace('%', '%25')}")


def test_a_cell_is_edited_and_its_row_becomes_valid(dashboard: Client, campaign: Campaign) -> None:
    nobody = campaign.recipients.get(name="Nobody")
    answer = act(
        dashboard, campaign, nobody, "edit", column="email", text="no@example.org", was="not an address"
    ).json()
    assert (answer["person"]["verdict"], answer["counts"]["attention"]) == ("valid", 0)
    nobody.refresh_from_db()
    assert (nobody.email, nobody.verdict) == ("no@example.org", RowVerdict.VALID)
    assert HistoryEntry.objects.filter(campaign=campaign).count() == 1


def test_a_cell_that_becomes_wrong_says_why(dashboard: Client, campaign: Campaign) -> None:
    ada = campaign.recipients.get(name="Ada")
    answer = act(dashboard, campaign, ada, "edit", column="email", text="ada", was="ada@example.org").json()
    (cell,) = (one for one in answer["person"]["cells"] if one["column"] == "email")
    assert "is not an e-mail address" in cell["wrong"]


def test_nobody_overwrites_what_somebody_else_wrote(dashboard: Client, campaign: Campaign) -> None:
    ada = campaign.recipients.get(name="Ada")
    answer = act(dashboard, campaign, ada, "edit", column="city", text="Rome", was="Paris")
    assert (answer.status_code, answer.json()["refused"]) == (409, CHANGED_MEANWHILE)
    ada.refresh_from_db()
    assert ada.values["city"] == "London"


def test_a_person_is_removed_and_taken_back(dashboard: Client, campaign: Campaign) -> None:
    ada = campaign.recipients.get(name="Ada")
    assert act(dashboard, campaign, ada, "remove").json()["person"]["removed"]
    assert "ada@example.org" not in read(dashboard, campaign, "?show=all")
    assert "ada@example.org" in read(dashboard, campaign, "?show=removed")
    assert not act(dashboard, campaign, ada, "restore").json()["person"]["removed"]


def test_a_person_is_added_and_an_empty_one_is_not(dashboard: Client, campaign: Campaign) -> None:
    refused = dashboard.post(step(campaign, "recipients"), {"cell-0": " "})
    assert refused.status_code == 400
    assert "Write at least one cell" in refused.content.decode()
    dashboard.post(step(campaign, "recipients"), {"cell-0": "Zoë", "cell-1": "zoe@example.org"})
    added = campaign.recipients.get(name="Zoë")
    assert (added.row_number, added.verdict) == (6, RowVerdict.VALID)


def test_a_person_of_another_campaign_is_not_reached(dashboard: Client, campaign: Campaign) -> None:
    other = Campaign.objects.create(name="Other")
    ada = campaign.recipients.get(name="Ada")
    assert act(dashboard, other, ada, "remove").status_code == 404


def test_the_list_takes_as_many_queries_for_many_as_for_few(dashboard: Client, campaign: Campaign) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert dashboard.get(step(campaign, "recipients") + "?show=all").status_code == 200
        return len(queries)

    few = count()
    cells = {"first_name": "Bo", "email": "bo@example.org", "city": ""}
    Recipient.objects.bulk_create(
        Recipient(campaign=campaign, row_number=at, name="Bo", values=cells) for at in range(10, 210)
    )
    assert count() == few <= QUERIES_MAX
