"""Who hears which line of a large campaign is counted behind the page, and anew after a change."""

from __future__ import annotations

import pytest

from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Recipient
from campaigns.recipients.bulk_writing import insert_rows
from campaigns.recordings.line_counts import COUNTED_AT_ONCE, find_lines

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crowd(campaign: Campaign) -> Campaign:
    """More people than a page counts; the last ones are all called Zoe."""
    campaign.script = "Hello {{ first_name }}. We are glad."
    campaign.save()
    names = [f"N{at}" for at in range(COUNTED_AT_ONCE)] + ["Zoe"] * 40
    insert_rows(
        [
            Recipient(campaign=campaign, row_number=100 + at, name=name, values={"first_name": name})
            for at, name in enumerate(names)
        ]
    )
    return campaign


def list_first(campaign: Campaign) -> list[tuple[str, int]]:
    return [(line.text, line.people) for line in find_lines(campaign).lines[:2]]


def test_a_page_shows_the_first_rows_lines_until_a_job_has_counted_all(crowd: Campaign) -> None:
    found = find_lines(crowd)
    assert found.job is not None
    assert find_lines(crowd).job == found.job  # asked for once
    assert ("Hello Zoe.", 40) not in list_first(crowd)
    assert work_on_job(found.job.pk) == "done"
    assert list_first(crowd) == [("We are glad.", COUNTED_AT_ONCE + 43), ("Hello Zoe.", 40)]
    assert find_lines(crowd).job is None


def test_another_script_is_counted_anew(crowd: Campaign) -> None:
    first = find_lines(crowd).job
    assert first is not None
    work_on_job(first.pk)
    crowd.script = "Good day, {{ first_name }}."
    crowd.save()
    again = find_lines(crowd).job
    assert again is not None and again != first
