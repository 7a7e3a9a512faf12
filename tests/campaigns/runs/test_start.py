"""The start of a run: a small campaign at once, a large one behind the page, with the same outcome."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from campaigns.benchmark.web_data import fill_workspace
from campaigns.jobs.work import work_on_job
from campaigns.models import Campaign, HistoryEntry, Job
from campaigns.recipients import upkeep
from campaigns.runs import lifecycle, start
from campaigns.states import CampaignState, MoveRefused, RenderState

pytestmark = pytest.mark.django_db(transaction=True)  # a job's heartbeat has a connection of its own


def test_a_small_campaign_begins_at_once(campaign: Campaign, alice: User) -> None:
    assert start.start_run(campaign, alice)
    assert campaign.state == CampaignState.RENDERING and campaign.messages.count() == 3
    assert HistoryEntry.objects.get(campaign=campaign).verb == "started the run"


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> Campaign:
    monkeypatch.setattr(start, "STARTED_AT_ONCE", 10)
    monkeypatch.setattr(upkeep, "ROWS_AT_ONCE", 7)
    campaign = fill_workspace(60, 0).campaign
    campaign.script += " Goodbye."
    campaign.save()
    return campaign


def test_a_large_one_is_left_to_a_job_that_takes_all_rows(large: Campaign, alice: User) -> None:
    kept = large.messages.filter(render_state=RenderState.READY).first()
    assert kept is not None
    assert not start.start_run(large, alice)
    assert large.state != CampaignState.RENDERING
    assert work_on_job(Job.objects.get().pk) == "done"
    large.refresh_from_db()
    assert large.state == CampaignState.RENDERING
    assert large.messages.count() == large.recipients.filter(verdict="valid").count()
    assert set(large.messages.values_list("render_state", flat=True)) == {RenderState.QUEUED}
    kept.refresh_from_db()
    assert kept.review_state == "pending" and kept.approved_hash == ""
    assert len(kept.lines) == 5 and kept.lines[0]["text"].startswith("Hello Ada")


def test_pressed_twice_one_job_does_it(large: Campaign, alice: User) -> None:
    start.start_run(large, alice)
    start.start_run(large, alice)
    assert Job.objects.count() == 1


def test_a_fault_of_the_script_is_said_where_the_work_finds_it(large: Campaign, alice: User) -> None:
    Campaign.objects.filter(pk=large.pk).update(script="Hello {{ nobody }}.")
    start.start_run(large, alice)
    assert work_on_job(Job.objects.get().pk) == "failed"
    assert "nobody" in Job.objects.get().failure
    large.refresh_from_db()
    assert large.state == CampaignState.RENDERED_WITH_FAILURES


def test_what_is_missing_is_said_before_any_job(large: Campaign, alice: User) -> None:
    large.presenter = None
    large.save()
    with pytest.raises(MoveRefused):
        start.start_run(large, alice)
    assert not Job.objects.exists()


def test_only_failures_are_tried_again(campaign: Campaign, alice: User) -> None:
    with pytest.raises(MoveRefused, match="No message failed"):
        start.retry_failed(campaign, alice)


class TestCancelling:
    @pytest.fixture
    def running(self, large: Campaign, alice: User, monkeypatch: pytest.MonkeyPatch) -> Campaign:
        monkeypatch.setattr(lifecycle, "CANCELLED_AT_ONCE", 7)
        lifecycle.start(large, alice)
        return large

    def test_a_large_queue_is_emptied_behind_the_page(self, running: Campaign) -> None:
        held = lifecycle.claim_next()
        assert held is not None
        lifecycle.cancel(running)
        held.refresh_from_db()
        assert (running.state, held.render_state) == (CampaignState.CANCELLED, RenderState.CANCELLED)
        assert lifecycle.claim_next() is None
        assert work_on_job(Job.objects.get().pk) == "done"
        assert set(running.messages.values_list("render_state", flat=True)) == {RenderState.CANCELLED}

    def test_what_was_started_again_stays_in_the_queue(self, running: Campaign, alice: User) -> None:
        lifecycle.cancel(running)
        lifecycle.start(running, alice)
        assert work_on_job(Job.objects.get().pk) == "done"
        assert set(running.messages.values_list("render_state", flat=True)) == {RenderState.QUEUED}
