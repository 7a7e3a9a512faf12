"""Step 2: the script with a live preview, the presenter and the voice."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse

from campaigns.models import Campaign, Presenter, Recipient
from campaigns.recipients.revalidation import find_script_fault, find_script_rejections, revalidate_rows
from campaigns.scripts.preview import Preview, PreviewLine, preview_script
from campaigns.scripts.template import to_variable
from campaigns.states import CampaignState, RowVerdict
from campaigns.views.forms import ScriptForm
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
            variables=[(column, to_variable(column)) for column in self.campaign.columns],
            recipients=find_valid_rows(self.campaign)[:PREVIEW_CHOICES],
            presenters=Presenter.objects.order_by("name"),
            preview_url=step_url(self.campaign, "preview"),
            rejected=[
                (row, [problem.message for problem in row.found_problems])
                for row in find_script_rejections(self.campaign)[:PROBLEMS_SHOWN]
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
        revalidate_rows(self.campaign)
        fault = find_script_fault(self.campaign)
        if fault is not None:
            told = f"Saved, but it cannot be used yet. {fault.message}"
            return self.go("script", told, messages.WARNING)
        return self.go("run" if "next" in request.POST else "script", "Saved.")


class PreviewView(CampaignPage):
    """The script in the editor, filled for one recipient, as JSON."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = request.POST.get("recipient", "")
        rows = find_valid_rows(self.campaign)
        row = (rows.filter(pk=wanted).first() if wanted.isdigit() else None) or rows.first()
        if row is None:
            return JsonResponse({"problem": "Upload recipients first: a preview needs a row to fill in."})
        return JsonResponse(_preview_to_json(preview_script(request.POST.get("script", ""), row.values)))


def find_valid_rows(campaign: Campaign) -> QuerySet[Recipient]:
    return Recipient.objects.filter(campaign=campaign, verdict=RowVerdict.VALID).order_by("row_number")


def _preview_to_json(made: Preview) -> dict[str, Any]:
    if made.error is not None:
        error = made.error
        place = {"line": error.line, "column": error.column, "message": error.message}
        return {"error": place | {"corrected": made.corrected}}
    return {
        "lines": [_line_to_json(line) for line in made.lines],
        "seconds": round(made.seconds, 1),
        "unspoken": list(made.unspoken),
    }


def _line_to_json(line: PreviewLine) -> dict[str, Any]:
    pieces = [{"text": piece.text, "personal": piece.personal} for piece in line.pieces]
    return {"id": line.id, "personal": line.personal, "pieces": pieces}
