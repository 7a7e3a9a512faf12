"""Many rows by one statement: what is stored is what would have been stored one by one."""

from __future__ import annotations

import pytest

from campaigns.models import Campaign, Recipient
from campaigns.recipients.bulk_writing import choose_by_key, insert_rows
from campaigns.states import RowVerdict

pytestmark = pytest.mark.django_db


def test_rows_written_at_once_are_stored_as_saved_ones_are(campaign: Campaign) -> None:
    odd = {"first_name": "Zoë \\N\tTab", "note": "two\nlines, “quotes” and \\."}
    insert_rows(
        [
            Recipient(campaign=campaign, row_number=90 + at, values=odd, name="", email="zoe@example.org")
            for at in range(2)
        ]
    )
    stored = campaign.recipients.get(row_number=91)
    assert (stored.values, stored.name, stored.email) == (odd, "", "zoe@example.org")
    assert (stored.verdict, stored.problems, stored.removed_at) == (RowVerdict.VALID, [], None)


def test_one_statement_gives_each_row_its_own_value(campaign: Campaign) -> None:
    wanted = {pk: {"first_name": f"N {pk}"} for pk in campaign.recipients.values_list("pk", flat=True)}
    campaign.recipients.update(values=choose_by_key(wanted))
    assert dict(campaign.recipients.values_list("pk", "values")) == wanted
