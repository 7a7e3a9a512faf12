"""The history of a campaign, and of a workspace: paged, filtered, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from campaigns.exports.cells import make_safe
from campaigns.history import Verb, describe
from campaigns.models import HistoryEntry
from campaigns.views.page import CampaignPage, step_url

ENTRIES_PER_PAGE = 50
CSV_COLUMNS = ("when", "who", "what", "about", "campaign", "details")


class CampaignHistoryPage(CampaignPage):
    """Who did what in this campaign, the newest first."""

    step = "history"
    template_name = "campaigns/history.html"
    http_method_names = ["get"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        entries = self.campaign.history.all()
        if request.GET.get("format") == "csv":
            return respond_with_csv(filter_entries(entries, request), f"history-{self.campaign.pk}")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = build_history(self.campaign.history.all(), self.request)
        return super().get_context_data(
            **shown, back_url=step_url(self.campaign, "home"), shows_rights=True, **kwargs
        )


def build_history(entries: QuerySet[HistoryEntry], request: HttpRequest) -> dict[str, Any]:
    """A page of entries in words, the choices of both filters, and the address of the CSV."""
    wanted = {name: request.GET.get(name, "") for name in ("person", "verb")}
    page = Paginator(filter_entries(entries, request), ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
    people = entries.order_by("actor_name").values_list("actor_name", flat=True).distinct()
    verbs = entries.order_by("verb").values_list("verb", flat=True).distinct()
    return {
        "page": page,
        "lines": [(entry, describe(entry)) for entry in page],
        "people": [name for name in people if name],
        "verbs": list(verbs),
        "person": wanted["person"],
        "verb": wanted["verb"],
        "pages_query": urlencode({name: value for name, value in wanted.items() if value}),
        "csv_query": urlencode({**wanted, "format": "csv"}),
    }


def filter_entries(entries: QuerySet[HistoryEntry], request: HttpRequest) -> QuerySet[HistoryEntry]:
    """Those of one person or with one verb, where the address asks for that."""
    person, verb = request.GET.get("person", ""), request.GET.get("verb", "")
    if person:
        entries = entries.filter(actor_name=person)
    return entries.filter(verb=verb) if verb in set(Verb) else entries


def respond_with_csv(entries: QuerySet[HistoryEntry], name: str) -> HttpResponse | StreamingHttpResponse:
    """All entries as a file, some at a time."""
    answer = StreamingHttpResponse(_write_rows(entries), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def _write_rows(entries: QuerySet[HistoryEntry]) -> Iterator[str]:
    yield "\ufeff" + _write_row(CSV_COLUMNS)
    for entry in entries.iterator(chunk_size=1000):
        details = "; ".join(f"{key}: {value}" for key, value in entry.details.items())
        at = timezone.localtime(entry.at).isoformat(timespec="seconds")
        campaign = str(entry.campaign_id or "")
        yield _write_row((at, entry.actor_name or "Byname", entry.verb, entry.about, campaign, details))


def _write_row(cells: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([make_safe(cell) for cell in cells])
    return line.getvalue()
