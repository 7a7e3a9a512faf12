"""What reading a spreadsheet gives, as plain values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from campaigns.problems import Problem
from campaigns.sheets.choice import Role, SheetChoice
from campaigns.sheets.records import Record

# called with what is done now, how much of it, and how much there is (0: not known); may raise to stop
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Row:
    """``number`` as the spreadsheet program shows it: the header is row 1. ``values``: column → text."""

    number: int
    values: dict[str, str] = field(hash=False)


@dataclass(frozen=True)
class Sheet:
    """Columns in the file's order, rows that are not blank, and what was wrong with some of them."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]

    def get_problems(self, row: int) -> list[Problem]:
        return list(self._by_row.get(row, ()))

    @cached_property
    def _by_row(self) -> dict[int | None, list[Problem]]:
        found: dict[int | None, list[Problem]] = {}
        for problem in self.problems:
            found.setdefault(problem.row, []).append(problem)
        return found


class QuestionKind(StrEnum):
    """What a person has to say before the sheet can be used: the part of `SheetChoice` that answers it."""

    SHEET = "sheet"
    HEADER_ROW = "header_row"
    COLUMNS = "columns"
    HIDDEN_ROWS = "hidden_rows"
    ENCODING = "encoding"


@dataclass(frozen=True)
class Question:
    """``options``: what `SheetChoice` takes as an answer: names of sheets, row numbers ("0": no headers),
    headers of the column with addresses, "yes" and "no" to hidden rows, encodings."""

    kind: QuestionKind
    sentence: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class SheetOption:
    """One worksheet of the file; ``rows``: those with something in them, about."""

    name: str
    rows: int
    hidden: bool


@dataclass(frozen=True)
class ColumnGuess:
    """What a column seems to hold; ``role`` None: nothing that the platform treats apart."""

    header: str
    role: Role | None
    sure: bool
    samples: tuple[str, ...]


@dataclass(frozen=True)
class ReadSheet:
    """``choice`` is the given one, completed by what was found. While there are ``questions`` the sheet
    must not be applied. ``head``: the first rows as they stand. ``notes`` reject no row."""

    sheet: Sheet
    choice: SheetChoice
    questions: tuple[Question, ...]
    sheets: tuple[SheetOption, ...]
    head: tuple[Record, ...]
    columns: tuple[ColumnGuess, ...]
    notes: tuple[Problem, ...]
