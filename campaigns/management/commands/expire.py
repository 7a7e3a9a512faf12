"""Delete what is older than it is kept, as the clock does once a day, or only say what that would be."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from campaigns.privacy.orphans import find_orphans, sweep_orphans
from campaigns.privacy.retention import expire


class Command(BaseCommand):
    help = "Delete what is kept longer than its period, and stored files that belong to nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *args: Any, **options: Any) -> None:
        dry_run: bool = options["dry_run"]
        for one in expire(dry_run=dry_run):
            where = one.workspace or "this machine"
            self.stdout.write(f"{where:<24} {one.kept:<12} older than {one.days:>5} days {one.count:>10,}")
        orphans = len(find_orphans()) if dry_run else sweep_orphans()
        self.stdout.write(f"{'files that belong to nothing':<55} {orphans:>10,}")
        self.stdout.write("Nothing was deleted." if dry_run else "Deleted.")
