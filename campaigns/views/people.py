"""Step 1: the people, whoever needs attention first; each is edited, added, removed and taken back here."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404

from campaigns.models import Recipient
from campaigns.recipients import people
from campaigns.recipients.import_drafts import find_draft
from campaigns.recipients.people_list import (
    MATCHES_MAX,
    Shown,
    count_people,
    find_matches,
    find_people,
    list_sent,
)
from campaigns.states import CampaignState, MoveRefused
from campaigns.views.numbers import read_key
from campaigns.views.page import CampaignPage, step_url

ROWS_PER_PAGE = 50
CELL_CHARACTERS_MAX = 10_000
CHANGED_MEANWHILE = "Somebody changed this cell meanwhile; it is shown as it is now. Edit it again."


class RecipientsPage(CampaignPage):
    """Lists the people, and takes a new one."""

    step = "recipients"
    template_name = "campaigns/recipients.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        counted = count_people(self.campaign)
        words = self.request.GET.get("q", "").strip()[:200]
        asked = self.request.GET.get("show", "")
        shown = Shown(asked) if asked in set(Shown) else Shown.ALL if words else counted.first
        page_shown, rows = self._list_page(shown, words)
        sent = list_sent(rows)
        query = urlencode({"show": shown, "q": words})
        return super().get_context_data(
            page=page_shown,
            rows=[describe_person(row, self.campaign.columns, row.pk in sent) for row in rows],
            shown=shown,
            people=counted,
            tabs=[(one, _TAB_LABELS[one], getattr(counted, one)) for one in Shown],
            words=words,
            has_more=bool(words) and page_shown.paginator.count >= MATCHES_MAX,
            pages_query=query,
            draft=find_draft(self.campaign),
            person_url=f"{step_url(self.campaign, 'people')}",
            is_rendering=self.campaign.state == CampaignState.RENDERING,
            **{"fields": [(column, "") for column in self.campaign.columns], **kwargs},
        )

    def _list_page(self, shown: Shown, words: str) -> tuple[Page[Any], list[Recipient]]:
        number = self.request.GET.get("page")
        if not words:
            page = Paginator(find_people(self.campaign, shown), ROWS_PER_PAGE).get_page(number)
            return page, list(page)
        keys = Paginator(find_matches(self.campaign, shown, words), ROWS_PER_PAGE).get_page(number)
        people_there = self.campaign.recipients.filter(pk__in=list(keys))
        return keys, list(people_there.order_by("row_number", "pk"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        columns = self.campaign.columns
        cells = {
            column: request.POST.get(f"cell-{at}", "").strip()[:CELL_CHARACTERS_MAX]
            for at, column in enumerate(columns)
        }
        try:
            if not any(cells.values()):
                raise MoveRefused("Write at least one cell of the person.")
            person = people.add_person(self.campaign, cells, self.person)
        except (MoveRefused, people.PersonRefused) as refused:
            context = self.get_context_data(fields=list(cells.items()), add_error=str(refused))
            return self.render_to_response(context, status=400)
        added = Recipient.objects.get(pk=person.pk)
        if added.found_problems:
            sentence = f"Added {added}, who needs attention: {added.found_problems[0].message}"
            return self.go("recipients", sentence, messages.WARNING)
        return self.go("recipients", f"Added {added}.")


class PersonView(CampaignPage):
    """One person: a cell edited, removed, taken back. Answers with the person as they are then, as JSON."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = self.campaign.recipients.all()
        person = get_object_or_404(found, pk=read_key(request.POST.get("person")))
        try:
            refusal = self._act(request.POST.get("action", ""), person)
        except (MoveRefused, people.PersonRefused) as refused:
            refusal = str(refused)
        person = get_object_or_404(found, pk=person.pk)
        counted = count_people(self.campaign)
        answer = {
            "person": describe_person(person, self.campaign.columns, bool(list_sent([person]))),
            "counts": {str(one): getattr(counted, one) for one in Shown},
            "refused": refusal,
        }
        return JsonResponse(answer, status=409 if refusal else 200)

    def _act(self, action: str, person: Recipient) -> str:
        match action:
            case "edit":
                return self._edit(person)
            case "remove":
                people.remove_person(self.campaign, person, self.person)
                return ""
            case "restore":
                people.restore_person(self.campaign, person, self.person)
                return ""
        raise MoveRefused("That button is not known here. Reload the page and try again.")

    def _edit(self, person: Recipient) -> str:
        column, text = self.request.POST.get("column", ""), self.request.POST.get("text", "").strip()
        if column not in self.campaign.columns:
            raise MoveRefused(f"There is no column “{column}” any more. Reload the page.")
        if len(text) > CELL_CHARACTERS_MAX:
            raise MoveRefused(f"A cell takes up to {CELL_CHARACTERS_MAX:,} characters. Shorten it.")
        now = person.values.get(column, "")
        if now != self.request.POST.get("was", now):
            return CHANGED_MEANWHILE
        if text != now:
            people.edit_cells(self.campaign, person, {column: text}, self.person)
        return ""


_TAB_LABELS = {
    Shown.ATTENTION: "need attention",
    Shown.ALL: "all",
    Shown.VALID: "valid",
    Shown.SENT: "sent",
    Shown.REMOVED: "removed",
}


def describe_person(person: Recipient, columns: list[str], sent: bool) -> dict[str, Any]:
    """A row of the list, for the template and the page's script alike."""
    problems = person.found_problems
    wrong = {problem.column: problem.message for problem in reversed(problems)}
    return {
        "pk": person.pk,
        "row": person.row_number,
        "name": str(person),
        "verdict": person.verdict,
        "label": person.get_verdict_display(),
        "sent": sent,
        "removed": person.removed_at is not None,
        "problems": [problem.message for problem in problems if problem.column not in columns],
        "cells": [
            {"column": column, "text": person.values.get(column, ""), "wrong": wrong.get(column, "")}
            for column in columns
        ],
    }
