"""XLSX read as a stream, values as the program shows them. Only what is needed is looked at: styles that are
broken, parts that are missing and the strict form of the format do not matter."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from xml.parsers import expat

from campaigns.problems import Code
from campaigns.sheets.number_formats import BUILT_IN, show_number, show_text
from campaigns.sheets.packages import (
    PART_BYTES_MAX,
    TEXTS_BYTES_MAX,
    Package,
    XmlReader,
    get,
    parse_part,
)
from campaigns.sheets.records import (
    CELL_CHARACTERS_MAX,
    COLUMNS_POSSIBLE,
    ROWS_POSSIBLE,
    Merged,
    Note,
    Record,
    SheetError,
    SheetFacts,
    SheetSource,
    Workbook,
)

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,10})")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MERGED_ROWS_MAX = 100_000


@dataclass
class _Book:
    """What all sheets share."""

    package: Package
    texts: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    epoch_1904: bool = False


def open_xlsx(package: Package) -> Workbook:
    """The sheets of the workbook with cells; those that only show a chart have none."""
    where = _find_workbook(package)
    if not where:
        raise SheetError(
            f"{package.file_name} holds no workbook. Open it in a spreadsheet program and save it as XLSX."
        )
    book = _Book(package)
    listed, active = _read_workbook(book, where)
    targets = _read_relations(package, where)
    _read_styles(book, _find_part(targets, "styles", where))
    _read_texts(book, _find_part(targets, "sharedStrings", where))
    sheets = []
    for at, (name, relation, hidden) in enumerate(listed):
        kind, target = targets.get(relation, ("", ""))
        part = _resolve(where, target) if target else f"xl/worksheets/sheet{at + 1}.xml"
        if kind and not kind.endswith("/worksheet"):
            continue
        if package.has(part):
            sheets.append(SheetSource(name, partial(_read_sheet, book, part), hidden, at == active))
    return Workbook(tuple(sheets))


def _find_workbook(package: Package) -> str:
    for kind, target in _read_relations(package, "").values():
        if kind.endswith("/officeDocument") and package.has(target):
            return target.lstrip("/")
    return next((name for name in package.names if name.endswith("xl/workbook.xml")), "")


def _read_relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """id → (type, target) of the relations of a part, "" for the package's own."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, given: dict[str, str]) -> None:
        if tag == "Relationship":
            found[get(given, "Id")] = (get(given, "Type"), get(given, "Target").replace("\\", "/"))

    parse_part(package, posixpath.join(folder, "_rels", f"{name}.rels"), XmlReader().on(start))
    return found


def _resolve(base: str, target: str) -> str:
    if target.startswith("/"):
        return target.lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), target))


def _find_part(targets: dict[str, tuple[str, str]], kind: str, base: str) -> str:
    for type_, target in targets.values():
        if type_.endswith(f"/{kind}"):
            return _resolve(base, target)
    return _resolve(base, f"{kind}.xml")


def _read_workbook(book: _Book, part: str) -> tuple[list[tuple[str, str, bool]], int]:
    """Name, relation and whether it is hidden of each sheet; and the number of the one that is shown."""
    listed: list[tuple[str, str, bool]] = []
    active = 0

    def start(tag: str, given: dict[str, str]) -> None:
        nonlocal active
        if tag == "sheet":
            hidden = get(given, "state") in ("hidden", "veryHidden")
            listed.append((get(given, "name"), get(given, "id"), hidden))
        elif tag == "workbookPr":
            book.epoch_1904 = get(given, "date1904") in ("1", "true", "on")
        elif tag == "workbookView" and get(given, "activeTab").isdigit():
            active = int(get(given, "activeTab"))

    parse_part(book.package, part, XmlReader().on(start))
    return listed, active


def _read_styles(book: _Book, part: str) -> None:
    """The number format of each cell style; whatever else styles hold is passed over, broken or not."""
    codes = dict(BUILT_IN)
    inside = False

    def start(tag: str, given: dict[str, str]) -> None:
        nonlocal inside
        if tag == "numFmt" and get(given, "numFmtId").isdigit():
            codes[int(get(given, "numFmtId"))] = get(given, "formatCode")
        elif tag == "cellXfs":
            inside = True
        elif tag == "xf" and inside:
            number = get(given, "numFmtId", "0")
            book.formats.append(codes.get(int(number) if number.isdigit() else 0, "General"))

    def end(tag: str) -> None:
        nonlocal inside
        inside = inside and tag != "cellXfs"

    with suppress(SheetError):  # values do not need styles; those before the fault are still good
        parse_part(book.package, part, XmlReader().on(start, end))


def _read_texts(book: _Book, part: str) -> None:
    """The shared texts, each no longer than a cell can be."""
    pieces: list[str] = []
    size = phonetic = 0
    inside = False

    def start(tag: str, _given: dict[str, str]) -> None:
        nonlocal inside, size, phonetic
        if tag == "si":
            pieces.clear()
            size = 0
        elif tag == "rPh":
            phonetic += 1
        inside = tag == "t" and not phonetic

    def text(piece: str) -> None:
        nonlocal size
        if inside and size <= CELL_CHARACTERS_MAX:
            size += len(piece)
            pieces.append(piece)

    def end(tag: str) -> None:
        nonlocal inside, phonetic
        inside = False
        if tag == "rPh":
            phonetic -= 1
        elif tag == "si":
            book.texts.append(unescape("".join(pieces)[: CELL_CHARACTERS_MAX + 1]))

    parse_part(book.package, part, XmlReader().on(start, end, text), TEXTS_BYTES_MAX)


