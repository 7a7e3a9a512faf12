"""What the script page asks while a person types: whom the text leaves out, hard rows, cost, drafts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.timezone import localtime

from campaigns.models import Campaign
from campaigns.recipients.hard_rows import Hardness, list_hard_rows
from campaigns.recipients.left_out import LeftOut, find_left_out
from campaigns.runs.script_cost import estimate_script
from campaigns.scripts.versions import drop_draft, keep_draft
from campaigns.views.numbers import NUMBER_MAX, read_key
from campaigns.views.page import CampaignPage
from campaigns.views.run import format_amount

HARD_ROWS_EACH = 3
SAMPLE_VALUES = 3
ROWS_LOOKED_AT = 40  # for sample values


class RowsView(CampaignPage):
    """Whom the script in the editor leaves without a video, and what a run of it would cost, as JSON."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        script = request.POST.get("script", "")
        cost = estimate_script(self.campaign, script) if script.strip() else None
        return JsonResponse(
            left_out_to_json(find_left_out(self.campaign, script))
            | {"cost": "" if cost is None else _describe_cost(cost.videos, cost.work_s, cost.price)}
        )


class HardRowsView(CampaignPage):
    """The hardest rows of one kind for the script in the editor, as JSON."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            kind = Hardness(request.POST.get("kind", ""))
        except ValueError:
            return JsonResponse({"problem": "This button is not known here. Reload the page."}, status=400)
        found = list_hard_rows(self.campaign, kind, HARD_ROWS_EACH, request.POST.get("script", ""))
        rows = [
            {"pk": row.pk, "label": f"{row} · row {row.row_number}", "reason": reason}
            for row, reason in found
        ]
        return JsonResponse({"rows": rows})


class DraftView(CampaignPage):
    """Keeps what a person typed and did not save; thrown away on demand."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "drop" in request.POST:
            drop_draft(self.campaign, self.person)
            return self.go("script", "Thrown away. The saved script is in the editor.", messages.INFO)
        number = min(read_key(request.POST.get("based_on")), NUMBER_MAX)
        draft = keep_draft(self.campaign, self.person, request.POST.get("script", ""), number)
        return JsonResponse({"kept": f"{localtime(draft.saved_at):%H:%M}" if draft else ""})


def left_out_to_json(out: LeftOut) -> dict[str, Any]:
    return {
        "sentence": out.describe(),
        "left": out.left,
        "rows": [
            {"pk": row.pk, "label": f"{row.name} · row {row.row_number}", "row": row.row_number,
             "name": row.name, "reason": row.reason, "column": row.column}
            for row in out.examples
        ],
    }  # fmt: skip


def find_sample_values(campaign: Campaign) -> dict[str, list[str]]:
    """Up to three different values of each column, from its first rows."""
    rows = campaign.recipients.filter(removed_at=None).order_by("row_number")
    found: dict[str, list[str]] = {column: [] for column in campaign.columns}
    for values in rows.values_list("values", flat=True)[:ROWS_LOOKED_AT]:
        for column, samples in found.items():
            value = str(values.get(column, "")).strip()[:80]
            if value and value not in samples and len(samples) < SAMPLE_VALUES:
                samples.append(value)
    return found


def _describe_cost(videos: int, work_s: float, price: str) -> str:
    noun = f"{videos:,} video{'' if videos == 1 else 's'}"
    return f"About {format_amount(work_s)} of work for {noun}" + (f", {price}" if price else "")
