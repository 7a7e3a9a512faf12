"""What every reader of a file format gives: sheets, each a stream of numbered records of text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from campaigns.problems import Code

COLUMNS_MAX = 500  # named columns of one sheet
COLUMNS_POSSIBLE = 16_384  # of a spreadsheet program: A to XFD
ROWS_POSSIBLE = 1_048_576
CELL_CHARACTERS_MAX = 32_767  # of one cell in a spreadsheet program


class SheetError(Exception):
    """The file is no usable spreadsheet; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Note:
    """What is wrong in one cell; ``cell`` counts from 0."""

    cell: int
    code: Code
    message: str


@dataclass(frozen=True, slots=True)
class Record:
    """One row as it stands in the file, and what is wrong with some of its cells.

    ``hidden``: the spreadsheet program does not show it, as where a filter is on. ``shifting``: a cell that
    is one too many moves the others, as a comma without quotes does. ``width``: cells of the row in the file,
    where it has more than were asked for, else 0.
    """

    number: int
    cells: tuple[str, ...]
    notes: tuple[Note, ...] = ()
    hidden: bool = False
    shifting: bool = False
    width: int = 0

    @property
    def is_blank(self) -> bool:
        return not self.notes and not self.width and not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Merged:
    """One cell over several rows of the same column; rows as the program counts, columns from 0."""

    first_row: int
    last_row: int
    column: int


@dataclass
class SheetFacts:
    """What a reader notices on its way through one sheet, complete when its records are all read."""

    hidden_columns: set[int] = field(default_factory=set)
    merged: list[Merged] = field(default_factory=list)
    far_cells: dict[int, int] = field(default_factory=dict)  # column past the asked width → filled cells


# Yields the records of a sheet, blank ones maybe left out, their cells cut to the given width.
ReadRecords = Callable[[int, SheetFacts], Iterator[Record]]


@dataclass(frozen=True)
class SheetSource:
    """One sheet of a file, which is read when it is wanted."""

    name: str
    read: ReadRecords
    hidden: bool = False
    active: bool = False


@dataclass(frozen=True)
class Workbook:
    """``doubt``: what the letters could also be, where the encoding of a text file is not sure."""

    sheets: tuple[SheetSource, ...]
    doubt: EncodingDoubt | None = None
    encoding: str = ""
    separator: str = ""  # of a text file
    kind: str = ""  # what the file is where its name says something else


@dataclass(frozen=True)
class EncodingDoubt:
    """Encodings that all read the file as something; ``readings``: name of the encoding → the text."""

    row: int
    column: int
    readings: tuple[tuple[str, str], ...]


def to_column_letters(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA: what the spreadsheet program shows above a column."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cut(cells: list[str], width: int, facts: SheetFacts) -> list[str]:
    """The cells up to ``width``; filled ones to the right are counted in the facts."""
    for at in range(width, len(cells)):
        if cells[at].strip():
            facts.far_cells[at] = facts.far_cells.get(at, 0) + 1
    return cells[:width]
