"""The lines of a script that the take says: shown, played, and switched off, on the script's page."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from campaigns import engine
from campaigns.recipients.upkeep import mark_outdated
from campaigns.scripts.filmed import ROWS_MAX, fill_rows, lay_out
from campaigns.states import CampaignState
from campaigns.storage.campaign_voice import choose_campaign_voice
from campaigns.storage.files import get_local_path
from campaigns.views.page import CampaignPage
from campaigns.views.script import find_valid_rows


class FilmedLinesView(CampaignPage):
    """What the saved script's lines come from, as JSON; the first look at a take takes some seconds."""

    http_method_names = ["get", "post"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        presenter, messages = self.campaign.presenter, self._fill()
        if presenter is None or not presenter.take:
            return JsonResponse({"problem": "Choose a presenter first: then the take is searched."})
        if not messages:
            return JsonResponse({"problem": "Upload recipients and save a script first."})
        try:
            voice = choose_campaign_voice(self.campaign)
            filmed = engine.find_filmed_lines(messages, get_local_path(presenter.take), voice)
        except engine.RenderError as error:
            return JsonResponse({"problem": error.message})
        script = lay_out(messages, filmed)
        return JsonResponse(
            {
                "used": self.campaign.use_filmed_lines,
                "lines": [asdict(line) for line in script.lines],
                "to_record": list(script.to_record),
            }
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Use filmed lines, or speak and draw every line."""
        if self.campaign.state == CampaignState.RENDERING:
            return JsonResponse({"problem": "A run is going on. Cancel it first."}, status=409)
        self.campaign.use_filmed_lines = request.POST.get("used") == "true"
        self.campaign.save(update_fields=["use_filmed_lines"])
        mark_outdated(self.campaign)
        return self.get(request)

    def _fill(self) -> list[list[tuple[str, str]]]:
        rows = [row.values for row in find_valid_rows(self.campaign)[:ROWS_MAX]]
        return fill_rows(self.campaign.script, rows)
