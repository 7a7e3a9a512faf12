"""Old Excel files (XLS), read by xlrd, values as the program shows them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from typing import Any

from campaigns.sheets.number_formats import show_number, show_text
from campaigns.sheets.records import Merged, Record, SheetError, SheetFacts, SheetSource, Workbook, cut

_PASSWORD = ("EncryptedPackage".encode("utf-16-le"), "StrongEncryption".encode("utf-16-le"))


def open_xls(data: bytes, file_name: str) -> Workbook:
    """The sheets of the workbook. Raises SheetError, also for other files in the same old container."""
    import xlrd

    if any(sign in data for sign in _PASSWORD):
        raise SheetError(f"{file_name} has a password. Save it without one.")
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
    except MemoryError:
        raise
    except Exception as error:  # xlrd raises whatever a damaged file makes it stumble over
        raise SheetError(_describe_old(file_name)) from error
    sheets = [
        SheetSource(
            sheet.name, partial(_read, book, sheet), bool(sheet.visibility), bool(sheet.sheet_visible)
        )
        for sheet in book.sheets()
    ]
    return Workbook(tuple(sheets))


def _describe_old(file_name: str) -> str:
    return (
        f"{file_name} is an old Excel file with a password or with damage, or another old Office document. "
        "Open it in a spreadsheet program and save it as XLSX or CSV without a password."
    )


def _read(book: Any, sheet: Any, width: int, facts: SheetFacts) -> Iterator[Record]:
    facts.hidden_columns = {at for at, info in sheet.colinfo_map.items() if info.hidden}
    facts.merged = [
        Merged(top + 1, bottom, left) for top, bottom, left, _right in sheet.merged_cells if bottom - top > 1
    ]
    for at in range(sheet.nrows):
        cells = [_show(book, cell) for cell in sheet.row(at)]
        info = sheet.rowinfo_map.get(at)
        yield Record(at + 1, tuple(cut(cells, width, facts)), hidden=bool(info and info.hidden))


def _show(book: Any, cell: Any) -> str:
    import xlrd

    match cell.ctype:
        case xlrd.XL_CELL_TEXT:
            return show_text(str(cell.value), _find_format(book, cell))
        case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
            return show_number(float(cell.value), _find_format(book, cell), bool(book.datemode))
        case xlrd.XL_CELL_BOOLEAN:
            return "TRUE" if cell.value else "FALSE"
        case xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    return ""


def _find_format(book: Any, cell: Any) -> str:
    try:
        return str(book.format_map[book.xf_list[cell.xf_index].format_key].format_str)
    except (KeyError, IndexError, TypeError):
        return "General"
