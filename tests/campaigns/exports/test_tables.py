"""Tables as files that people's own programs read again."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.exports.tables import find_delimiter, write_csv
from campaigns.models import Campaign
from campaigns.sheets.reading import read_sheet_file


@pytest.mark.parametrize("delimiter", [";", "|", "~|~"])
def test_a_table_is_separated_like_the_peoples_own_file(
    campaign: Campaign, tmp_path: Path, delimiter: str
) -> None:
    campaign.sheet_choice = {"separator": delimiter}
    campaign.recipients.filter(name="Ada").update(values={"first_name": f'Ada "A{delimiter}"\nByron'})
    write_csv(campaign, tmp_path / "people.csv", find_delimiter(campaign), lambda *_: None)
    read = read_sheet_file(tmp_path / "people.csv")
    assert read.choice.separator == delimiter
    names = [row.values["first_name"] for row in read.sheet.rows]
    assert names == [f'Ada "A{delimiter}"\nByron', "José", "O'Neil", "Nobody"]