def unescape(text: str) -> str:
    """“_x000D_” is how the format writes a sign that XML cannot hold; line ends become one kind."""
    if "_x" in text:
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _read_sheet(book: _Book, part: str, width: int, facts: SheetFacts) -> Iterator[Record]:
    reader = _SheetReader(book, width, facts)
    try:
        for piece in book.package.iterate(part, PART_BYTES_MAX):
            reader.xml.feed(piece)
            yield from reader.take()
        reader.xml.close()
    except expat.ExpatError as error:
        raise SheetError(
            f"{book.package.file_name} is damaged behind row {reader.number}. "
            "Open it in a spreadsheet program and save it again."
        ) from error
    yield from reader.take()


class _SheetReader:
    """Handlers that gather the records of one sheet; `take` hands over those that are whole."""

    def __init__(self, book: _Book, width: int, facts: SheetFacts) -> None:
        self.xml = XmlReader().on(self._start, self._end, self._text)
        self.number = 0
        self._book, self._width, self._facts = book, width, facts
        self._ready: list[Record] = []
        self._cells: list[str] = []
        self._notes: list[Note] = []
        self._hidden = False
        self._column = -1
        self._type = self._style = ""
        self._value: list[str] = []
        self._size = self._phonetic = 0
        self._inside = self._formula = False

    def take(self) -> list[Record]:
        ready, self._ready = self._ready, []
        return ready

    def _start(self, tag: str, given: dict[str, str]) -> None:
        if tag == "c":
            self._start_cell(given)
        elif tag == "v" or tag == "t":
            self._inside = not self._phonetic
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            self._start_row(given)
        elif tag == "rPh":
            self._phonetic += 1
        elif tag == "col" and given.get("hidden") in ("1", "true"):
            first, last = int(given.get("min", 1)), int(given.get("max", 1))
            self._facts.hidden_columns.update(range(first - 1, min(last, COLUMNS_POSSIBLE)))
        elif tag == "mergeCell":
            self._add_merged(given.get("ref", ""))

    def _start_row(self, given: dict[str, str]) -> None:
        number = given.get("r", "")
        self.number = int(number) if number.isdecimal() and len(number) < 12 else self.number + 1
        if self.number > ROWS_POSSIBLE:
            raise SheetError(
                f"{self._book.package.file_name} has a row number {self.number:,}, which no "
                f"spreadsheet program shows: they end at {ROWS_POSSIBLE:,}. Copy the rows into a new file."
            )
        self._hidden = given.get("hidden") in ("1", "true")
        self._cells, self._notes, self._column = [], [], -1

    def _start_cell(self, given: dict[str, str]) -> None:
        match = _REFERENCE.fullmatch(given.get("r", ""))
        self._column = to_index(match[1]) if match else self._column + 1
        self._type, self._style = given.get("t", "n"), given.get("s", "")
        self._value, self._size, self._formula = [], 0, False

    def _text(self, piece: str) -> None:
        if self._inside and self._size <= CELL_CHARACTERS_MAX:
            self._size += len(piece)
            self._value.append(piece)

    def _end(self, tag: str) -> None:
        if tag == "v" or tag == "t":
            self._inside = False
        elif tag == "c":
            self._end_cell()
        elif tag == "row":
            self._ready.append(Record(self.number, tuple(self._cells), tuple(self._notes), self._hidden))
            self._cells = []
        elif tag == "rPh":
            self._phonetic -= 1

    def _end_cell(self) -> None:
        text = self._show("".join(self._value))
        at = self._column
        if not text and not self._formula:
            return
        if at >= self._width:
            if text.strip():
                self._facts.far_cells[at] = self._facts.far_cells.get(at, 0) + 1
            return
        if self._formula and not self._value:
            message = "The formula has no stored value. Open the file in a spreadsheet program and save it."
            self._notes.append(Note(at, Code.FORMULA_WITHOUT_VALUE, message))
        if at < len(self._cells):
            self._cells[at] = text
        else:
            self._cells.extend([""] * (at - len(self._cells)))
            self._cells.append(text)

    def _show(self, value: str) -> str:
        match self._type:
            case "s":
                found = int(value) if value.strip().isdecimal() and len(value) < 10 else -1
                text = self._book.texts[found] if 0 <= found < len(self._book.texts) else ""
                return show_text(text, self._find_format())
            case "inlineStr" | "str":
                return show_text(unescape(value), self._find_format())
            case "b":
                return "TRUE" if value.strip() in ("1", "true") else "FALSE"
            case "e":
                return value.strip()
            case "d":
                return value.strip().removesuffix("T00:00:00").replace("T", " ")
        try:
            number = float(value)
        except ValueError:
            return value.strip()
        code = self._find_format()
        if code == "General" and number.is_integer() and abs(number) < 1e15:
            return str(int(number))
        return show_number(number, code, self._book.epoch_1904)

    def _find_format(self) -> str:
        formats = self._book.formats
        at = int(self._style) if self._style.isdecimal() and len(self._style) < 9 else -1
        return formats[at] if 0 <= at < len(formats) else "General"

    def _add_merged(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        one, other = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last)
        if one is None or other is None:
            return
        top, bottom = int(one[2]), min(int(other[2]), ROWS_POSSIBLE)
        if bottom > top and len(self._facts.merged) < _MERGED_ROWS_MAX:
            self._facts.merged.append(Merged(top, bottom, to_index(one[1])))


def to_index(letters: str) -> int:
    """A → 0, AA → 26."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1
