"""The script page says which lines the take says: the demo's take, and a script of what it says."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.core.files import File
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from campaigns.states import CampaignState
from tests.takes import DEMO_TAKE

SCRIPT = """Hi {{ first_name }}.
We would love to show you what we have built.
{% if city %}See you in {{ city }}.{% endif %}
Thank you for trying Byname."""


@pytest.fixture
def spoken(client: Client, alice: User, campaign: Campaign) -> Campaign:
    """A campaign whose presenter is the demo's."""
    client.force_login(alice)
    assert campaign.presenter is not None
    with DEMO_TAKE.open("rb") as take:
        campaign.presenter.take.save("take.mp4", File(take))
    campaign.script = SCRIPT
    campaign.save()
    return campaign


def url(campaign: Campaign) -> str:
    return reverse("admin:campaigns_campaign_filmed", args=[campaign.pk])


def test_the_page_says_of_each_line_whether_it_is_filmed(client: Client, spoken: Campaign) -> None:
    answer = client.get(url(spoken)).json()
    assert answer["used"] is True
    assert [(one["text"], one["source"], one["personal"]) for one in answer["lines"]] == [
        ("Hi Ada.", "spoken", True),
        ("We would love to show you what we have built.", "filmed", False),
        ("See you in London.", "spoken", True),
        ("Thank you for trying Byname.", "spoken", False),
    ]
    assert answer["lines"][1]["start_s"] == pytest.approx(18.2, abs=0.1)
    assert answer["to_record"] == ["Thank you for trying Byname."]


def test_the_script_page_has_the_card_and_the_take_to_play(client: Client, spoken: Campaign) -> None:
    page = client.get(reverse("admin:campaigns_campaign_script", args=[spoken.pk])).content.decode()
    assert url(spoken) in page
    take = reverse("presenter-take", args=[spoken.presenter_id])
    assert take in page
    answer = client.get(take, headers={"Range": "bytes=0-99"})
    assert (answer.status_code, answer["Content-Type"]) == (206, "video/mp4")


def test_only_staff_with_the_right_sees_a_take(client: Client, spoken: Campaign, bob: User) -> None:
    client.force_login(bob)
    assert client.get(reverse("presenter-take", args=[spoken.presenter_id])).status_code in (302, 403)
    assert client.get(url(spoken)).status_code in (302, 403)


def test_filmed_lines_can_be_switched_off_but_not_during_a_run(client: Client, spoken: Campaign) -> None:
    assert client.post(url(spoken), {"used": "false"}).json()["used"] is False
    spoken.refresh_from_db()
    assert not spoken.use_filmed_lines
    Campaign.objects.filter(pk=spoken.pk).update(state=CampaignState.RENDERING)
    assert client.post(url(spoken), {"used": "true"}).status_code == 409
    spoken.refresh_from_db()
    assert not spoken.use_filmed_lines


def test_without_a_presenter_or_rows_the_page_says_what_is_missing(client: Client, spoken: Campaign) -> None:
    spoken.recipients.all().delete()
    assert "Upload recipients" in client.get(url(spoken)).json()["problem"]
    spoken.presenter = None
    spoken.save()
    assert "Choose a presenter" in client.get(url(spoken)).json()["problem"]
