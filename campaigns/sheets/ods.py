"""OpenDocument spreadsheets (ODS and its flat form), which keep beside each value the text that is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from xml.parsers import expat

from campaigns.sheets.packages import PART_BYTES_MAX, Package, XmlReader, describe_damage, get
from campaigns.sheets.records import (
    CELL_CHARACTERS_MAX,
    ROWS_POSSIBLE,
    Merged,
    Record,
    SheetError,
    SheetFacts,
    SheetSource,
    Workbook,
)

Pieces = Callable[[], Iterable[bytes]]
_CUT = 20_000  # cells that one element may stand for


def open_ods(package: Package) -> Workbook:
    if not package.has("content.xml"):
        raise SheetError(describe_damage(package.file_name))
    return _open(partial(package.iterate, "content.xml", PART_BYTES_MAX), package.file_name)


def open_flat_ods(data: bytes, file_name: str) -> Workbook:
    return _open(lambda: (data[at : at + 2**18] for at in range(0, len(data), 2**18)), file_name)


def _open(pieces: Pieces, file_name: str) -> Workbook:
    """A first pass finds the sheets, which follow each other in one stream."""
    found: list[tuple[str, str]] = []
    shown: dict[str, bool] = {}
    style = ""

    def start(tag: str, given: dict[str, str]) -> None:
        nonlocal style
        if tag == "table" and get(given, "name"):
            found.append((get(given, "name"), get(given, "style-name")))
        elif tag == "style":
            style = get(given, "name")
        elif tag == "table-properties":
            shown[style] = get(given, "display") != "false"

    _parse(pieces(), XmlReader().on(start), file_name)
    sheets = (
        SheetSource(name, partial(_read, pieces, file_name, at), hidden=not shown.get(style, True))
        for at, (name, style) in enumerate(found)
    )
    return Workbook(tuple(sheets))


def _parse(pieces: Iterable[bytes], reader: XmlReader, file_name: str) -> None:
    try:
        for piece in pieces:
            reader.feed(piece)
        reader.close()
    except expat.ExpatError as error:
        raise SheetError(describe_damage(file_name)) from error


def _read(pieces: Pieces, file_name: str, wanted: int, width: int, facts: SheetFacts) -> Iterator[Record]:
    reader = _TableReader(wanted, width, facts)
    try:
        for piece in pieces():
            reader.xml.feed(piece)
            yield from reader.take()
            if reader.is_over:
                return
        reader.xml.close()
    except expat.ExpatError as error:
        raise SheetError(describe_damage(file_name)) from error
    yield from reader.take()


class _TableReader:
    """Handlers that gather the records of the wanted table."""

    def __init__(self, wanted: int, width: int, facts: SheetFacts) -> None:
        self.xml = XmlReader().on(self._start, self._end, self._text)
        self.is_over = False
        self._wanted, self._width, self._facts = wanted, width, facts
        self._table, self._depth = -1, 0
        self._ready: list[tuple[Record, int]] = []
        self._row: list[str] = []
        self._number = self._row_times = 0
        self._hidden = False
        self._cell: list[str] | None = None
        self._cell_times, self._skipped, self._columns = 1, 0, 0
        self._in_paragraph = False

    def take(self) -> Iterator[Record]:
        ready, self._ready = self._ready, []
        for record, times in ready:
            for more in range(times):
                yield Record(record.number + more, record.cells, hidden=record.hidden)

    def _start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "table":
            self._depth += 1
            if get(given, "name"):
                self._table += 1
        if self._table != self._wanted or self.is_over:
            return
        if tag in ("table-cell", "covered-table-cell"):
            self._start_cell(given)
        elif tag == "table-row":
            self._row, self._hidden = [], get(given, "visibility") in ("collapse", "filter")
            self._row_times = _count(given, "number-rows-repeated", ROWS_POSSIBLE)
        elif tag == "table-column":
            times = _count(given, "number-columns-repeated", _CUT)
            if get(given, "visibility") in ("collapse", "filter"):
                self._facts.hidden_columns.update(range(self._columns, self._columns + times))
            self._columns += times
        elif self._cell is not None:
            self._start_text(tag, given, self._cell)

    def _start_cell(self, given: dict[str, str]) -> None:
        self._cell, self._cell_times = [], _count(given, "number-columns-repeated", _CUT)
        rows = _count(given, "number-rows-spanned", ROWS_POSSIBLE)
        if rows > 1:
            first = self._number + 1
            self._facts.merged.append(Merged(first, first + rows - 1, len(self._row)))

    def _start_text(self, tag: str, given: dict[str, str], cell: list[str]) -> None:
        if tag == "annotation":
            self._skipped += 1
        elif self._skipped:
            return
        elif tag == "p":
            if cell:
                cell.append("\n")
            self._in_paragraph = True
        elif tag == "s":
            cell.append(" " * _count(given, "c", 1000))
        elif tag in ("tab", "line-break"):
            cell.append("\t" if tag == "tab" else "\n")

    def _text(self, piece: str) -> None:
        wanted = self._cell is not None and self._in_paragraph and not self._skipped
        if wanted and self._cell is not None and len(self._cell) < CELL_CHARACTERS_MAX:
            self._cell.append(piece[: CELL_CHARACTERS_MAX + 1])

    def _end(self, tag: str) -> None:
        if tag == "table":
            self._depth -= 1
            self.is_over = self.is_over or self._table == self._wanted
        elif tag == "p":
            self._in_paragraph = False
        elif tag == "annotation":
            self._skipped = max(0, self._skipped - 1)
        elif self._table != self._wanted or self.is_over:
            return
        elif tag in ("table-cell", "covered-table-cell"):
            text = "".join(self._cell or [])[: CELL_CHARACTERS_MAX + 1]
            self._row.extend([text] * min(self._cell_times, max(0, _CUT - len(self._row))))
            self._cell = None
        elif tag == "table-row":
            self._end_row()

    def _end_row(self) -> None:
        cells = self._row
        while cells and not cells[-1].strip():
            cells.pop()
        for at in range(self._width, len(cells)):
            if cells[at].strip():
                self._facts.far_cells[at] = self._facts.far_cells.get(at, 0) + 1
        if cells:
            record = Record(self._number + 1, tuple(cells[: self._width]), hidden=self._hidden)
            self._ready.append((record, self._row_times))
        self._number += self._row_times


def _count(given: dict[str, str], name: str, most: int) -> int:
    text = get(given, name)
    return min(int(text), most) if text.isdecimal() and len(text) < 10 and int(text) else 1
