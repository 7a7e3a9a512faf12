"""How fast the dashboard is with a hundred thousand people: every page and action, against floor and aim."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from campaigns.benchmark.web_data import BenchWorkspace, fill_workspace, find_workspace, vacuum
from campaigns.benchmark.web_measure import (
    ActionTime,
    WebResult,
    measure_actions,
    measure_approvals,
    measure_keys,
    measure_pages,
)
from campaigns.benchmark.web_report import format_web_table
from campaigns.models import Campaign, Event

OTHERS = (
    "This database holds campaigns that are no benchmark, and a benchmark fills it with made-up people. "
    "Run `make bench-web`, which uses a database of its own."
)


class Command(BaseCommand):
    help = (
        "Fill a workspace with made-up people and time every page and action of the dashboard. "
        "`make bench-web` gives it a database of its own; it refuses one with campaigns of yours."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--recipients", type=int, default=100_000, help="people of the large campaign")
        parser.add_argument("--events", type=int, help="default: ten for each of them")
        parser.add_argument("--repeats", type=int, default=20, help="requests for each page")
        parser.add_argument("--limit", type=float, default=60.0, help="seconds until a page is given up")
        parser.add_argument("--pages-only", action="store_true", help="press no button; keeps the data")
        parser.add_argument("--only", nargs="+", default=[], metavar="PAGE", help="these pages alone")
        parser.add_argument("--anew", action="store_true", help="fill the database again")
        parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything there")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        place, filled_s = self._open_workspace(options)
        pages = measure_pages(place, options["repeats"], options["limit"], self._show, options["only"])
        actions: tuple[ActionTime, ...] = ()
        if not options["pages_only"]:
            pages = (*pages, *measure_keys(place, options["repeats"], options["limit"], self._show))
            approved = measure_approvals(place, options["limit"], self._show)
            actions = (approved, *measure_actions(place, options["limit"], self._show))
        result = WebResult(
            place.campaign.recipients.count(),
            place.campaign.messages.count(),
            Event.objects.filter(message__campaign=place.campaign).count(),
            filled_s,
            pages,
            actions,
        )
        self.stdout.write("\n".join(format_web_table(result)))
        if options["json"]:
            options["json"].write_text(json.dumps(result.to_json(), indent=1) + "\n", encoding="utf-8")

    def _open_workspace(self, options: dict[str, Any]) -> tuple[BenchWorkspace, float | None]:
        people = options["recipients"]
        found = None if options["anew"] else find_workspace(people)
        if found is not None:
            return found, None
        if Campaign.objects.exclude(created_by__username="bench").exists():
            raise CommandError(OTHERS)
        self._show("filling the database")
        began = time.monotonic()
        _empty_database()
        place = fill_workspace(people, 10 * people if options["events"] is None else options["events"])
        filled_s = time.monotonic() - began
        vacuum()
        return place, filled_s

    def _show(self, what: str) -> None:
        self.stderr.write(what)


def _empty_database() -> None:
    """Not by deleting: the history cannot be deleted from."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    call_command("migrate", verbosity=0, interactive=False)
