"""Every page of the dashboard at a phone's width and in the dark: nothing sticks out, nothing fails."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from campaigns.admin.campaigns import PAGES
from campaigns.models import Campaign, Message, Presenter
from campaigns.states import RowVerdict
from campaigns.views.page import CampaignPage
from tests import people
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
WITH_TEMPLATE = [
    slug for slug, page in PAGES.items() if issubclass(page, CampaignPage) and page.template_name
]


@pytest.fixture
def reviewed(campaign: Campaign) -> list[Message]:
    rows = campaign.recipients.filter(verdict=RowVerdict.VALID)
    return [
        people.ready_message(row, content_hash=letter * 64) for row, letter in zip(rows, "abc", strict=True)
    ]


def list_addresses(campaign: Campaign, presenter: Presenter) -> list[str]:
    lists = ("campaign", "presenter", "recipient", "message", "delivery", "event", "suppression")
    return [
        *(f"/admin/campaigns/campaign/{campaign.pk}/{slug}/" for slug in WITH_TEMPLATE),
        *(f"/admin/campaigns/{name}/" for name in lists),
        f"/admin/campaigns/workspace/{campaign.workspace_id}/tokens/",
        f"/admin/campaigns/workspace/{campaign.workspace_id}/webhooks/",
        "/admin/second-factor/",
        "/admin/",
        "/admin/campaigns/campaign/add/",
        "/admin/campaigns/presenter/add/",
        "/admin/campaigns/presenter/film/",
        f"/admin/campaigns/presenter/{presenter.pk}/change/",
        f"/admin/campaigns/presenter/{presenter.pk}/delete/",
        f"/admin/campaigns/presenter/{presenter.pk}/revoke/",
        f"/admin/campaigns/presenter/{presenter.pk}/purge/",
        f"/admin/campaigns/campaign/{campaign.pk}/delete/",
        f"/admin/campaigns/workspace/{campaign.workspace_id}/person/?address=ada@example.org",
        f"/admin/campaigns/workspace/{campaign.workspace_id}/retention/",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_is_wider_than_a_phone(
    dashboard: Page, campaign: Campaign, presenter: Presenter, reviewed: list[Message], scheme: str
) -> None:
    dashboard.set_viewport_size(PHONE)  # type: ignore[arg-type]
    dashboard.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    wide = []
    for address in list_addresses(campaign, presenter):
        answer = dashboard.goto(address)
        assert answer is not None and answer.ok, f"{address}: {answer and answer.status}"
        over = dashboard.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if over > 1:
            wide.append(f"{address} by {over} px")
    assert wide == []
