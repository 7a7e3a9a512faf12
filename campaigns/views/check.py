"""What each person will hear, row by row, before a run."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator

from campaigns.checks.campaign_check import check_rows, find_run_notes
from campaigns.states import RowVerdict
from campaigns.views.page import CampaignPage

ROWS_PER_PAGE = 25


class CheckPage(CampaignPage):
    """Shows verdict, problems, warnings and words of each row, as `make_messages --check` prints them."""

    step = "run"
    template_name = "campaigns/check.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        verdict = self.request.GET.get("verdict", "")
        rows = self.campaign.recipients.living().order_by("row_number")
        if verdict in RowVerdict.values:
            rows = rows.filter(verdict=verdict)
        page = Paginator(rows, ROWS_PER_PAGE).get_page(self.request.GET.get("page"))
        problems, warnings = find_run_notes(self.campaign)
        reports = check_rows(self.campaign, page)
        return super().get_context_data(
            page=page,
            reports=zip(page, reports, strict=True),
            problems=problems,
            warnings=warnings,
            verdict=verdict,
            **kwargs,
        )
