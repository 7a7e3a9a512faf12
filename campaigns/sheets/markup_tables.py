"""Tables in markup that programs call .xls: HTML, and the XML that Excel wrote in 2003.

Values are shown as Excel shows them, by the number formats of the cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from xml.parsers import expat

from campaigns.sheets.markup_formats import StyleSheet, read_day_number, show_by_format
from campaigns.sheets.number_formats import show_general
from campaigns.sheets.packages import XmlReader, get
from campaigns.sheets.records import (
    CELL_CHARACTERS_MAX,
    ROWS_POSSIBLE,
    Merged,
    Record,
    SheetError,
    SheetFacts,
    SheetSource,
    Workbook,
    cut,
)
from campaigns.sheets.text_encoding import decode

_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_SPAN_MAX = 1000

_Table = tuple[str, bool, list[Record], SheetFacts]  # name, hidden, its records and facts


def open_html(data: bytes, file_name: str) -> Workbook:
    """Each table with cells as a sheet."""
    named = _CHARSET.search(data[:4000])
    try:
        text = decode(data, file_name, named[1].decode() if named else None).text
    except SheetError:  # the page names an encoding that there is not
        text = decode(data, file_name).text
    parser = _HtmlTables()
    parser.feed(text)
    parser.close()
    return _to_workbook(parser.finish(), "a web page")


def open_xml_spreadsheet(data: bytes, file_name: str) -> Workbook:
    reader = _XmlTables()
    try:
        reader.xml.feed(data.lstrip())
        reader.xml.close()
    except expat.ExpatError as error:
        raise SheetError(
            f"{file_name} is an XML spreadsheet that breaks off or is damaged. "
            "Open it in a spreadsheet program and save it as XLSX."
        ) from error
    return _to_workbook(reader.tables, "an XML spreadsheet of Excel 2003")


def _to_workbook(tables: list[_Table], kind: str) -> Workbook:
    sheets = (SheetSource(name, partial(_read, t, f), hidden) for name, hidden, t, f in tables)
    return Workbook(tuple(sheets), kind=kind)


def _read(records: list[Record], found: SheetFacts, width: int, facts: SheetFacts) -> Iterator[Record]:
    facts.merged, facts.hidden_columns = list(found.merged), set(found.hidden_columns)
    for record in records:
        cells = cut(list(record.cells), width, facts)
        yield Record(record.number, tuple(cells), hidden=record.hidden)


class _HtmlTables(HTMLParser):
    """Rows of the tables; a cell over several columns leaves those to its right empty."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._tables: list[tuple[list[Record], SheetFacts]] = []
        self._open: list[int] = []  # tables that are open, innermost last
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._span = 1
        self._skipped = 0
        self._styles, self._css = StyleSheet(), list[str]()
        self._row_format = self._format = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "table":
            self._end_row()
            self._tables.append(([], SheetFacts()))
            self._open.append(len(self._tables) - 1)
        elif tag == "tr" and self._open:
            self._end_row()
            self._row = []
            self._row_format = self._styles.find(tag, given) or ""
        elif tag in ("td", "th") and self._open:
            self._end_cell()
            self._start_cell(given)
            found = self._styles.find(tag, given)
            self._format = "@" if "x:str" in given else self._row_format if found is None else found
        elif tag in ("script", "style"):
            self._skipped += 1
        elif tag in ("br", "p", "div") and self._cell:
            self._cell.append("\n")

    def _start_cell(self, given: dict[str, str]) -> None:
        self._row = [] if self._row is None else self._row
        self._cell, self._span = [], _to_span(given.get("colspan", ""))
        rows = _to_span(given.get("rowspan", ""))
        records, facts = self._tables[self._open[-1]]
        first = len(records) + 1
        while any(
            m.column == len(self._row) and m.first_row < first <= m.last_row for m in facts.merged[-50:]
        ):
            self._row.append("")
        if rows > 1:
            facts.merged.append(Merged(first, first + rows - 1, len(self._row)))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table" and self._open:
            self._end_row()
            self._open.pop()
        elif tag in ("script", "style"):
            self._skipped = max(0, self._skipped - 1)
            self._styles.add("".join(self._css))
            self._css.clear()

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._skipped:
            self._cell.append(data)
        elif self._skipped:
            self._css.append(data)

    def finish(self) -> list[_Table]:
        self._end_row()
        tables = [(records, facts) for records, facts in self._tables if any(r.cells for r in records)]
        return [(f"Table {at}", False, *table) for at, table in enumerate(tables, 1)]

    def _end_cell(self) -> None:
        if self._cell is None or self._row is None:
            return
        lines = ("".join(self._cell)).split("\n")
        text = "\n".join(" ".join(line.split()) for line in lines if line.strip())
        text = show_by_format(text, self._format) if self._format else text
        self._row.extend([text[: CELL_CHARACTERS_MAX + 1], *[""] * (self._span - 1)])
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None and self._open:
            records = self._tables[self._open[-1]][0]
            records.append(Record(len(records) + 1, tuple(self._row)))
        self._row = None


