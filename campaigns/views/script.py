"""Step 2: the script with a live preview, the presenter and the voice."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse

from campaigns.forms import ScriptForm
from campaigns.judging import judge_again, rejected_by_script, script_fault
from campaigns.models import Campaign, Presenter, Recipient
from campaigns.previewing import Preview, PreviewLine, preview
from campaigns.scripts import variable_of
from campaigns.states import CampaignState, RowVerdict
from campaigns.views.page import CampaignPage, step_url

PREVIEW_CHOICES = 500  # recipients offered in the list; more would make the page heavy
PROBLEMS_SHOWN = 10


class ScriptPage(CampaignPage):
    """The editor; saving tries the script on every row and names the rows that it cannot fill."""

    step = "script"
    template_name = "campaigns/script.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", ScriptForm(instance=self.campaign))
        return super().get_context_data(
            variables=[(column, variable_of(column)) for column in self.campaign.columns],
            recipients=valid_rows(self.campaign)[:PREVIEW_CHOICES],
            presenters=Presenter.objects.order_by("name"),
            preview_url=step_url(self.campaign, "preview"),
            rejected=[
                (row, [problem.message for problem in row.found_problems])
                for row in rejected_by_script(self.campaign)[:PROBLEMS_SHOWN]
            ],
            is_rendering=self.campaign.state == CampaignState.RENDERING,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.campaign.state == CampaignState.RENDERING:
            return self.refuse("script", "A run is going on. Cancel it first, then change the script.")
        form = ScriptForm(request.POST, instance=self.campaign)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=400)
        form.save()
        judge_again(self.campaign)
        fault = script_fault(self.campaign)
        if fault is not None:
            told = f"Saved, but it cannot be used yet. {fault.message}"
            return self.go("script", told, messages.WARNING)
        return self.go("run" if "next" in request.POST else "script", "Saved.")


class PreviewView(CampaignPage):
    """The script in the editor, filled for one recipient, as JSON."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = request.POST.get("recipient", "")
        rows = valid_rows(self.campaign)
        row = (rows.filter(pk=wanted).first() if wanted.isdigit() else None) or rows.first()
        if row is None:
            return JsonResponse({"problem": "Upload recipients first: a preview needs a row to fill in."})
        return JsonResponse(_as_json(preview(request.POST.get("script", ""), row.values)))


def valid_rows(campaign: Campaign) -> QuerySet[Recipient]:
    return Recipient.objects.filter(campaign=campaign, verdict=RowVerdict.VALID).order_by("row_number")


def _as_json(made: Preview) -> dict[str, Any]:
    if made.error is not None:
        error = made.error
        return {"error": {"line": error.line, "column": error.column, "message": error.message}}
    return {"lines": [_line_json(line) for line in made.lines], "seconds": round(made.seconds, 1)}


def _line_json(line: PreviewLine) -> dict[str, Any]:
    pieces = [{"text": piece.text, "personal": piece.personal} for piece in line.pieces]
    return {"id": line.id, "personal": line.personal, "pieces": pieces}
