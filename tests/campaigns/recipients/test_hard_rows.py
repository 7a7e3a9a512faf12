"""The hard rows: what is hardest comes first, and nobody twice."""

from __future__ import annotations

import pytest

from campaigns.models import Campaign, Recipient
from campaigns.recipients.hard_rows import Hardness, find_hard_rows, list_hard_rows
from campaigns.states import RowVerdict

PEOPLE = [
    ("Ada", "London"),
    ("Zoë-Ann O'Łukasz", "Cork"),
    ("Maximiliane", "Llanfairpwllgwyngyll"),
    ("Bo", ""),
    ("Cy", "Rome"),
]


@pytest.fixture
def rows(campaign: Campaign) -> list[Recipient]:
    """Five valid people in place of the usual ones, in the order above."""
    campaign.recipients.all().delete()
    return [
        Recipient.objects.create(
            campaign=campaign, row_number=number, name=name, values={"first_name": name, "city": city}
        )
        for number, (name, city) in enumerate(PEOPLE, start=2)
    ]


@pytest.mark.parametrize(
    ("kind", "name", "reason"),
    [
        (Hardness.LONGEST, "Maximiliane", "the longest values: 31 characters"),
        (Hardness.SHORTEST, "Bo", "the shortest values: 2 characters"),
        (Hardness.STRANGEST, "Zoë-Ann O'Łukasz", "an unusual name: Zoë-Ann O'Łukasz"),
        (Hardness.MISSING, "Bo", "empty: city"),
    ],
)
def test_each_kind_finds_its_row(
    campaign: Campaign, rows: list[Recipient], kind: Hardness, name: str, reason: str
) -> None:
    (found, told), *_ = list_hard_rows(campaign, kind, 2)
    assert (found.name, told) == (name, reason)


def test_the_hardest_of_every_kind_come_first_and_nobody_twice(
    campaign: Campaign, rows: list[Recipient]
) -> None:
    found = [row.name for row, _ in find_hard_rows(campaign, 3)]
    assert found == ["Maximiliane", "Bo", "Zoë-Ann O'Łukasz"]
    assert len({row.pk for row, _ in find_hard_rows(campaign, 99)}) == len(PEOPLE)


def test_only_columns_that_are_spoken_count(campaign: Campaign, rows: list[Recipient]) -> None:
    campaign.columns = ["first_name", "city"]
    script = "Hello {{ first_name }}. {% if city %}Bye.{% endif %}"
    assert list_hard_rows(campaign, Hardness.MISSING, 5, script) == []
    assert list_hard_rows(campaign, Hardness.LONGEST, 1, script)[0][0].name == "Zoë-Ann O'Łukasz"


def test_rejected_and_removed_people_are_left_out(campaign: Campaign, rows: list[Recipient]) -> None:
    Recipient.objects.filter(pk=rows[2].pk).update(verdict=RowVerdict.REJECTED)
    Recipient.objects.filter(pk=rows[1].pk).update(removed_at="2026-01-01T00:00Z")
    assert {row.name for row, _ in find_hard_rows(campaign, 9)} == {"Ada", "Bo", "Cy"}


def test_an_empty_campaign_has_none(campaign: Campaign) -> None:
    campaign.recipients.all().delete()
    assert find_hard_rows(campaign, 5) == []
