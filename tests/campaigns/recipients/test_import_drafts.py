"""Draft imports are kept while somebody may come back, and then swept with their files."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Job
from campaigns.recipients.draft_files import read_sheet
from campaigns.recipients.import_drafts import (
    KEPT_DAYS,
    Draft,
    apply_draft,
    find_draft,
    start_draft,
    sweep_drafts,
)
from campaigns.states import JobState

pytestmark = pytest.mark.django_db(transaction=True)  # the beats of a job come over a connection of their own
SHEET = b"first_name,email\nAda,ada@example.org\nNobody,nowhere\n"


def start(campaign: Campaign) -> Draft:
    job = start_draft(campaign, io.BytesIO(SHEET), "my people.csv", None)
    assert work_on_job(job.pk) == JobState.DONE
    found = find_draft(campaign)
    assert found is not None
    return found


def test_the_rows_of_a_draft_are_kept_with_their_problems(campaign: Campaign) -> None:
    draft = start(campaign)
    sheet = read_sheet(draft.read["rows_file"])
    assert sheet.columns == ("first_name", "email")
    assert [row.values["first_name"] for row in sheet.rows] == ["Ada", "Nobody"]
    assert draft.plan is not None


def test_another_file_takes_the_place_of_a_draft_and_its_files_go(campaign: Campaign) -> None:
    first = start(campaign)
    second = start(campaign)
    assert first.key != second.key
    assert not default_storage.exists(str(first.job.file.name))
    assert default_storage.exists(str(second.job.file.name))


def test_a_draft_that_nobody_came_back_to_is_swept_and_a_fresh_one_is_not(campaign: Campaign) -> None:
    draft = start(campaign)
    assert sweep_drafts() == 0
    Job.objects.update(created_at=timezone.now() - timedelta(days=KEPT_DAYS + 1))
    assert sweep_drafts() == 1
    assert find_draft(campaign) is None
    assert not default_storage.exists(str(draft.job.file.name))


def test_an_applied_draft_is_swept_and_the_campaign_keeps_its_file(campaign: Campaign) -> None:
    draft = start(campaign)
    job = apply_draft(draft, None, remove_gone=True)
    assert work_on_job(job.pk) == JobState.DONE
    assert sweep_drafts() == 1
    assert not default_storage.exists(str(draft.job.file.name))
    campaign.refresh_from_db()
    assert campaign.spreadsheet.read() == SHEET
