"""Options of a command that say how a spreadsheet is to be read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandError, CommandParser

from campaigns.batch.sheet_questions import name_answer
from campaigns.sheets.choice import Duplicates, Role, SheetChoice
from campaigns.sheets.csv_text import SEPARATOR_CHARACTERS_MAX

__all__ = ["add_sheet_options", "name_answer", "read_sheet_options"]


def add_sheet_options(parser: CommandParser) -> None:
    roles = ", ".join(Role)
    parser.add_argument("--sheet", help="the worksheet with the people")
    parser.add_argument("--header-row", type=int, help="the row with the column names; 0: there is none")
    parser.add_argument(
        "--columns", action="append", default=[], metavar="ROLE=HEADER",
        help=f"which column holds what, repeatable or with commas; roles: {roles}",
    )  # fmt: skip
    parser.add_argument(
        "--duplicates", choices=[str(one) for one in Duplicates], default=str(Duplicates.TELL),
        help="rows with the same address: tell rejects the later ones, first and last keep one of them",
    )  # fmt: skip
    parser.add_argument("--hidden-rows", choices=["yes", "no"], help="whether hidden rows get a video, too")
    parser.add_argument("--separator", help="what stands between the cells of a text file, such as ; or tab")
    parser.add_argument("--encoding", help="how a text file stores its letters, such as utf-8 or cp1250")


def read_sheet_options(options: dict[str, Any]) -> SheetChoice:
    """The choice that the options make. Raises CommandError."""
    hidden = options["hidden_rows"]
    return SheetChoice(
        sheet=options["sheet"],
        header_row=options["header_row"],
        columns=read_columns(options["columns"]),
        with_hidden=None if hidden is None else hidden == "yes",
        duplicates=Duplicates(options["duplicates"]),
        encoding=options["encoding"],
        separator=read_separator(options["separator"]),
    )


def read_separator(given: str | None) -> str | None:
    """What separates the cells. Raises CommandError."""
    named = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
    separator = named.get((given or "").casefold(), given)
    if separator and (len(separator) > SEPARATOR_CHARACTERS_MAX or set(separator) & set('"\r\n')):
        raise CommandError(f"--separator {given}: write one to three signs, such as ; or tab.")
    return separator or None


def read_columns(given: Iterable[str]) -> dict[Role, str]:
    """``email=Work Email,first_name=Name`` by role. A comma that no role follows belongs to the header."""
    pairs: list[str] = []
    for text in given:
        for part in text.split(","):
            if part.partition("=")[0].strip() in set(Role) or not pairs:
                pairs.append(part)
            else:
                pairs[-1] += f",{part}"
    found = {}
    for pair in pairs:
        role, sign, header = pair.partition("=")
        if not sign or role.strip() not in set(Role):
            raise CommandError(f'--columns {pair}: write a role and a header, such as email="Work Email".')
        found[Role(role.strip())] = header.strip()
    return found
