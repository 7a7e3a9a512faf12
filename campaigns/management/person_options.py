"""How commands are told whom they are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from campaigns.models import Workspace
from campaigns.privacy.person import PersonQuery, PersonRefused


def add_person_options(parser: CommandParser) -> None:
    """An address, or a name; in one workspace, or in all."""
    parser.add_argument("address", nargs="?", default="", help="the person's address")
    parser.add_argument("--name", default="", help="the name, where the rows have no address")
    parser.add_argument("--workspace", default="", help="the name of a workspace; without it all of them")


def read_person(options: Mapping[str, Any]) -> PersonQuery:
    """Raises PersonRefused."""
    found = Workspace.objects.all()
    if options["workspace"]:
        found = found.filter(name=options["workspace"])
        if not found.exists():
            raise PersonRefused(f"There is no workspace called “{options['workspace']}”.")
    return PersonQuery.build(options["address"], options["name"], list(found.values_list("pk", flat=True)))
