"""A spreadsheet's file read as a person means it: the sheet, the header and the columns found, or asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO

from campaigns.problems import Problem
from campaigns.sheets.choice import Role, SheetChoice
from campaigns.sheets.file_formats import Record
from campaigns.sheets.spreadsheet import Sheet, read_sheet

# called with what is done now, how much of it, and how much there is (0: not known); may raise to stop
Progress = Callable[[str, int, int], None]


class QuestionKind(StrEnum):
    """What a person has to say before the sheet can be used. The part of `SheetChoice` that answers it."""

    SHEET = "sheet"
    HEADER_ROW = "header_row"
    COLUMNS = "columns"
    HIDDEN_ROWS = "hidden_rows"
    ENCODING = "encoding"


@dataclass(frozen=True)
class Question:
    """``options``: what ``SheetChoice`` takes as an answer: names of sheets, row numbers, headers, "yes"
    and "no", names of encodings."""

    kind: QuestionKind
    sentence: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class SheetOption:
    """One worksheet of the file; ``rows`` that are not blank, about."""

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
    must not be applied. ``head``: the first rows as they stand. ``notes`` concern the file, no single row."""

    sheet: Sheet
    choice: SheetChoice
    questions: tuple[Question, ...]
    sheets: tuple[SheetOption, ...]
    head: tuple[Record, ...]
    columns: tuple[ColumnGuess, ...]
    notes: tuple[Problem, ...]


def read_sheet_file(
    source: Path | IO[bytes],
    name: str = "",
    choice: SheetChoice = SheetChoice(),  # noqa: B008 - frozen
    progress: Progress | None = None,
) -> ReadSheet:
    """Read the file at a path, or an open one. Raises SheetError when it is no usable spreadsheet."""
    sheet = read_sheet(source, name)
    option = SheetOption("", len(sheet.rows), False)
    guesses = tuple(
        ColumnGuess(column, None, True, tuple(row.values[column] for row in sheet.rows[:3]))
        for column in sheet.columns
    )
    head = (Record(1, sheet.columns),)
    return ReadSheet(sheet, choice, (), (option,), head, guesses, ())
