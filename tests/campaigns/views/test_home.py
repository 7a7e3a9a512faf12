"""A campaign's home, asked for the way a browser asks."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Campaign, Event, ViewingSummary
from campaigns.review import approve
from campaigns.standing.viewing import count_viewing
from campaigns.states import CampaignState, EventKind
from campaigns.views.home import build_funnel, build_plot
from campaigns.views.page import Counts
from tests import people


@pytest.fixture
def dashboard(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def home(campaign: Campaign) -> str:
    return reverse("admin:campaigns_campaign_home", args=[campaign.pk])


def test_it_names_the_next_step_and_what_needs_attention(
    dashboard: Client, campaign: Campaign, alice: User
) -> None:
    page = dashboard.get(home(campaign)).content.decode()
    assert "Start the run" in page and "1 person needs attention" in page
    message = people.ready_message(campaign.recipients.get(name="Ada"))
    assert "Review 1" in dashboard.get(home(campaign)).content.decode()
    approve(message, alice, seen_hash=message.content_hash)
    assert "Start the run" in dashboard.get(home(campaign)).content.decode()  # it was a sample
    Campaign.objects.filter(pk=campaign.pk).update(state=CampaignState.RENDERED)
    page = dashboard.get(home(campaign)).content.decode()
    assert "Send 1" in page and "alice" in page


def test_an_empty_campaign_has_a_home(dashboard: Client, db: None) -> None:
    empty = Campaign.objects.create(name="Empty")
    page = dashboard.get(home(empty)).content.decode()
    assert "Upload the people" in page and "Nobody has played a video yet" in page


def test_what_was_watched_is_drawn_and_told(dashboard: Client, campaign: Campaign) -> None:
    message = people.ready_message(campaign.recipients.get(name="Ada"))
    Event.objects.create(message=message, kind=EventKind.PLAYED)
    Event.objects.create(message=message, kind=EventKind.PROGRESS, seconds=2.0)
    count_viewing(campaign)
    page = dashboard.get(home(campaign)).content.decode()
    assert "<polyline" in page and "100 % at 50 % of the video, 0 % at 60 % of the video" in page


def test_the_funnel_gives_shares_of_all_and_of_the_stage_before() -> None:
    counts = Counts(valid=90, rejected=10, ready=80, failed=1, approved=40, to_review=40, sent=40)
    viewing = ViewingSummary(
        opened=20, played=10, finished=5, clicked=2, still_watching=[10, 10, 10, 9, 8, 8, 8, 7, 6, 5, 5]
    )
    bars = build_funnel(counts, viewing)
    assert [bar.count for bar in bars] == [100, 80, 40, 40, 20, 10, 8, 5, 2]
    assert [bar.percent for bar in bars] == [100, 80, 40, 40, 20, 10, 8, 5, 2]
    assert [bar.of_before for bar in bars] == [100, 80, 50, 100, 50, 50, 80, 62, 40]


def test_nothing_watched_makes_no_plot() -> None:
    assert build_plot([0] * 11) is None and build_plot([]) is None


def test_the_number_of_queries_does_not_grow_with_the_people(dashboard: Client, campaign: Campaign) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert dashboard.get(home(campaign)).status_code == 200
        return len(captured)

    dashboard.get(home(campaign))
    before = count()
    for row in campaign.recipients.all():
        people.ready_message(row)
    assert count() <= before <= 40


def test_a_campaign_is_duplicated_archived_and_found_again(dashboard: Client, campaign: Campaign) -> None:
    answer = dashboard.post(home(campaign), {"action": "duplicate", "people": "on"})
    made = Campaign.objects.exclude(pk=campaign.pk).get()
    assert answer.headers["Location"] == home(made) and made.recipients.count() == 4
    dashboard.post(home(campaign), {"action": "archive"})
    listing = reverse("admin:campaigns_campaign_changelist")
    assert home(campaign) not in dashboard.get(listing).content.decode()
    assert home(campaign) in dashboard.get(listing, {"archive": "only"}).content.decode()
    assert "In the archive since" in dashboard.get(home(campaign)).content.decode()
    run = reverse("admin:campaigns_campaign_run", args=[campaign.pk])
    said = dashboard.post(run, {"action": "start"}, follow=True).content.decode()
    assert "Take it out of there first" in said
    dashboard.post(home(campaign), {"action": "restore"})
    assert home(campaign) in dashboard.get(listing).content.decode()


def test_a_follow_up_for_nobody_is_refused_in_words(dashboard: Client, campaign: Campaign) -> None:
    fields = {"action": "follow_up", "audience": "not_opened"}
    assert "Nobody is left for that" in dashboard.post(home(campaign), fields, follow=True).content.decode()


def test_who_only_reviews_sees_no_buttons_that_they_may_not_press(client: Client, campaign: Campaign) -> None:
    user = User.objects.create_user("rita", "rita@example.org", people.PASSWORD, is_staff=True)
    user.groups.add(Group.objects.get(name="Reviewer"))
    client.force_login(user)
    page = client.get(home(campaign)).content.decode()
    assert 'value="archive"' not in page and 'value="duplicate"' not in page
    assert client.post(home(campaign), {"action": "archive"}).status_code == 403


def test_the_history_is_filtered_and_taken_away_as_csv(dashboard: Client, campaign: Campaign) -> None:
    dashboard.post(home(campaign), {"action": "archive"})
    dashboard.post(home(campaign), {"action": "restore"})
    page = reverse("admin:campaigns_campaign_history", args=[campaign.pk])
    assert "alice archived the campaign" in dashboard.get(page).content.decode()
    only = dashboard.get(page, {"verb": "took the campaign out of the archive"}).content.decode()
    assert "alice archived the campaign" not in only.replace("<option>", "")
    table = b"".join(dashboard.get(page, {"format": "csv"}).streaming_content).decode()
    assert "alice,archived the campaign" in table and table.startswith("\ufeffwhen,who,what")
