"""A CSV or XLSX file as rows of text; every problem names file, row and column."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from campaigns.problems import Code, Problem, Source
from campaigns.sheets.file_formats import Record, SheetError, read_csv, read_xlsx, to_column_letters

ROWS_MAX = 50_000
BYTES_MAX = 200 * 2**20
ZIP_MAGIC = b"PK\x03\x04"
OLD_EXCEL_MAGIC = b"\xd0\xcf\x11\xe0"

__all__ = ["Row", "Sheet", "SheetError", "read_sheet"]


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
        return [problem for problem in self.problems if problem.row == row]


def read_sheet(source: Path | IO[bytes], name: str = "") -> Sheet:
    """Read the file at a path, or an open one. Raises SheetError when it is no usable spreadsheet."""
    file_name = name or getattr(source, "name", "") or str(source)
    file_name = Path(file_name).name
    records = _read_records(_read_bytes(source, file_name), file_name)
    header = next((record for record in records if not record.is_blank), None)
    if header is None:
        raise SheetError(
            f"{file_name} is empty. Write column names into its first row and one person into each row below."
        )
    columns = _read_columns(header, file_name)
    below = [record for record in records if record.number > header.number and not record.is_blank]
    if not below:
        raise SheetError(f"{file_name} has column names but no rows below them. Add one row per person.")
    if len(below) > ROWS_MAX:
        raise SheetError(
            f"{file_name} has {len(below):,} rows; one campaign takes up to {ROWS_MAX:,}. Split the file."
        )
    rows = tuple(Row(record.number, _read_values(columns, record)) for record in below)
    problems = tuple(problem for record in below for problem in _find_problems(columns, record))
    return Sheet(tuple(columns), rows, problems)


def _read_bytes(source: Path | IO[bytes], file_name: str) -> bytes:
    if not isinstance(source, Path):
        source.seek(0)
        return source.read()
    try:
        if source.stat().st_size > BYTES_MAX:
            raise SheetError(
                f"{file_name} is larger than {BYTES_MAX >> 20} MB. "
                "Remove pictures and columns you do not use."
            )
        return source.read_bytes()
    except OSError as error:
        raise SheetError(
            f"{source} cannot be read: {error.strerror}. Check the path and the permissions."
        ) from error


def _read_records(data: bytes, file_name: str) -> list[Record]:
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise SheetError(
            f"{file_name} is empty. Write column names into its first row and one person into each row below."
        )
    if data.startswith(OLD_EXCEL_MAGIC):
        raise SheetError(
            f"{file_name} is an old Excel file or has a password. Save it as XLSX or CSV without a password."
        )
    return read_xlsx(data, file_name) if data.startswith(ZIP_MAGIC) else read_csv(data, file_name)


def _read_columns(header: Record, file_name: str) -> list[str]:
    """Header texts without stray spaces. A column without a name is called by its letter."""
    cells = [" ".join(cell.split()) for cell in header.cells]
    while cells and not cells[-1]:
        cells.pop()
    named = [cell or f"Column {to_column_letters(at)}" for at, cell in enumerate(cells)]
    folded = Counter(name.casefold() for name in named)
    for name in named:
        if folded[name.casefold()] > 1:
            where = [
                to_column_letters(at) for at, other in enumerate(named) if other.casefold() == name.casefold()
            ]
            raise SheetError(
                f"{file_name}, row {header.number}: the columns {' and '.join(where)} "
                f"are both called “{name}”. Rename or remove one of them."
            )
    return named


def _read_values(columns: list[str], record: Record) -> dict[str, str]:
    cells = [*record.cells[: len(columns)], *[""] * (len(columns) - len(record.cells))]
    return {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}


def _find_problems(columns: list[str], record: Record) -> list[Problem]:
    found = [
        Problem(
            note.code,
            Source.SPREADSHEET,
            note.message,
            record.number,
            columns[note.cell] if note.cell < len(columns) else to_column_letters(note.cell),
        )
        for note in record.notes
    ]
    if any(cell.strip() for cell in record.cells[len(columns) :]):
        found.append(
            Problem(
                Code.TOO_MANY_CELLS,
                Source.SPREADSHEET,
                f"The row has {len(record.cells)} cells, the header only {len(columns)}. "
                "Put quotes around a text that holds the separator, or name the extra column.",
                record.number,
            )
        )
    return found
