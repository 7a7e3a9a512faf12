"""How a spreadsheet is to be read, as a person chose or confirmed it: a plain value that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What a column holds, whatever it is called. Campaigns store it, so a role is never renamed."""

    EMAIL = "email"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    LANGUAGE = "language"
    PRONOUNCE_AS = "pronounce_as"


class Duplicates(StrEnum):
    """What becomes of rows with the same key."""

    TELL = "tell"  # the later ones are rejected, each naming the first
    FIRST = "first"  # the first one counts, the others are left out
    LAST = "last"  # the last one counts, the others are left out


@dataclass(frozen=True)
class SheetChoice:
    """``None`` and missing keys: found by the platform, or asked where it is not sure."""

    sheet: str | None = None  # a worksheet's name
    header_row: int | None = None  # as the spreadsheet program counts; 0: there is none
    columns: Mapping[Role, str] = field(default_factory=dict)  # role → header; "" says that no column has it
    with_hidden: bool | None = None  # hidden and filtered rows get a video, too
    duplicates: Duplicates = Duplicates.TELL
    encoding: str | None = None  # of a text file: a codec such as cp1250, or what a question called it
    separator: str | None = None  # of a text file: one sign or a few, between cells

    def to_json(self) -> dict[str, Any]:
        return {
            "sheet": self.sheet,
            "header_row": self.header_row,
            "columns": {str(role): header for role, header in self.columns.items()},
            "with_hidden": self.with_hidden,
            "duplicates": str(self.duplicates),
            "encoding": self.encoding,
            "separator": self.separator,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> SheetChoice:
        """What ``to_json`` gave. Roles that this version does not know are left out."""
        known = set(Role)
        return cls(
            sheet=stored.get("sheet"),
            header_row=stored.get("header_row"),
            columns={Role(role): to for role, to in stored.get("columns", {}).items() if role in known},
            with_hidden=stored.get("with_hidden"),
            duplicates=Duplicates(stored.get("duplicates") or Duplicates.TELL),
            encoding=stored.get("encoding"),
            separator=stored.get("separator"),
        )
