"""A script is judged against its rows without leaving anything half read."""

from __future__ import annotations

import gc

import pytest
from django.db import connection

from campaigns.judging import script_fault
from campaigns.models import Campaign, Recipient
from campaigns.states import RowVerdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(campaign: Campaign) -> Campaign:
    """With 1,200 rows, more than are read at once; only the last has the column ``city``."""
    campaign.recipients.all().delete()
    values = [{"name": f"Ada {number}"} for number in range(1199)] + [{"name": "Zoe", "city": "Oslo"}]
    Recipient.objects.bulk_create(
        Recipient(campaign=campaign, row_number=number, values=row, verdict=RowVerdict.VALID)
        for number, row in enumerate(values, start=2)
    )
    return campaign


def test_a_column_that_the_rows_lack_is_named(campaign: Campaign) -> None:
    campaign.script = "Hello {{ town }}."
    assert "town" in script_fault(campaign)


def test_rows_behind_the_first_five_hundred_are_judged_too(campaign: Campaign) -> None:
    campaign.script = "Hello {{ name }}.{% if name == 'Zoe' %} How is {{ town }}?{% endif %}"
    assert "town" in script_fault(campaign)


def test_a_script_that_suits_every_row_has_no_fault(campaign: Campaign) -> None:
    campaign.script = "Hello {{ name }}."
    assert script_fault(campaign) == ""


def test_no_cursor_stays_open_where_the_first_row_answers(campaign: Campaign) -> None:
    campaign.script = "Hello {{ town }}."
    gc.disable()  # else the garbage collector may close it just in time
    try:
        assert script_fault(campaign)
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM pg_cursors")
            assert cursor.fetchall() == []
    finally:
        gc.enable()
