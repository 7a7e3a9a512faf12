"""Who gets no video by a script that is not saved yet."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from campaigns.models import Campaign, Recipient
from campaigns.recipients import left_out
from campaigns.recipients.left_out import find_left_out
from campaigns.scripts.faults import ScriptError
from campaigns.scripts.template import fill
from campaigns.states import RowVerdict

SCRIPTS = [
    "Hello {{ first_name }} of {{ city }}.",
    "Hello {{ first_name }} of {{ city | default('our town') }}.",
    "Hello {{ first_name|upper }}{% if city %} of {{ city }}{% endif %}.",
    "{% if city == 'Cork' %}Hello.{% endif %}",
    "{% if city in ['Cork', 'London'] and not plan %}{{ plan }}{% else %}Hi.{% endif %}",
    "{% set home = city %}Hello {{ home|float }}.",
    "{{ city.split(' ')[0] }} greets.",
    "Hello {{ first_name or city }}. You owe {{ debt|float }}.",
    "{% for sign in plan %}A{{ sign }}. {% endfor %}",
]
CELLS = [
    {"first_name": first_name, "city": city, "plan": plan, "debt": debt}
    for first_name in ("Ada", "", " ")
    for city in ("Cork", "London", "", "\u200b")
    for plan in ("pro", "")
    for debt in ("5.50", "much")
]


@pytest.fixture
def sheet(campaign: Campaign) -> Campaign:
    """Every combination of full and empty cells as a row of its own."""
    campaign.recipients.all().delete()
    campaign.columns = list(CELLS[0])
    campaign.save(update_fields=["columns"])
    Recipient.objects.bulk_create(
        Recipient(campaign=campaign, row_number=number, name=f"person {number}", values=values)
        for number, values in enumerate(CELLS, start=2)
    )
    return campaign


def fails(script: str, values: dict[str, str]) -> bool:
    try:
        fill(script, values)
    except ScriptError:
        return True
    return False


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_count_is_the_one_that_every_row_tried_by_itself_gives(sheet: Campaign, script: str) -> None:
    out = find_left_out(sheet, script)
    wrong = [number for number, values in enumerate(CELLS, start=2) if fails(script, values)]
    assert (out.exact, out.rows, out.left, out.lost) == (True, len(CELLS), len(wrong), len(wrong))
    assert {row.row_number for row in out.examples} <= set(wrong)
    assert len(out.examples) == min(left_out.EXAMPLES, len(wrong))


def test_the_first_row_is_named_with_its_cell(campaign: Campaign) -> None:
    out = find_left_out(campaign, "Hello {{ first_name }} of {{ city }}.")
    assert out.describe() == "1 of 3 rows would get no video."
    (row,) = out.examples
    assert (row.row_number, row.name, row.reason, row.column) == (3, "José", "the cell city is empty", "city")


def test_lost_are_those_who_would_get_one_by_the_saved_script(campaign: Campaign) -> None:
    Recipient.objects.filter(name="José").update(
        verdict=RowVerdict.REJECTED, problems=[{"source": "script", "code": "cell_empty"}]
    )
    out = find_left_out(campaign, "Hello {{ first_name }} of {{ city }}.")
    assert (out.left, out.lost) == (1, 0)


def test_removed_people_and_a_script_that_nobody_can_use_leave_nobody_out(campaign: Campaign) -> None:
    campaign.recipients.filter(name="José").update(removed_at="2026-01-01T00:00Z")
    assert find_left_out(campaign, "Hello {{ city }}.").left == 0
    assert find_left_out(campaign, "Hello {{ nobody }}.").rows == 0


def test_where_every_row_is_different_the_first_are_tried_and_that_is_said(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.scripts.row_groups.GROUPS_MAX", 1)
    monkeypatch.setattr(left_out, "SAMPLE_ROWS", 2)
    out = find_left_out(campaign, "{% if first_name == 'Bo' %}Hi.{% else %}Hello {{ city }}.{% endif %}")
    assert not out.exact
    assert out.describe() == ("1 of the first 2 rows would get no video; all 3 are tried when you save.")


def test_the_number_of_queries_does_not_grow(
    sheet: Campaign, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(7):
        find_left_out(sheet, "Hello {{ first_name }} of {{ city }}, {{ plan }}.")
