"""From a file's bytes to people: the sheet with them, its header, the columns' roles, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from campaigns.problems import Code, Problem, Source
from campaigns.scripts.tags import to_variable
from campaigns.sheets.addresses import tidy_address
from campaigns.sheets.cell_faults import find_cell_problems, tidy_cell
from campaigns.sheets.choice import Role, SheetChoice
from campaigns.sheets.column_roles import Roles, find_roles
from campaigns.sheets.file_formats import describe_empty, open_file
from campaigns.sheets.header_row import LOOKED_AT, find_header, looks_like_units
from campaigns.sheets.letters import NAMES
from campaigns.sheets.records import (
    COLUMNS_MAX,
    COLUMNS_POSSIBLE,
    EncodingDoubt,
    Merged,
    Record,
    SheetError,
    SheetFacts,
    SheetSource,
    to_column_letters,
)
from campaigns.sheets.sheet_finding import FoundSheet, find_sheet
from campaigns.sheets.values import Progress, Question, QuestionKind, ReadSheet, Row, Sheet

ROWS_MAX = 100_000
_TOLD_EVERY = 5_000  # rows
_HEAD_ROWS = 30


@dataclass(frozen=True)
class _Table:
    """The rows below the header, with blank ones left out."""

    columns: list[str]
    records: list[Record]
    facts: SheetFacts
    hidden: int


def assemble(data: bytes, file_name: str, choice: SheetChoice, progress: Progress) -> ReadSheet:
    """What `reading.read_sheet_file` answers. Raises SheetError."""
    progress("opening the file", 0, 0)
    book = open_file(data, file_name, choice.encoding, choice.separator)
    file_name = f"{file_name} ({book.kind})" if book.kind else file_name
    found = find_sheet(book.sheets, choice.sheet, file_name)
    if not found.head:
        raise SheetError(describe_empty(file_name))
    questions = [found.question] if found.question else []
    header, header_question = _find_header(found.head, choice, file_name)
    questions += [header_question] if header_question else []
    table = _read_table(found.source, header, choice, file_name, progress)
    sheet, roles, notes = _build_sheet(table, header, choice, file_name, progress)
    questions += _ask_columns(roles) + _ask_hidden(table, choice) + _ask_encoding(book.doubt, file_name)
    completed = replace(
        choice,
        sheet=choice.sheet or (None if found.question else found.source.name or None),
        header_row=choice.header_row if header_question else (header.number if header else 0),
        columns=roles.columns,
        encoding=choice.encoding or (None if book.doubt else book.encoding or None),
        separator=choice.separator or book.separator or None,
    )
    head = tuple(islice(found.head, _HEAD_ROWS))
    return ReadSheet(sheet, completed, tuple(questions), found.options, head, roles.guesses, tuple(notes))


# the header


def _find_header(
    head: Sequence[Record], choice: SheetChoice, file_name: str
) -> tuple[Record | None, Question | None]:
    """The record with the column names; None where there are none. Asked where it is not sure."""
    if choice.header_row == 0:
        return None, None
    if choice.header_row is not None:
        record = next((one for one in head if one.number == choice.header_row), None)
        if record is None or record.is_blank:
            raise SheetError(
                f"{file_name}, row {choice.header_row} has no column names. "
                f"Name a row among the first {LOOKED_AT}."
            )
        return record, None
    header = find_header(head)
    if header.sure:
        return header.record, None
    filled = [record for record in head if not record.is_blank]
    shown = header.record or filled[0]
    sentence = (
        f"Row {shown.number} begins with {_quote(shown)}. Are these the names of the columns, "
        "or is it the first person? Say which row names the columns, or that none does."
    )
    options = ("0", *(str(record.number) for record in filled[:10]))
    return header.record, Question(QuestionKind.HEADER_ROW, sentence, options)


def _quote(record: Record) -> str:
    cells = [" ".join(cell.split())[:40] for cell in record.cells if cell.strip()]
    return ", ".join(f"“{cell}”" for cell in cells[:3])


def _name_columns(header: Record | None, widest: int, file_name: str) -> list[str]:
    """Header texts without stray spaces. A column without a name is called by its letter."""
    cells = [" ".join(tidy_cell(cell).split()) for cell in header.cells] if header else [""] * widest
    while header and cells and not cells[-1]:
        cells.pop()
    named = sum(bool(cell) for cell in cells) if header else len(cells)
    if max(named, len(cells)) > COLUMNS_MAX:
        raise SheetError(
            f"{file_name} has {len(cells):,} columns; up to {COLUMNS_MAX} are read. "
            "Remove those you do not use."
        )
    return [cell or f"Column {to_column_letters(at)}" for at, cell in enumerate(cells)]


# the rows


def _read_table(
    source: SheetSource, header: Record | None, choice: SheetChoice, file_name: str, progress: Progress
) -> _Table:
    facts = SheetFacts()
    widest = COLUMNS_POSSIBLE if header is None else 0
    if header is None:
        head = islice(source.read(COLUMNS_POSSIBLE, SheetFacts()), LOOKED_AT)
        widest = max((len(record.cells) for record in head), default=0)
    columns = _name_columns(header, widest, file_name)
    start = header.number if header else 0
    records, hidden = [], 0
    for record in _count_rows(source.read(len(columns), facts), progress):
        if record.number <= start or record.is_blank:
            continue
        hidden += record.hidden
        if record.hidden and not choice.with_hidden:
            continue
        records.append(record)
        if len(records) > ROWS_MAX:
            raise SheetError(
                f"{file_name} has more than {ROWS_MAX:,} rows, which is what one campaign takes. "
                "Split the file."
            )
    if not records and not hidden:
        raise SheetError(f"{file_name} has column names but no rows below them. Add one row per person.")
    facts.merged = [merged for merged in facts.merged if merged.last_row > start]
    return _Table(columns, _fill_merged(records, facts.merged), facts, hidden)


def _count_rows(records: Iterator[Record], progress: Progress) -> Iterator[Record]:
    for at, record in enumerate(records, 1):
        if at % _TOLD_EVERY == 0:
            progress("reading rows", at, 0)
        yield record


def _fill_merged(records: list[Record], merged: Sequence[Merged]) -> list[Record]:
    """A cell over several rows holds for each of them."""
    if not merged:
        return records
    places = {record.number: at for at, record in enumerate(records)}
    for one in merged:
        first = places.get(one.first_row)
        if first is None or one.column >= len(records[first].cells):
            continue
        text = records[first].cells[one.column]
        for at in range(first + 1, len(records)):
            if records[at].number > one.last_row:
                break
            cells = list(records[at].cells)
            cells.extend([""] * (one.column + 1 - len(cells)))
            cells[one.column] = cells[one.column] or text
            records[at] = replace(records[at], cells=tuple(cells))
    return records


# the sheet


def _build_sheet(
    table: _Table, header: Record | None, choice: SheetChoice, file_name: str, progress: Progress
) -> tuple[Sheet, Roles, list[Problem]]:
    columns = table.columns
    rows = [Row(record.number, _read_values(columns, record)) for record in table.records]
    kept = _check_names(columns, header, file_name, _find_empty(columns, rows, header))
    if len(kept) < len(columns):
        rows = [Row(row.number, {column: row.values[column] for column in kept}) for row in rows]
    roles = find_roles(kept, rows, choice.columns, file_name)
    address = roles.columns.get(Role.EMAIL)
    if address:
        for row in rows:
            if row.values[address]:
                row.values[address] = tidy_address(row.values[address])
    by_header = {column: role for role, column in roles.columns.items() if column}
    problems: list[Problem] = []
    for at, (row, record) in enumerate(zip(rows, table.records, strict=True), 1):
        if at % _TOLD_EVERY == 0:
            progress("checking cells", at, len(rows))
        if at <= 2 and looks_like_units(record.cells):
            problems.append(_tell_units(row.number))
            continue
        problems += _tell_record(columns, record)
        problems += find_cell_problems(row.values, row.number, by_header)
    notes = _build_notes(table, roles, header) + list(islice(_tell_text_formulas(table), 50))
    return Sheet(tuple(kept), tuple(rows), tuple(problems)), roles, notes


def _read_values(columns: Sequence[str], record: Record) -> dict[str, str]:
    cells = record.cells
    return {column: tidy_cell(cells[at]) if at < len(cells) else "" for at, column in enumerate(columns)}


def _find_empty(columns: Sequence[str], rows: Sequence[Row], header: Record | None) -> set[int]:
    """Columns without a name above them and without a text in them."""
    nameless = [
        at for at, column in enumerate(columns) if header is not None and not header.cells[at].strip()
    ]
    return {at for at in nameless if not any(row.values[columns[at]] for row in rows)}


def _check_names(columns: Sequence[str], header: Record | None, file_name: str, empty: set[int]) -> list[str]:
    """The columns that are not empty. Raises SheetError for two of one name."""
    by_name: dict[str, list[int]] = {}
    for at, column in enumerate(columns):
        if at not in empty:
            by_name.setdefault(to_variable(column) or column.casefold(), []).append(at)
    for places in by_name.values():
        if len(places) < 2:
            continue
        letters = " and ".join(to_column_letters(at) for at in places[:3])
        named = list(dict.fromkeys(columns[at] for at in places))
        where = f"{file_name}, row {header.number if header else 1}: the columns {letters}"
        if len({name.casefold() for name in named}) == 1:
            raise SheetError(f"{where} are both called “{columns[places[0]]}”. Rename or remove one of them.")
        quoted = " and ".join(f"“{name}”" for name in named[:3])
        raise SheetError(
            f"{where} are called {quoted}, which scripts cannot tell apart. Rename or remove one."
        )
    return [column for at, column in enumerate(columns) if at not in empty]


def _tell_units(row: int) -> Problem:
    sentence = "The row says what belongs into the columns and is no person. Remove it."
    return Problem(Code.UNITS_ROW, Source.SPREADSHEET, sentence, row)


def _tell_text_formulas(table: _Table) -> Iterator[Problem]:
    """``="01234"`` is how programs write a text that looks like a number."""
    for record in table.records:
        for column, cell in zip(table.columns, record.cells, strict=False):
            if cell.lstrip().startswith("=") and (text := tidy_cell(cell)) != cell.strip():
                sentence = f"{cell.strip()[:60]} is read as “{text[:60]}”."
                yield Problem(Code.FORMULA_AS_TEXT, Source.SPREADSHEET, sentence, record.number, column)


def _tell_record(columns: Sequence[str], record: Record) -> list[Problem]:
    found = [
        Problem(note.code, Source.SPREADSHEET, note.message, record.number, columns[note.cell])
        for note in record.notes
        if note.cell < len(columns)
    ]
    if record.shifting:
        found.append(
            Problem(
                Code.TOO_MANY_CELLS,
                Source.SPREADSHEET,
                f"The row has {record.width:,} cells, the header only {len(columns):,}. "
                "Put quotes around a text that holds the separator, or name the extra column.",
                record.number,
            )
        )
    return found


# notes and questions


def _build_notes(table: _Table, roles: Roles, header: Record | None) -> list[Problem]:
    notes = []

    def tell(code: Code, sentence: str, row: int | None = None, column: str | None = None) -> None:
        notes.append(Problem(code, Source.SPREADSHEET, sentence, row, column))

    for at in sorted(table.facts.hidden_columns)[:50]:
        if at < len(table.columns) and (
            header is None or (at < len(header.cells) and header.cells[at].strip())
        ):
            name = table.columns[at]
            tell(Code.HIDDEN_COLUMN, f"“{name}” is hidden in the file; scripts can use it.", None, name)
    for at, count in sorted(table.facts.far_cells.items())[:10]:
        letters = to_column_letters(at)
        tell(
            Code.CELLS_WITHOUT_COLUMN,
            f"Column {letters} has no name above it: "
            f"{count:,} of its cells {'is' if count == 1 else 'are'} left out.",
            None,
            letters,
        )
    for merged in table.facts.merged[:50]:
        if merged.column < len(table.columns):
            name = table.columns[merged.column]
            tell(
                Code.MERGED_CELLS,
                f"Rows {merged.first_row} to {merged.last_row} share one cell in “{name}”: "
                "each of them gets its text.",
                merged.first_row,
                name,
            )
    if not roles.rivals and not roles.columns.get(Role.EMAIL):
        tell(
            Code.ADDRESS_COLUMN_MISSING,
            "No column holds e-mail addresses, so no mails can be sent. Name the column if there is one.",
        )
    return notes


def _ask_columns(roles: Roles) -> list[Question]:
    if not roles.rivals:
        return []
    quoted = " and ".join(f"“{name}”" for name in roles.rivals[:5])
    sentence = f"The columns {quoted} hold addresses. To which of them is it sent?"
    return [Question(QuestionKind.COLUMNS, sentence, roles.rivals)]


def _ask_hidden(table: _Table, choice: SheetChoice) -> list[Question]:
    if not table.hidden or choice.with_hidden is not None:
        return []
    rows = "1 row is hidden" if table.hidden == 1 else f"{table.hidden:,} rows are hidden"
    sentence = f"{rows} in the file, by hand or by a filter. Do these people get a video, too?"
    return [Question(QuestionKind.HIDDEN_ROWS, sentence, ("yes", "no"))]


def _ask_encoding(doubt: EncodingDoubt | None, file_name: str) -> list[Question]:
    if doubt is None:
        return []
    readings = " or ".join(f"“{text[:40]}”" for _, text in doubt.readings)
    sentence = (
        f"{file_name}, row {doubt.row}, column {to_column_letters(doubt.column)}: is it {readings}? "
        "The file does not say how its letters are stored. Choose, or save it as CSV UTF-8."
    )
    options = tuple(f"{NAMES.get(name, name)}" for name, _ in doubt.readings)
    return [Question(QuestionKind.ENCODING, sentence, options)]


__all__ = ["ROWS_MAX", "FoundSheet", "assemble"]
