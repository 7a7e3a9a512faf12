"""Rows that a script treats alike."""

from __future__ import annotations

import pytest

from campaigns.models import Campaign
from campaigns.scripts.row_groups import group_rows


@pytest.mark.parametrize(
    ("script", "sizes"),
    [
        ("Hello.", [3]),
        ("{{ city }}", [2, 1]),
        ("{{ city|default('x')|upper }} {{ first_name }}", [2, 1]),
        ("{% if city == 'Cork' %}a{% endif %}", [1, 1, 1]),
        ("{{ first_name|length }}", [1, 1, 1]),
    ],
)
def test_a_column_counts_by_being_empty_or_by_its_value(
    campaign: Campaign, script: str, sizes: list[int]
) -> None:
    rows = campaign.recipients.filter(verdict="valid")
    grouped = group_rows(rows, campaign.columns, script)
    assert grouped is not None
    keyed, groups = grouped
    assert sorted((group.rows for group in groups), reverse=True) == sizes
    assert [keyed.filter(**group.alike).count() for group in groups] == [group.rows for group in groups]


def test_too_many_groups_and_a_script_that_cannot_be_read_are_not_grouped(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert group_rows(campaign.recipients.all(), campaign.columns, "{{ city") is None
    monkeypatch.setattr("campaigns.scripts.row_groups.GROUPS_MAX", 2)
    assert group_rows(campaign.recipients.all(), campaign.columns, "{{ first_name[0] }}") is None