class _XmlTables:
    """Worksheets of XML Spreadsheet 2003."""

    def __init__(self) -> None:
        self.xml = XmlReader().on(self._start, self._end, self._text)
        self.tables: list[_Table] = []
        self._cells: list[str] = []
        self._data: list[str] | None = None
        self._number = 0
        self._hidden = False
        self._columns = self._across = 0
        self._type = ""
        self._formats: dict[str, str] = {}  # style → number format
        self._defined = ""
        self._column_styles: dict[int, str] = {}
        self._table_style = self._row_style = self._cell_style = ""

    def _start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "Worksheet":
            self.tables.append(
                (get(given, "Name") or f"Table {len(self.tables) + 1}", False, [], SheetFacts())
            )
            self._number = self._columns = 0
            self._column_styles = {}
        elif not self.tables:
            self._define(tag, given)
        elif tag == "Table":
            self._table_style = get(given, "StyleID")
        elif tag == "Row":
            self._number = _to_index(get(given, "Index"), self._number + 1, ROWS_POSSIBLE)
            self._cells, self._hidden = [], get(given, "Hidden") == "1"
            self._row_style = get(given, "StyleID")
        elif tag == "Column":
            first = _to_index(get(given, "Index"), self._columns + 1, _SPAN_MAX)
            self._columns = first + _to_index(get(given, "Span"), 0, _SPAN_MAX)
            for at in range(first - 1, self._columns):
                self._column_styles[at] = get(given, "StyleID")
                if get(given, "Hidden") == "1":
                    self.tables[-1][3].hidden_columns.add(at)
        elif tag == "Cell":
            at = _to_index(get(given, "Index"), len(self._cells) + 1, 20_000) - 1
            self._cells.extend([""] * (at - len(self._cells)))
            down = _to_index(get(given, "MergeDown"), 0, ROWS_POSSIBLE)
            if down:
                self.tables[-1][3].merged.append(Merged(self._number, self._number + down, at))
            self._cells.append("")
            own = (get(given, "StyleID"), self._row_style, self._column_styles.get(at), self._table_style)
            self._cell_style = next(filter(None, own), "Default")
            self._across = _to_index(get(given, "MergeAcross"), 0, _SPAN_MAX)
        elif tag == "Data":
            self._data, self._type = [], get(given, "Type")

    def _define(self, tag: str, given: dict[str, str]) -> None:
        """The number format of a style, which is its parent's where it names none."""
        if tag == "Style":
            self._defined = get(given, "ID")
            self._formats[self._defined] = self._formats.get(get(given, "Parent", "Default"), "")
        elif tag == "NumberFormat":
            self._formats[self._defined] = get(given, "Format")

    def _text(self, piece: str) -> None:
        if self._data is not None:
            self._data.append(piece)

    def _end(self, tag: str) -> None:
        if tag == "Data" and self._data is not None and self._cells:
            text = "".join(self._data)[: CELL_CHARACTERS_MAX + 1]
            self._cells[-1] = _show_value(text, self._type, self._formats.get(self._cell_style, ""))
            self._data = None
        elif tag == "Cell":
            self._cells.extend([""] * self._across)
        elif tag == "Row" and self.tables:
            self.tables[-1][2].append(Record(self._number, tuple(self._cells), hidden=self._hidden))
        elif tag == "WorksheetOptions" or tag == "Worksheet":
            self._data = None


def _show_value(text: str, kind: str, code: str) -> str:
    is_general = code.strip().lower() in ("", "general", "general number", "@")
    match kind:
        case "Boolean":
            return "TRUE" if text.strip() == "1" else "FALSE"
        case "DateTime" if is_general or read_day_number(text) is None:
            return text.strip().removesuffix(".000").removesuffix("T00:00:00").replace("T", " ")
        case "Number" if is_general:
            return _show_general(text.strip())
        case "Error":
            return text
    return show_by_format(text, code if kind in ("DateTime", "Number") else "@")


def _show_general(text: str) -> str:
    try:
        return show_general(float(text)) if len(text) < 40 else text
    except ValueError:
        return text


def _to_index(text: str, default: int, most: int) -> int:
    return min(int(text), most) if text.isdecimal() and len(text) < 10 else default


def _to_span(text: str) -> int:
    return max(1, _to_index(text.strip(), 1, _SPAN_MAX))
