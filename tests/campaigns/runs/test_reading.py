"""Reading a large table some rows at a time."""

from __future__ import annotations

import pytest

from campaigns.models import Campaign
from campaigns.runs import reading
from campaigns.runs.reading import read_in_chunks

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("at_once", [1, 2, 3, 4, 5])
def test_every_row_comes_once(campaign: Campaign, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS_AT_ONCE", at_once)
    told: list[tuple[str, int, int]] = []
    rows = read_in_chunks(campaign.recipients.all(), ("name",), "reading", lambda *step: told.append(step))
    assert [name for (name,) in rows] == ["Ada", "José", "O'Neil", "Nobody"]
    assert told == [("reading", done, 4) for done in range(at_once, 5, at_once)]
