"""Rows become recipients, each with a verdict that says what to do."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth.models import User

from campaigns.models import Campaign
from campaigns.recipients.name_columns import find_name
from campaigns.recipients.row_validation import find_common_fault, validate_rows
from campaigns.recipients.sheet_import import import_sheet
from campaigns.sheets.spreadsheet import SheetError, read_sheet
from campaigns.states import CampaignState, MoveRefused, RowVerdict


def import_text(campaign: Campaign, text: str) -> dict[int, str]:
    import_sheet(campaign, io.BytesIO(text.encode()), "people.csv")
    return {
        row.row_number: " ".join(f"{p.column}: {p.message}" for p in row.found_problems)
        for row in campaign.recipients.living()
    }


SHEET = """first_name,email,city
Ada,ada@example.org,London
Bo,,Rome
Cy,cy at example.org,Rome
Ada,ADA@example.org,Leeds
Dee,dee@example.org,
"""


def test_every_row_gets_a_verdict_and_its_reason(campaign: Campaign) -> None:
    campaign.script = "Hello {{ first_name }} in {{ city }}."
    campaign.save()
    reasons = import_text(campaign, SHEET)
    assert reasons[2] == ""
    assert reasons[3].startswith("email: The address is missing")
    assert reasons[4].startswith("email: “cy at example.org” is not an e-mail address")
    assert "stands in row 2 already" in reasons[5]
    assert reasons[6].startswith("city: Script, line 1, column 30: “city” is empty in this row")


def test_counts_name_each_verdict(campaign: Campaign) -> None:
    counts = import_sheet(campaign, io.BytesIO(SHEET.encode()), "people.csv")
    assert counts == {RowVerdict.VALID: 2, RowVerdict.REJECTED: 3}


def test_a_sheet_of_other_people_leaves_them_alone_and_the_file_is_kept(campaign: Campaign) -> None:
    import_text(campaign, "name,email\nZoë,zoe@example.org\n")
    assert [row.name for row in campaign.recipients.living()] == ["Zoë"]
    assert campaign.columns == ["name", "email"]
    assert campaign.spreadsheet_name == "people.csv"
    assert campaign.spreadsheet.read().decode() == "name,email\nZoë,zoe@example.org\n"


def test_a_broken_file_changes_nothing(campaign: Campaign) -> None:
    with pytest.raises(SheetError):
        import_sheet(campaign, io.BytesIO(b""), "people.csv")
    assert campaign.recipients.count() == 4


def test_no_upload_during_a_run(campaign: Campaign, alice: User) -> None:
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.RENDERING)
    with pytest.raises(MoveRefused, match="A run is going on"):
        import_text(campaign, SHEET)


def test_a_sheet_without_addresses_still_makes_videos() -> None:
    sheet = read_sheet(io.BytesIO(b"name\nAda\nBo\n"), "people.csv")
    assert [(one.name, one.problems) for one in validate_rows(sheet, "Hi {{ name }}.")] == [
        ("Ada", ()),
        ("Bo", ()),
    ]


def test_a_column_that_the_script_asks_for_and_nobody_has_is_no_rows_fault() -> None:
    sheet = read_sheet(io.BytesIO(b"name,plan\nAda,a\nBo,b\n"), "people.csv")
    assert [one.problems for one in validate_rows(sheet, "Hi {{ nickname }}.")] == [(), ()]
    rows = [row.values for row in sheet.rows]
    assert "“nickname” is not a column" in str(find_common_fault("Hi {{ nickname }}.", rows))
    assert "“tier” is not a column" in str(
        find_common_fault("Hi. {% if plan == 'b' %}{{ tier }}{% endif %}", rows)
    )
    assert "“nickname” is not a column" in str(find_common_fault("Hi {{ nickname | default('you') }}.", rows))
    assert find_common_fault("Hi {{ name | default('you') }}.", rows) is None


def test_a_tag_of_another_tool_is_no_rows_fault() -> None:
    sheet = read_sheet(io.BytesIO(b"first name,plan\nAda,a\nBo,b\n"), "people.csv")
    assert [one.problems for one in validate_rows(sheet, "Hi [First Name].")] == [(), ()]
    fault = find_common_fault("Hi [First Name].", [row.values for row in sheet.rows])
    assert fault is not None and "tag of another tool" in fault.message


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"First Name": "Ada", "Surname": "Lovelace"}, "Ada Lovelace"),
        ({"Full name": "Ada L."}, "Ada L."),
        ({"first_name": "Ada"}, "Ada"),
        ({"company": "Acme"}, ""),
    ],
)
def test_names_come_from_the_usual_columns(values: dict[str, str], name: str) -> None:
    assert find_name(values) == name
