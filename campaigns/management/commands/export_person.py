"""Everything that is held about one person as an archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns.management.person_options import add_person_options, read_person
from campaigns.privacy.person import HeldPerson, PersonRefused
from campaigns.privacy.person_export import write_person


class Command(BaseCommand):
    help = "Write everything that is held about a person into a ZIP: rows as JSON, and the files."

    def add_arguments(self, parser: CommandParser) -> None:
        add_person_options(parser)
        parser.add_argument("--out", type=Path, required=True, help="the ZIP to write")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["out"]
        if path.exists():
            raise CommandError(f"{path} is there already. Name another file.")
        try:
            person = HeldPerson(read_person(options))
        except PersonRefused as refused:
            raise CommandError(str(refused)) from refused
        path.touch(mode=0o600)
        rows = write_person(person, path)
        if not rows:
            path.unlink()
            raise CommandError("Nothing is held about this person.")
        self.stdout.write(f"{path}: {rows:,} rows.")
