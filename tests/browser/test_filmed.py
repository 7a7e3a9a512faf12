"""The script page lists the lines that the take says, and plays them."""

from __future__ import annotations

import pytest
from django.core.files import File
from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from tests.takes import DEMO_TAKE

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BUILT = "We would love to show you what we have built."


@pytest.fixture
def spoken(campaign: Campaign) -> Campaign:
    assert campaign.presenter is not None
    with DEMO_TAKE.open("rb") as take:
        campaign.presenter.take.save("take.mp4", File(take))
    campaign.script = f"Hi {{{{ first_name }}}}. {BUILT} Thank you for trying Byname."
    campaign.save()
    return campaign


def test_a_filmed_line_is_listed_and_played_and_can_be_switched_off(
    dashboard: Page, spoken: Campaign
) -> None:
    dashboard.goto(f"/admin/campaigns/campaign/{spoken.pk}/script/")
    card = dashboard.get_by_role("region", name="Said in the take")
    expect(card.get_by_text("1 of 3")).to_be_visible(timeout=60_000)
    expect(card.get_by_role("listitem").filter(has_text=BUILT)).to_contain_text("filmed")
    expect(card.get_by_role("list").last).to_have_text("Thank you for trying Byname.")
    card.get_by_role("button", name=f"Play “{BUILT}”").click()
    dashboard.wait_for_function("document.querySelector('[data-filmed-video]').currentTime > 18.1")
    card.get_by_role("checkbox").uncheck()
    expect(card.get_by_text("They are not used")).to_be_visible()
    spoken.refresh_from_db()
    assert not spoken.use_filmed_lines
