"""The two file formats, CSV and XLSX, read into numbered records of text: encoding, separator, cell types."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import pandas
from pandas.errors import ParserError

from campaigns.problems import Code

SEPARATORS = ",;\t|"
SNIFFED_RECORDS = 30


class SheetError(Exception):
    """The file is no usable spreadsheet; the message says why and what to do."""


@dataclass(frozen=True)
class Note:
    """What is wrong in one cell; ``cell`` counts from 0."""

    cell: int
    code: Code
    message: str


@dataclass(frozen=True)
class Record:
    """One row as it stands in the file, and what is wrong with some of its cells."""

    number: int
    cells: tuple[str, ...]
    notes: tuple[Note, ...] = ()

    @property
    def is_blank(self) -> bool:
        return not self.notes and not any(cell.strip() for cell in self.cells)


def to_column_letters(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA: what the spreadsheet program shows above a column."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def read_csv(data: bytes, file_name: str) -> list[Record]:
    """Records numbered as a spreadsheet program numbers them: a quoted line break does not count."""
    text = _decode(data, file_name)
    first, _, rest = text.partition("\n")
    separator = first.strip()[4:5] if first.lower().startswith("sep=") else ""
    if separator:
        text = rest
    try:
        return _parse_csv(text, separator or _detect_separator(text))
    except (csv.Error, ParserError) as error:
        raise SheetError(
            f"{file_name} cannot be read as CSV: {error}. Look for a quote "
            "that is never closed, or save it as XLSX."
        ) from error


def _parse_csv(text: str, separator: str) -> list[Record]:
    """Every cell as text; a row shorter than the widest keeps its own length."""
    if not text.strip():
        return []
    width = max(line.count(separator) for line in text.splitlines()) + 1
    frame = pandas.read_csv(
        io.StringIO(text, newline=""), sep=separator, header=None, names=list(range(width)), index_col=False,
        dtype=str, keep_default_na=False, skip_blank_lines=False, engine="python",
    )  # fmt: skip
    rows = frame.itertuples(index=False, name=None)
    return [
        Record(number, tuple(cell for cell in cells if isinstance(cell, str)))
        for number, cells in enumerate(rows, start=1)
    ]


def _decode(data: bytes, file_name: str) -> str:
    """BOMs first, then UTF-8, then UTF-16 by its zero bytes, then the Windows code page of Western Europe."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decode_strictly(data, "utf-16", file_name)
    if data[:200].count(0) > len(data[:200]) // 4:
        return _decode_strictly(data, "utf-16-le" if data[1:2] == b"\0" else "utf-16-be", file_name)
    if 0 in data:
        raise SheetError(
            f"{file_name} is neither CSV nor XLSX. "
            "Open it in a spreadsheet program and save it as one of them."
        )
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _decode_strictly(data: bytes, encoding: str, file_name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SheetError(
            f"{file_name} breaks off or is damaged at byte {error.start}. Save it again as CSV UTF-8."
        ) from error


def _detect_separator(text: str) -> str:
    """The separator that cuts the first records into the same number of cells, the more the better."""

    def rate(separator: str) -> tuple[float, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        widths = [len(cells) for cells, _ in zip(reader, range(SNIFFED_RECORDS), strict=False) if cells]
        usual, count = Counter(widths).most_common(1)[0] if widths else (1, 0)
        return (0.0, 0) if usual < 2 else (count / len(widths), usual)

    return max(SEPARATORS, key=rate)


def read_xlsx(data: bytes, file_name: str) -> list[Record]:
    """The first worksheet with anything on it. Formulas give the value that was stored with them."""
    import openpyxl

    try:
        values = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        formulas = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
        for sheet in values.worksheets:
            sheet.reset_dimensions()
            formulas[sheet.title].reset_dimensions()
            pairs = zip(sheet.iter_rows(), formulas[sheet.title].iter_rows(), strict=True)
            records = [_read_xlsx_row(number, *pair) for number, pair in enumerate(pairs, start=1)]
            if any(not record.is_blank for record in records):
                return records
        return []
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError) as error:
        raise SheetError(
            f"{file_name} is not a whole XLSX file ({error}). "
            "Open it in a spreadsheet program and save it again."
        ) from error


def _read_xlsx_row(number: int, values: Any, formulas: Any) -> Record:
    notes: list[Note] = []
    texts: list[str] = []
    for at, (value, formula) in enumerate(zip(values, formulas, strict=True)):
        if value.data_type == "e":
            message = f"The cell shows the error {value.value}. Correct its formula, then save the file."
            notes.append(Note(at, Code.ERROR_IN_CELL, message))
        elif value.value is None and formula.data_type == "f":
            message = "The formula has no stored value. Open the file in a spreadsheet program and save it."
            notes.append(Note(at, Code.FORMULA_WITHOUT_VALUE, message))
        texts.append(_format_cell(None if value.data_type == "e" else value.value))
    return Record(number, tuple(texts), tuple(notes))


def _format_cell(value: Any) -> str:
    """A cell's value as a person reads it: 3 instead of 3.0, a date without midnight."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
    return str(value)
