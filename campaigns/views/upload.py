"""Step 1: the spreadsheet, its columns, and the verdict (valid or rejected) of each row."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse

from campaigns.models import Recipient
from campaigns.recipients.revalidation import find_script_fault
from campaigns.recipients.sheet_import import import_sheet
from campaigns.sheets.spreadsheet import SheetError
from campaigns.states import CampaignState, MoveRefused, RowVerdict
from campaigns.views.forms import SpreadsheetForm
from campaigns.views.page import CampaignPage

ROWS_PER_PAGE = 50


class RecipientsPage(CampaignPage):
    """Shows the recipients and replaces them with an uploaded spreadsheet's."""

    step = "recipients"
    template_name = "campaigns/recipients.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        verdict = self.request.GET.get("verdict", "")
        rows = self.campaign.recipients.living().order_by("row_number")
        if verdict in RowVerdict.values:
            rows = rows.filter(verdict=verdict)
        page = Paginator(rows, ROWS_PER_PAGE).get_page(self.request.GET.get("page"))
        kwargs.setdefault("form", SpreadsheetForm())
        return super().get_context_data(
            page=page,
            table=[(row, _list_cells(row, self.campaign.columns)) for row in page],
            verdict=verdict,
            is_rendering=self.campaign.state == CampaignState.RENDERING,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = SpreadsheetForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=400)
        file = form.cleaned_data["spreadsheet"]
        try:
            import_sheet(self.campaign, file, file.name)
        except (SheetError, MoveRefused) as problem:
            form.add_error("spreadsheet", str(problem))
            return self.render_to_response(self.get_context_data(form=form), status=400)
        sentence = _describe_import(self.campaign.recipients.living(), file.name)
        fault = find_script_fault(self.campaign) if self.campaign.script.strip() else None
        if fault is not None:
            sentence = f"{sentence} But the script does not fit: {fault.message}"
            return self.go("recipients", sentence, messages.WARNING)
        return self.go("recipients", sentence)


def _list_cells(row: Recipient, columns: list[str]) -> list[tuple[str, str, str]]:
    """(column, text, what is wrong with it) in the sheet's order."""
    wrong = {problem.column: problem.message for problem in row.found_problems}
    return [(column, row.values.get(column, ""), wrong.get(column, "")) for column in columns]


def _describe_import(recipients: Any, name: str) -> str:
    valid = recipients.filter(verdict=RowVerdict.VALID).count()
    rejected = recipients.filter(verdict=RowVerdict.REJECTED).count()
    sentence = f"Read “{name}”: {valid} {'row' if valid == 1 else 'rows'} will get a video"
    return sentence + (f", {rejected} will not; each says why below." if rejected else ".")
