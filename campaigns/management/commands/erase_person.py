"""Erase one person from the installation, or only say what is held."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from campaigns.delivery import erased_addresses
from campaigns.delivery.mailbox import mailbox_folder
from campaigns.management.person_options import add_person_options, read_person
from campaigns.privacy.erasure import count_holding, erase, require_quiet
from campaigns.privacy.person import HeldPerson, PersonQuery, PersonRefused
from campaigns.privacy.traces import search_files, search_tables


class Command(BaseCommand):
    help = (
        "Erase everything that is held about a person: rows, videos, mails, parts of the cache. Without "
        "--yes it only says what that is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_person_options(parser)
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--yes", action="store_true", help="erase, for good")
        what.add_argument(
            "--search", action="store_true", help="search every table and file for the address or name"
        )
        what.add_argument(
            "--allow-again", action="store_true", help="an erased address may be written to again"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            query = read_person(options)
            self._act(query, options)
        except PersonRefused as refused:
            raise CommandError(str(refused)) from refused

    def _act(self, query: PersonQuery, options: dict[str, Any]) -> None:
        if options["search"]:
            self._search(query)
        elif options["allow_again"]:
            found = erased_addresses.forget(query.address, query.workspaces) if query.address else 0
            self.stdout.write(f"Allowed again in {found} workspace{'' if found == 1 else 's'}.")
        else:
            self._erase(query, confirmed=options["yes"])

    def _erase(self, query: PersonQuery, *, confirmed: bool) -> None:
        person = HeldPerson(query)
        if confirmed:
            require_quiet(person)
        told = erase(query, None) if confirmed else count_holding(person)
        for name, count in asdict(told).items():
            self.stdout.write(f"{name.replace('_', ' '):<20} {count:>8,}")
        self.stdout.write(
            "Erased." if confirmed else "Nothing was changed. Add --yes to erase this for good."
        )

    def _search(self, query: PersonQuery) -> None:
        terms = [query.address or query.name]
        folders = [settings.MEDIA_ROOT, settings.RENDER_CACHE_DIR, mailbox_folder()]
        traces = [*search_tables(terms), *search_files(folders, terms)]
        for trace in traces:
            self.stdout.write(f"{trace.where}: {trace.rows}")
        self.stdout.write(f"{len(traces)} places.")
