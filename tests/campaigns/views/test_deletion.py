"""The page that says what goes with a campaign or a presenter, and asks."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns.access.roles import Role
from campaigns.models import Campaign, Delivery, Presenter, Recipient
from campaigns.standing.deletion import DELETED_AT_ONCE
from campaigns.states import DeliveryState
from campaigns.views.deletion import USERS_SHOWN
from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(campaign: Campaign) -> Campaign:
    """Ada's video was sent."""
    message = people.ready_message(campaign.recipients.get(name="Ada"))
    Delivery.objects.create(
        message=message, campaign=campaign, address="ada@example.org", content_hash="a" * 64,
        state=DeliveryState.SENT, sent_at=timezone.now(),
    )  # fmt: skip
    return campaign


def test_the_page_names_what_goes_and_asks(sent: Campaign, alice: User, client: Client) -> None:
    client.force_login(alice)
    where = reverse("admin:campaigns_campaign_delete", args=[sent.pk])
    page = client.get(where).content.decode()
    assert "<strong>4</strong> people" in page and "<strong>1 link</strong> that was sent" in page
    rows = [Recipient(campaign=sent, row_number=number) for number in range(10, 10 + DELETED_AT_ONCE)]
    Recipient.objects.bulk_create(rows)
    page = client.post(where, follow=True).content.decode()
    assert "Cancelling keeps what is not deleted yet." in page
    listing = client.get(reverse("admin:campaigns_campaign_changelist")).content.decode()
    assert "delete_selected" not in listing


def test_the_page_of_a_presenter_that_is_used_names_the_campaigns(
    sent: Campaign, presenter: Presenter, alice: User, client: Client
) -> None:
    client.force_login(alice)
    page = client.get(reverse("admin:campaigns_presenter_delete", args=[presenter.pk])).content.decode()
    assert "1 campaign uses this presenter." in page and "<li>Spring</li>" in page
    assert "for good" not in page
    for number in range(USERS_SHOWN):
        Campaign.objects.create(name=f"More {number}", presenter=presenter)
    page = client.get(reverse("admin:campaigns_presenter_delete", args=[presenter.pk])).content.decode()
    assert "21 campaigns use this presenter." in page and "and 1 more" in page


def test_who_is_no_administrator_deletes_nothing(sent: Campaign, client: Client) -> None:
    author = User.objects.create_user("eve", is_staff=True)
    author.groups.set(Group.objects.filter(name__in=[Role.AUTHOR, Role.REVIEWER, Role.SENDER]))
    client.force_login(author)
    where = reverse("admin:campaigns_campaign_delete", args=[sent.pk])
    assert client.get(where).status_code == client.post(where).status_code == 403
    assert Campaign.objects.exists()
