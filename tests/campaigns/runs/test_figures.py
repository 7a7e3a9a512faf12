"""What a run would cost: at once where the campaign is small, else from a sample until it is counted."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from campaigns.benchmark.web_data import fill_workspace
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, Job
from campaigns.runs import estimate, figures
from campaigns.runs.estimate import estimate_run
from campaigns.runs.figures import find_figures

pytestmark = pytest.mark.django_db(transaction=True)  # a job's heartbeat has a connection of its own


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Campaign:
    monkeypatch.setattr(figures, "COUNTED_AT_ONCE", 100)
    monkeypatch.setattr(estimate, "SAMPLED_ROWS", 50)
    campaign = fill_workspace(400, 0).campaign
    campaign.messages.all().delete()
    return campaign


def test_a_small_campaign_is_counted_at_once(campaign: Campaign) -> None:
    found = find_figures(campaign)
    assert found.exact and found.estimate == estimate_run(campaign)
    assert not Job.objects.exists()


def test_a_large_one_is_estimated_from_a_sample_first(large: Campaign, alice: User) -> None:
    found, exact = find_figures(large, alice), estimate_run(large)
    assert not found.exact
    assert found.estimate.messages == exact.messages == large.recipients.filter(verdict="valid").count()
    assert found.estimate.lines == exact.lines
    assert found.estimate.video_s == pytest.approx(exact.video_s, rel=0.02)
    assert found.estimate.personal_s == pytest.approx(exact.personal_s, rel=0.1)
    assert found.estimate.distinct >= exact.distinct  # an upper bound, as the page says
    assert found.estimate.work_s >= exact.work_s


def test_and_counted_by_one_job(large: Campaign, alice: User) -> None:
    find_figures(large, alice)
    find_figures(large, alice)
    assert work_on_job(Job.objects.get().pk) == "done"
    large.refresh_from_db()
    found = find_figures(large, alice)
    assert found.exact and found.estimate == estimate_run(large)
    assert Job.objects.count() == 1


def test_other_words_are_counted_anew(large: Campaign, alice: User) -> None:
    find_figures(large, alice)
    work_on_job(Job.objects.get().pk)
    large.refresh_from_db()
    large.script += " One more sentence."
    large.save()
    assert not find_figures(large, alice).exact
    assert Job.objects.count() == 2
