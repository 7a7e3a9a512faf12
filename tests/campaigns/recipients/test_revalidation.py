"""A changed script validates the rows again and leaves no query half read."""

from __future__ import annotations

import gc
import io

import pytest
from django.contrib.auth.models import User
from django.db import connection

from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Job, Recipient
from campaigns.problems import Code, Problem, Source
from campaigns.recipients import revalidation
from campaigns.recipients.revalidation import (
    Revalidation,
    find_script_fault,
    find_script_rejections,
    revalidate_rows,
)
from campaigns.recipients.sheet_import import import_sheet
from campaigns.states import RowVerdict

pytestmark = pytest.mark.django_db

FAULTY = """first_name,email,city
Ada,ada@example.org,London
Bo,,Rome
Cy,cy at example.org,
Dee,ADA@example.org,Leeds
Eve,eve@example.org,Rome,Italy
Flo,flo@example.org,
"""


def told(fault: Problem | None) -> str:
    assert fault is not None
    assert (fault.source, fault.code, fault.row) == (Source.SCRIPT, Code.UNKNOWN_COLUMN, None)
    return fault.message


def verdicts(campaign: Campaign) -> dict[str, tuple[str, list[str]]]:
    """name → verdict and codes."""
    return {
        row.name: (row.verdict, [str(problem.code) for problem in row.found_problems])
        for row in campaign.recipients.living()
    }


def save_script(campaign: Campaign, script: str) -> Revalidation:
    campaign.script = script
    campaign.save()
    return revalidate_rows(campaign)


@pytest.mark.parametrize("reworded", [False, True], ids=["as written", "every sentence reworded"])
def test_verdicts_follow_from_codes_and_not_from_sentences(campaign: Campaign, reworded: bool) -> None:
    campaign.script = "Hello {{ first_name }} from {{ city }}."
    campaign.save()
    import_sheet(campaign, io.BytesIO(FAULTY.encode()), "people.csv")
    if reworded:
        for row in campaign.recipients.living():
            row.problems = [problem | {"message": "Other words."} for problem in row.problems]
            row.save()
    assert [row.name for row in find_script_rejections(campaign)] == ["Cy", "Flo"]
    assert save_script(campaign, "Hello {{ first_name }}.") == Revalidation(changed=2, accepted=1)
    assert verdicts(campaign) == {
        "Ada": ("valid", []),
        "Bo": ("rejected", ["address_missing"]),
        "Cy": ("rejected", ["address_invalid"]),
        "Dee": ("rejected", ["address_repeated"]),
        "Eve": ("rejected", ["too_many_cells"]),
        "Flo": ("valid", []),
    }
    assert not find_script_rejections(campaign).exists()
    again = save_script(campaign, "Hello {{ first_name }} from {{ city }}.")
    assert again == Revalidation(changed=2, rejected=1)
    assert verdicts(campaign)["Cy"] == ("rejected", ["address_invalid", "cell_empty"])
    assert verdicts(campaign)["Flo"] == ("rejected", ["cell_empty"])


def test_judging_again_changes_no_row_that_is_judged_already(campaign: Campaign) -> None:
    import_sheet(campaign, io.BytesIO(FAULTY.encode()), "people.csv")
    assert save_script(campaign, campaign.script) == Revalidation()


@pytest.fixture
def long_campaign(campaign: Campaign) -> Campaign:
    """With 1,200 rows, more than are read at once; only the last has the column ``city``."""
    campaign.recipients.all().delete()
    values = [{"name": f"Ada {number}"} for number in range(1199)] + [{"name": "Zoe", "city": "Oslo"}]
    Recipient.objects.bulk_create(
        Recipient(campaign=campaign, row_number=number, values=row, verdict=RowVerdict.VALID)
        for number, row in enumerate(values, start=2)
    )
    return campaign


def test_a_column_that_the_rows_lack_is_named(long_campaign: Campaign) -> None:
    long_campaign.script = "Hello {{ town }}."
    assert "town" in told(find_script_fault(long_campaign))


def test_rows_behind_the_first_five_hundred_are_judged_too(long_campaign: Campaign) -> None:
    long_campaign.script = "Hello {{ name }}.{% if name == 'Zoe' %} How is {{ town }}?{% endif %}"
    assert "town" in told(find_script_fault(long_campaign))


def test_a_script_that_suits_every_row_has_no_fault(long_campaign: Campaign) -> None:
    long_campaign.script = "Hello {{ name }}."
    assert find_script_fault(long_campaign) is None


def test_no_cursor_stays_open_where_the_first_row_answers(long_campaign: Campaign) -> None:
    long_campaign.script = "Hello {{ town }}."
    gc.disable()  # else the garbage collector may close it just in time
    try:
        assert find_script_fault(long_campaign)
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM pg_cursors")
            assert cursor.fetchall() == []
    finally:
        gc.enable()


@pytest.mark.django_db(transaction=True)
class TestManyRows:
    @pytest.fixture(autouse=True)
    def few_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(revalidation, "VALIDATED_AT_ONCE", 3)
        monkeypatch.setattr(revalidation, "_ROWS_AT_ONCE", 2)

    def test_they_are_left_to_one_job_with_the_same_outcome(self, campaign: Campaign, alice: User) -> None:
        campaign.script = "Hello {{ first_name }} of {{ city }}."
        campaign.save()
        assert not revalidation.revalidate_behind(campaign, alice)
        assert not revalidation.revalidate_behind(campaign, alice)
        assert campaign.recipients.filter(verdict="rejected").count() == 1
        assert work_on_job(Job.objects.get().pk) == "done"
        assert Job.objects.get().result["changed"] == 2
        rejected = campaign.recipients.filter(verdict="rejected").values_list("name", flat=True)
        assert set(rejected) == {"José", "Nobody"}

    def test_one_for_another_script_ends_early(self, campaign: Campaign) -> None:
        campaign.script = "Hello {{ first_name }} of {{ city }}."  # never saved: somebody was quicker
        assert revalidation.revalidate_rows(campaign) == Revalidation()
        assert campaign.recipients.filter(verdict="rejected").count() == 1
