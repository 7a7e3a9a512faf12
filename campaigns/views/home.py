"""A campaign's home: where it stands, what to do next, what failed, and what was watched."""

from __future__ import annotations

from campaigns.views.page import CampaignPage


class HomePage(CampaignPage):
    """The first page of a campaign."""

    step = "home"
    acts_in_archive = True
    template_name = "campaigns/home.html"
